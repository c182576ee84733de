"""What a build asked for by name comes first, and says who asked."""

from __future__ import annotations

from pydiff.compare.builds import with_readers
from pydiff.model.build import BuildRecord, NotRun, SysconfigRead
from pydiff.model.record import Difference, Severity


def record(*reads: tuple[str, str]) -> BuildRecord:
    return BuildRecord(NotRun("test"), reads=tuple(SysconfigRead(name, "v", reader) for name, reader in reads))


def differing(subject: str, severity: Severity, family: str = "sysconfig") -> Difference:
    return Difference(family=family, subject=subject, left="l", right="r", severity=severity)


def test_readers_of_both_sides_are_named_once_in_order() -> None:
    left = record(("CC", "a.py:1"), ("CC", "b.py:2"))
    right = record(("CC", "b.py:2"), ("CC", "c.py:3"))
    (one,) = with_readers([differing("CC", "breaks")], left, right)
    assert one.read_by == ["a.py:1", "b.py:2", "c.py:3"]


def test_what_was_read_comes_first_within_its_severity_only() -> None:
    given = [differing("A", "breaks"), differing("B", "breaks"), differing("C", "changes")]
    reads = record(("B", "x.py:1"), ("C", "x.py:2"))
    assert [one.subject for one in with_readers(given, reads, record())] == ["B", "A", "C"]


def test_a_file_that_is_called_like_a_variable_is_not_read() -> None:
    (one,) = with_readers([differing("CC", "breaks", family="files")], record(("CC", "x.py:1")), record())
    assert one.read_by == []


def test_what_this_build_read_is_not_cosmetic() -> None:
    given = [differing("A", "changes"), differing("B", "cosmetic"), differing("C", "cosmetic")]
    told = with_readers(given, record(("C", "x.py:1")), record())
    assert [(one.subject, one.severity) for one in told] == [("C", "changes"), ("A", "changes"), ("B", "cosmetic")]
