"""Dotted numbers: `2.17`, `11.0`."""

from __future__ import annotations

import re


def numbers(text: str) -> tuple[int, ...]:
    """`2.17` -> (2, 17); empty for what is no such number. Trailing zeros do not count: macOS 11 is 11.0."""
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,6}){0,5}", text):
        return ()
    found = [int(part) for part in text.split(".")]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def newer(one: str, other: str) -> bool:
    """Whether `one` is a later version than `other`; False when either is none."""
    return bool(numbers(one)) and bool(numbers(other)) and numbers(one) > numbers(other)
