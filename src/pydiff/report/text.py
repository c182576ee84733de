"""Text from outside, made fit to be shown: nothing in it moves a cursor, turns a line round, or hides."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Control characters but line feed and tab; marks that reorder or hide text; separators that some programs break lines at.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def shown(text: str) -> str:
    r"""`text` with what cannot be seen written out: `\x1b`, `\u202e`. Line feeds and tabs stay."""
    return _UNSEEN.sub(_written_out, text)


def one_line(text: str, limit: int = 400) -> str:
    """As `shown`, on one line, at most `limit` characters."""
    line = shown(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def exact(text: str, limit: int = 300) -> str:
    r"""On one line with every blank as it is: a line feed is `\n`. For values, where a blank may be the difference."""
    line = shown(text).replace("\n", "\\n").replace("\t", "\\t")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def spans(text: str) -> Iterator[tuple[bool, str]]:
    """(is code, text) for the parts of a sentence in which `code` stands between backticks. An odd backtick is just one."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    for index, part in enumerate(parts):
        if part:
            yield index % 2 == 1, part


def plural(count: int, one: str, many: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _written_out(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
