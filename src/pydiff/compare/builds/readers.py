"""Which of the differing variables the builds asked for, and where."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pydiff.model.build import BuildRecord
from pydiff.model.record import SEVERITIES, Difference


def with_readers(differences: Iterable[Difference], left: BuildRecord, right: BuildRecord) -> list[Difference]:
    """Each difference of a variable that a build read names its readers, the left build's first.

    A variable that no common backend reads, and that this build did read, can change what is built: it is no longer cosmetic.
    What was read comes first within its severity; the order is otherwise kept.
    """
    readers: dict[str, dict[str, None]] = {}
    for record in (left, right):
        for read in record.reads:
            readers.setdefault(read.name, {})[read.reader] = None
    told = [
        _told(difference, _of(difference, readers)) if difference.family == "sysconfig" else difference
        for difference in differences
    ]
    return sorted(told, key=lambda difference: (SEVERITIES.index(difference.severity), not difference.read_by))


def _told(difference: Difference, read_by: list[str]) -> Difference:
    severity = "changes" if read_by and difference.severity == "cosmetic" else difference.severity
    return msgspec.structs.replace(difference, read_by=read_by, severity=severity)


def _of(difference: Difference, readers: dict[str, dict[str, None]]) -> list[str]:
    """A difference that several variables share is read when one of them is."""
    names = (difference.subject, *difference.also)
    return list(dict.fromkeys(reader for name in names for reader in readers.get(name, ())))
