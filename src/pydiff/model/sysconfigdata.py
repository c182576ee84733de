"""Read and write the text of `_sysconfigdata_*.py` without executing it.

The file is one assignment, `build_time_vars = {…}`, of strings and integers. CPython writes it with `pprint` (long strings become several
literals side by side), PBS since 20241219 as JSON, Python 3.14 with one `repr` per line. uv and mise rewrite it as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

HEADER = "# system configuration generated and used by the sysconfig module\n"
NAME = "build_time_vars"
Value = str | int
Unescape = Callable[[str, str], str]
"""(what stands between the quotes, the quote) -> the string. Raises ValueError."""

_BLANK = re.compile(r"(?:[ \t\f\r\n]|#[^\n]*(?=\n|\Z))*")
# A backslash takes the next character with it, whatever that is; a line end ends no string in these files.
_STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)\"""", re.DOTALL)
_INTEGER = re.compile(r"-?[0-9]{1,40}(?![0-9])", re.ASCII)
_ESCAPE = re.compile(r"\\(\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "\n": "", **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))}


class SysconfigDataError(ValueError):
    """The text is not of the form; says what and where."""


def unescape_python(body: str, _quote: str) -> str:
    """Every escape of a Python string literal but those by name, which no such file ever held."""

    def character(match: re.Match[str]) -> str:
        code = match[1]
        if code in _SIMPLE:
            return _SIMPLE[code]
        if code[0] in "xuU":
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8))
        raise ValueError(f"unknown escape \\{code}")

    return _ESCAPE.sub(character, body) if "\\" in body else body


def parse_sysconfigdata(text: str) -> dict[str, Value]:
    """The variables, in the order of the file. Raises SysconfigDataError (a ValueError) with the line."""
    values, end = parse_assignment(text)
    rest = _skip(text, end)
    if rest < len(text):
        raise _error(text, rest, "code after the variables")
    return values


def parse_assignment(text: str, unescape: Unescape = unescape_python) -> tuple[dict[str, Value], int]:
    """The variables and where the closing brace ends. Raises SysconfigDataError."""
    place = _skip(text, 0)
    if not text.startswith(NAME, place):
        raise _error(text, place, f"no assignment to {NAME}")
    place = _expect(text, place + len(NAME), "=")
    place = _expect(text, place, "{")
    values: dict[str, Value] = {}
    while not text.startswith("}", place := _skip(text, place)):
        name, place = _string(text, place, unescape)
        place = _skip(text, _expect(text, place, ":"))
        values[name], place = _value(text, place, unescape)
        place = _skip(text, place)
        if text.startswith(",", place):
            place += 1
        elif not text.startswith("}", place):
            raise _error(text, place, f"expected `,` or `}}` after {name}")
    return values, place + 1


def format_sysconfigdata(values: Mapping[str, Value]) -> str:
    """As uv (serde_json, four spaces) writes it: sorted by bytes, UTF-8 as it is, no comma at the end."""
    # Python sorts strings by code point, which is the order of their UTF-8 bytes.
    body = json.dumps(dict(values), indent=4, sort_keys=True, ensure_ascii=False)
    return f"{HEADER}{NAME} = {body}\n"


def _value(text: str, place: int, unescape: Unescape) -> tuple[Value, int]:
    if match := _INTEGER.match(text, place):
        return int(match[0]), match.end()
    value, place = _string(text, place, unescape)
    while text.startswith(("'", '"'), following := _skip(text, place)):
        more, place = _string(text, following, unescape)
        value += more
    return value, place


def _string(text: str, place: int, unescape: Unescape) -> tuple[str, int]:
    match = _STRING.match(text, place)
    if match is None:
        raise _error(text, place, "expected a string or an integer")
    quote = text[place]
    body = match[1] if quote == "'" else match[2]
    try:
        return unescape(body, quote), match.end()
    except (ValueError, OverflowError) as error:
        raise _error(text, place, str(error)) from error


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _expect(text: str, place: int, mark: str) -> int:
    place = _skip(text, place)
    if not text.startswith(mark, place):
        raise _error(text, place, f"expected `{mark}`")
    return place + 1


def _error(text: str, place: int, what: str) -> SysconfigDataError:
    line = text.count("\n", 0, place) + 1
    near = text[place : place + 30].partition("\n")[0]
    return SysconfigDataError(f"line {line}: {what}" + (f", found {near!r}" if near else " at the end of the file"))
