"""Markdown out of text that may be hostile: nothing in it becomes a heading, a link, a mention, a tag, or the end of a block."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydiff.report.text import exact, one_line, shown, spans

_ESCAPED = re.compile(r"[\\`*_\[\]~$|]")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_REFERENCE = re.compile(r"(#|\bGH-)(?=\d)", re.IGNORECASE)
_AUTOLINK = re.compile(r"://|\bwww\.", re.IGNORECASE)
# At the start of a list item, these would begin a list, a heading or a quotation inside it.
_BEGINS = re.compile(r"^(?=[#+=-]|&gt;|\d{1,9}[.)] )")
_IN_CODE = {ord(character): f"&#{ord(character)};" for character in "&<>|`*_[]\\~!@#:$"}


def prose(text: str, limit: int = 600) -> str:
    """One line of text, every character of it as it is."""
    # A character of no width: GitHub looks for users and issues in the text that Markdown leaves.
    line = _REFERENCE.sub("\\1\u200b", _MENTION.sub("@\u200b", one_line(text, limit)))
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _ESCAPED.sub(lambda match: "\\" + match[0], line)
    line = _AUTOLINK.sub(lambda match: ":&#47;&#47;" if match[0] == "://" else match[0][:3] + "&#46;", line)
    return line.replace("\u200b", "&#8203;")


def code(text: str, limit: int = 600) -> str:
    """A code span. With a pipe or a backtick in it, the same in HTML, since a table takes the one and a span the other apart."""
    line = exact(text, limit)
    if not line.strip():
        return ""
    if line[0] == " " == line[-1]:
        line = f" {line} "  # one blank at each end is taken off again
    if "|" in line or "`" in line:
        return f"<code>{line.translate(_IN_CODE)}</code>"
    return f"`{line}`"


def sentence(text: str, limit: int = 600) -> str:
    """Prose, with what stands between backticks as code."""
    return "".join(code(part) if is_code else _inner(part) for is_code, part in spans(one_line(text, limit)))


def _inner(part: str) -> str:
    """`prose` keeps no blanks at the ends; beside a code span they count."""
    before = " " if part[:1] == " " else ""
    after = " " if part[-1:] == " " and part.strip() else ""
    return before + prose(part) + after


def item(markdown: str) -> str:
    """A list item of what is Markdown already."""
    return f"- {_BEGINS.sub('&#8203;', markdown)}"


def cell(text: str) -> str:
    """A sentence for a table."""
    return sentence(text, 400) or " "


def row(*cells: str) -> str:
    """A row of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table_head(*cells: str) -> str:
    return f"{row(*cells)}\n|{'---|' * len(cells)}"


def fence(lines: Sequence[str]) -> str:
    """The marks that no line of the block can be mistaken for."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    return "`" * max(3, longest + 1)


def block_line(text: str, limit: int = 1_200) -> str:
    """A line inside a fence."""
    line = shown(text).replace("\n", " ")
    return line if len(line) <= limit else line[: limit - 1] + "…"
