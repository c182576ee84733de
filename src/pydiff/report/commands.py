"""The diverging commands on one line each, shortened to what tells."""

from __future__ import annotations

import shlex

from pydiff.explain.lines import clean, telling
from pydiff.model.record import ActionRecord, Divergence
from pydiff.report.text import one_line, plural

_COMMAND = 160
"""A command of up to so many characters is shown whole; a longer one without what is the same on both sides."""


def has_commands(divergence: Divergence) -> bool:
    """False where the builds part elsewhere than at a command."""
    return divergence.left is not None or divergence.right is not None


def divergence_lines(divergence: Divergence) -> list[str]:
    """`- ` and `+ ` lines: both commands, shortened to what tells, and what they said; only tokens where there is no command."""
    lines: list[str] = []
    changed = {token[2:] for token in divergence.tokens}
    width = max(
        (len(one.argv[0]) for one in (divergence.left, divergence.right) if one is not None and one.argv), default=0
    )
    both_said = "".join(one.stderr for one in (divergence.left, divergence.right) if one is not None)
    for sign, action in (("-", divergence.left), ("+", divergence.right)):
        if action is None:
            if has_commands(divergence):
                lines.append(f"{sign} (never ran)")
            continue
        lines.append(f"{sign} {command(action, changed, both_said, width)}")
        lines += [f"{sign} {line}" for line in _said(action)]
    if not has_commands(divergence):
        lines += [one_line(token, 300) for token in divergence.tokens[:30]]
        if len(divergence.tokens) > 30:
            lines.append(f"  … and {plural(len(divergence.tokens) - 30, 'more line')}")
    return lines


def command(action: ActionRecord, changed: set[str], said: str = "", width: int = 0) -> str:
    """One line, quoted as for a shell; `…` for arguments that tell nothing. `said` is what both commands wrote."""
    first, *rest = action.argv or [action.tool]
    words = [first.ljust(width), *rest]
    whole = " ".join([words[0], *(quoted(word) for word in rest)])
    if len(whole) <= _COMMAND:
        return one_line(words[0]).ljust(width) + " " + one_line(" ".join(quoted(word) for word in rest), 2 * _COMMAND)
    shown: list[str] = []
    for word in rest:
        if _matters(word, changed, said):
            shown.append(quoted(word if len(word) <= 200 else word[:199] + "…"))
        elif not shown or shown[-1] != "…":
            shown.append("…")
    return one_line(words[0]).ljust(width) + " " + one_line(" ".join(shown), 2_000)


def _matters(word: str, changed: set[str], said: str) -> bool:
    if (
        word in changed
        or word == "-c"
        or word.startswith("-o")
        or (word.startswith("-l") and len(word) > 3 and word in said)
    ):
        return True
    return not word.startswith("-") and word.endswith((".c", ".cc", ".cpp", ".cxx", ".pyx", ".rs", ".S"))


def quoted(word: str) -> str:
    """As a shell would want it. Options are joined with their values here (`-o x`), so a blank alone needs no quotes."""
    return word if all(part == shlex.quote(part) for part in word.split(" ")) or "{" in word else shlex.quote(word)


def _said(action: ActionRecord) -> list[str]:
    if action.exit_code == 0:
        return []
    if action.exit_code is None:
        return ["→ stopped before it ended"]
    if action.exit_code == 127:
        return ["→ exit status 127: there is no such program"]
    said = [one_line(line, 300) for line in telling(clean(action.stderr), 2)]
    return said or [f"→ exit status {action.exit_code}, without a word on stderr"]
