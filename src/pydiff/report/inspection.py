"""What `pydiff inspect` says: the facts that builds ask for, and where the tree contradicts itself."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pydiff.model.resolution import Installation
from pydiff.model.snapshot import Contradiction, Snapshot
from pydiff.report.sheet import Section, Sheet, render_sheet

# What build backends and build scripts ask for most, in the order in which a build comes upon them.
_ASKED = ("CC", "CXX", "AR", "LDSHARED", "CFLAGS", "LDFLAGS", "LIBDIR", "LDLIBRARY", "INCLUDEPY", "EXT_SUFFIX")


def render_inspection(
    installation: Installation,
    snapshot: Snapshot,
    found: Sequence[Contradiction],
    format_name: str,
    width: int | None = None,
) -> str:
    facts = snapshot.families.get("sysconfig", {})
    about = [
        ("python", snapshot.python_version),
        ("prefix", snapshot.prefix),
        *((name, str(facts[name])) for name in _ASKED if name in facts),
        *((name, f"{len(family):,} facts") for name, family in snapshot.families.items()),
    ]
    sections = [Section(installation.resolution.spec.text, tuple(about))]
    if not found:
        sections.append(Section("no contradiction found", ()))
    sections += [_section(number, len(found), one) for number, one in enumerate(found, 1)]
    if snapshot.errors:
        sections.append(Section("could not be read", tuple(snapshot.errors.items())))
    data = {
        "spec": installation.resolution.spec.text,
        "python": {"version": snapshot.python_version, "prefix": snapshot.prefix},
        "facts": snapshot.families,
        "contradictions": msgspec.to_builtins(list(found)),
        "errors": snapshot.errors,
    }
    return render_sheet(Sheet(tuple(sections), data), format_name, width)


def _section(number: int, count: int, one: Contradiction) -> Section:
    rows = [("says", one.says), ("found", one.found), ("so", one.consequence)]
    if one.remedy:
        rows.append(("known remedy", one.remedy))
    return Section(f"contradiction {number} of {count} - {one.family}: {one.subject}", tuple(rows))
