"""PYTHON.json, in which python-build-standalone describes each of its full archives: hostile text -> a mapping, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydiff.snapshot.survey import Item

_LARGEST = 8 << 20
"""Bytes; the real ones have a tenth of a megabyte."""


def parse_released(beside: bytes | None, within: Item | None) -> tuple[Mapping[str, Any] | None, str]:
    """The mapping, and the problem with it; `within` is the file where a manager has left it in the tree. Never raises."""
    data = beside if beside is not None else within.data if within else None
    if data is None:
        return None, ""
    if len(data) > _LARGEST:
        return None, f"PYTHON.json: {len(data)} bytes are more than a description has"
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        return None, f"PYTHON.json: {error}"
    if not isinstance(parsed, dict):
        return None, "PYTHON.json: not a table of fields"
    return parsed, ""
