"""What one answer of a manager does to a tree and another does not, as lines: `+` came, `-` went, `~` is done otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from pydiff.model.change import Change
from pydiff.model.resolution import Prebuilt, Repack
from pydiff.report.resolutions import keyed, unpacked

Laid = Prebuilt | Repack
_MOST = 2
"""Words that are spelled out."""


def all_lines(answer: Laid) -> list[str]:
    """What it does, in full."""
    return [*(change.describe() for change in answer.changes), _unpacked(answer)]


def delta_lines(before: Laid, after: Laid) -> list[str]:
    """Empty when both do the same; that a text names another build date or version of Python is no difference."""
    old, new = dict(keyed(before.changes)), dict(keyed(after.changes))
    lines = [f"- {change.describe()}" for key, change in old.items() if key not in new]
    for key, change in new.items():
        if key not in old:
            lines.append(f"+ {change.describe()}")
        elif _neutral(repr(old[key]), before) != _neutral(repr(change), after):
            lines.append(f"~ {_otherwise(old[key], change, before, after)}")
    both = [key for key in old if key in new]
    if both != [key for key in new if key in old]:
        lines.append("~ in another order")
    if _unpacked(before) != _unpacked(after):
        lines.append(f"~ {_unpacked(after)}")
    if _neutral(before.install_name, before) != _neutral(after.install_name, after):
        lines.append(f"~ laid out as {after.install_name}")
    return lines


def _unpacked(answer: Laid) -> str:
    full = isinstance(answer, Prebuilt) and answer.asset.flavor == "full"
    return f"unpacked: {unpacked(answer.unpacking, full=full)}"


def _neutral(text: str, answer: Laid) -> str:
    """Without what follows from the archive alone."""
    version, tag = (answer.asset.version, answer.asset.tag) if isinstance(answer, Prebuilt) else (answer.version, "")
    text = text.replace(version, "{version}")
    return text.replace(tag, "{tag}") if tag else text


def _otherwise(old: Change, new: Change, before: Laid, after: Laid) -> str:
    """The parts of the description that came and went; the fields, where tables differ, which a description only sums up."""
    head, _, tail = new.describe().partition(": ")
    old_head, _, old_tail = old.describe().partition(": ")
    was, now = _fields(old), _fields(new)
    tables = any(isinstance(value, Mapping) and value != was.get(name) for name, value in now.items())
    if tables or _neutral(old.describe(), before) == _neutral(new.describe(), after):
        return f"{head}: {_moved(was, now)}"
    parts, old_parts = tail.split(", "), old_tail.split(", ")
    moved = [f"+ {part}" for part in parts if part not in old_parts]
    moved += [f"- {part}" for part in old_parts if part not in parts]
    return f"{head}: {', '.join(moved)}" if moved and head == old_head else new.describe()


def _fields(change: Change) -> dict[str, object]:
    assert dataclasses.is_dataclass(change)  # noqa: S101  # as model.change.Change says
    return {field.name: getattr(change, field.name) for field in dataclasses.fields(change)}


def _moved(was: Mapping[str, object], now: Mapping[str, object]) -> str:
    parts: list[str] = []
    for name, value in now.items():
        old = was.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            there, gone = set(_leaves(value)), set(_leaves(old))
            parts += _grouped("+", [leaf for leaf in _leaves(value) if leaf not in gone])
            parts += _grouped("-", [leaf for leaf in _leaves(old) if leaf not in there])
        elif value != old:
            parts.append(f"{name.replace('_', ' ')} = {value or 'no'}")
    return "; ".join(parts)


Leaf = tuple[str, str, str]
"""(variable, word, what it becomes) of `{"CC": {"clang": "cc"}}`."""


def _leaves(table: Mapping[str, object]) -> list[Leaf]:
    return [
        (str(variable), str(word), str(value))
        for variable, words in table.items()
        for word, value in (words.items() if isinstance(words, Mapping) else (("", words),))
    ]


def _grouped(sign: str, leaves: Sequence[Leaf]) -> list[str]:
    """`+ clang -> cc in CC, LDSHARED`: words with the same fate in the same variables are one part."""
    variables: dict[tuple[str, str], list[str]] = {}
    for variable, word, value in leaves:
        variables.setdefault((word, value), []).append(variable)
    words: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (word, value), names in variables.items():
        words.setdefault((value, tuple(names)), []).append(word)
    return [f"{sign} {_some(found)} -> {value} in {', '.join(names)}" for (value, names), found in words.items()]


def _some(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) <= _MOST else f"{words[0]} and {len(words) - 1} more"
