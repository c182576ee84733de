"""What `pydiff inspect` says: the facts that builds ask for, and where the tree contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from pydiff.compare.flags import FlagKind, tokenise
from pydiff.model.record import Severity
from pydiff.model.resolution import Installation, Prebuilt, Repack
from pydiff.model.selection import NOTHING_SELECTED, Candidate, Selection
from pydiff.model.snapshot import Contradiction, Snapshot
from pydiff.report import inspection_screen, runtime
from pydiff.report.redact import redactor
from pydiff.report.sheet import UNFOLDED, Row, Section, Sheet, render_sheet
from pydiff.report.text import plural

_TOOLS = ("CC", "CXX", "AR", "LDSHARED")
_PLACES = ("LIBDIR", "INCLUDEPY", "EXT_SUFFIX")
# What every extension is compiled and linked with; in the summary, by what it does.
_FLAGS = ("CFLAGS", "CCSHARED", "LDFLAGS")
_SUMMARISED: tuple[FlagKind, ...] = (
    "optimisation",
    "abi",
    "hardening",
    "library-path",
    "rpath",
    "include",
    "linker",
    "debug",
)
_NAMES_SHOWN = 8
# Some 1,700 names as one compressed word; their count and their digest stand beside it, and the JSON has it whole.
_PACKED = "exports_names"
_COUNTED: dict[Severity, str] = {
    "breaks": "can break a build",
    "changes": "can change what is built",
    "cosmetic": "cosmetic",
}
_HEADINGS: dict[Severity, str] = {
    "breaks": "breaks a build that asks for it",
    "changes": "can change what is built",
    "cosmetic": "no common build backend asks for it",
}


def render_inspection(
    installation: Installation,
    snapshot: Snapshot,
    found: Sequence[Contradiction],
    format_name: str,
    width: int | None = None,
    *,
    selection: Selection = NOTHING_SELECTED,
) -> str:
    """`terminal`, on one screen unless `selection` asks for more; `markdown`; or `json`, which always holds everything.

    The JSON: {"spec", "python": {"version", "prefix"}, "summary": {name: text}, "contradictions": [{"severity", "family", "subject",
    "says", "found", "consequence", "remedies": […], "said": {name: what it says}}], "facts": {family: {subject: fact}}, "errors": {family: why}}
    """
    spec = installation.resolution.spec.text
    summary = list(_summary(installation, snapshot, found))
    answer = _answer(found)
    if selection.narrows:
        kind = ", a repacked local interpreter and not a release" if isinstance(installation.resolution, Repack) else ""
        sections = list(_selected(f"{spec}{kind}", snapshot, found, selection))
    elif format_name == "terminal" and not selection.everything:
        columns = max(40, width or UNFOLDED)
        sections = list(inspection_screen.screen(spec, answer, summary, snapshot, found, columns, redactor()))
    else:
        sections = [
            Section(f"{spec}: {answer}", ()),
            *_contradictions(snapshot, found, everything=selection.everything),
        ]
        sections += [Section("what builds ask of it", tuple(summary)), *runtime.sections(snapshot)]
        if snapshot.errors:
            sections.append(Section("could not be read", tuple(snapshot.errors.items())))
        if selection.everything:
            sections += [_family(name, facts) for name, facts in snapshot.families.items()]
    data = {
        "spec": spec,
        "python": {"version": snapshot.python_version, "prefix": snapshot.prefix},
        "summary": dict(summary),
        "contradictions": msgspec.to_builtins(list(found)),
        "facts": snapshot.families,
        "errors": snapshot.errors,
    }
    return render_sheet(Sheet(tuple(sections), data), format_name, width)


def _summary(
    installation: Installation, snapshot: Snapshot, found: Sequence[Contradiction]
) -> Iterator[tuple[str, str]]:
    """What a build engineer asks first; what is not known is left out."""
    variables = snapshot.families.get("sysconfig", {})
    yield "python", f"{snapshot.python_version} in {snapshot.prefix}"
    resolution = installation.resolution
    if isinstance(resolution, Prebuilt):
        tag = f", release {resolution.asset.tag}" if resolution.asset.tag else ""
        yield "archive", f"{resolution.asset.name}{tag}"
    if isinstance(resolution, Repack):
        yield "not a release", f"a local interpreter, repacked: {resolution.interpreter}"
    release = snapshot.families.get("release", {})
    triple = str(release.get("target_triple") or (resolution.asset.triple if isinstance(resolution, Prebuilt) else ""))
    if triple := triple or str(variables.get("HOST_GNU_TYPE", "")):
        yield "triple", triple
    yield "libpython", _libpython(snapshot, found)
    yield from ((name, " ".join(str(variables[name]).split())) for name in (*_TOOLS, *_PLACES) if variables.get(name))
    if flags := _flags(variables):
        yield "flags", flags
    yield from _floors(snapshot)
    bundled = snapshot.families.get("bundled", {})
    yield (
        "packaging",
        ", ".join(f"{name} {bundled[name]}" for name in ("pip", "setuptools") if _is_there(bundled.get(name)))
        or "none",
    )


def _is_there(version: object) -> bool:
    return bool(version) and version != "absent"


def _libpython(snapshot: Snapshot, found: Sequence[Contradiction]) -> str:
    """Which are in the tree, and whether the interpreter loads one or holds its own."""
    names = [path.rpartition("/")[2] for path in snapshot.families.get("files", {})]
    shared = [
        one
        for one in names
        if one.startswith(("libpython", "python3")) and (".so" in one or one.endswith((".dylib", ".dll")))
    ]
    static = [one for one in names if one.startswith("libpython") and one.endswith(".a")]
    told = ", ".join(dict.fromkeys([*shared, *static])) or "none in the tree"
    # The first screen cuts the end off.
    return "; ".join(one for one in (_loaded(snapshot, found), told) if one)


def _loaded(snapshot: Snapshot, found: Sequence[Contradiction]) -> str:
    """What the interpreter had in memory when it ran; where nobody saw that, what its program file asks for."""
    seen = snapshot.families.get("runtime", {}).get("libpython")
    if isinstance(seen, list):
        other = next((one.says for one in found if (one.family, one.subject) == ("runtime", "libpython")), "")
        return f"the interpreter loads {other or 'it'}" if seen else "the interpreter holds its own"
    for path, fact in snapshot.families.get("binaries", {}).items():
        if path.startswith("bin/python3.") and isinstance(fact, dict) and "kind" in fact:
            needed = fact.get("needed")
            asks = isinstance(needed, list) and any("libpython" in one for one in needed)
            return f"the interpreter {'asks for one' if asks else 'holds its own'}"
    return ""


def _flags(variables: dict[str, Any]) -> str:
    """`optimisation -O3, -fwrapv; abi -march=x86-64-v2, -fPIC`"""
    kinds: dict[str, dict[str, None]] = {}
    for flag in (one for name in _FLAGS for one in tokenise(str(variables.get(name) or ""))):
        kinds.setdefault(flag.kind, {})[flag.text] = None
    return "; ".join(f"{kind} {', '.join(kinds[kind])}" for kind in _SUMMARISED if kind in kinds)


def _floors(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The oldest system that can load every binary of the Python itself."""
    binaries = [fact for fact in snapshot.families.get("binaries", {}).values() if isinstance(fact, dict)]
    for field, name in (("glibc", "glibc floor"), ("macos", "macOS floor")):
        versions = {str(fact[field]) for fact in binaries if fact.get(field)}
        numbered = [one for one in versions if one.replace(".", "").isdecimal()]
        if numbered:
            yield name, max(numbered, key=lambda text: [int(part) for part in text.split(".") if part])


def _answer(found: Sequence[Contradiction]) -> str:
    if not found:
        return "no contradiction found"
    counts = {heading: sum(one.severity == severity for one in found) for severity, heading in _COUNTED.items()}
    told = ", ".join(f"{count} {heading}" for heading, count in counts.items() if count)
    return f"{plural(len(found), 'contradiction')}: {told}"


def _selected(spec: str, snapshot: Snapshot, found: Sequence[Contradiction], selection: Selection) -> Iterator[Section]:
    """The findings and the facts that are asked for, whole. A severity is a matter of findings alone."""
    told = [one for one in found if selection.holds(Candidate(one.family, tuple(one.said), one.severity))]
    families = {
        name: {subject: fact for subject, fact in facts.items() if selection.holds(Candidate(name, (subject,)))}
        for name, facts in snapshot.families.items()
    }
    chosen = {name: facts for name, facts in families.items() if facts and selection.severity is None}
    count = sum(map(len, chosen.values()))
    asked = _asked(selection)
    findings, facts = plural(len(found), "contradiction"), plural(sum(map(len, snapshot.families.values())), "fact")
    if not told and not chosen:
        yield Section(f"{spec}: none of {findings} and {facts} matches: {asked}", ())
        return
    # A severity chooses among findings alone.
    and_facts = f", {count:,} of {facts}" if selection.severity is None else ""
    yield Section(f"{spec}: {len(told):,} of {findings}{and_facts}: {asked}", ())
    yield from (_section(snapshot, number, len(told), one, everything=True) for number, one in enumerate(told, 1))
    yield from (_family(name, facts) for name, facts in chosen.items())


def _asked(selection: Selection) -> str:
    """The least of the severities includes every other."""
    if selection.severity == "cosmetic":
        return "; ".join([*replace(selection, severity=None).wishes(), "any severity"])
    return "; ".join(selection.wishes())


def _contradictions(snapshot: Snapshot, found: Sequence[Contradiction], *, everything: bool) -> Iterator[Section]:
    shown = [one for one in found if everything or one.severity != "cosmetic"]
    yield from (
        _section(snapshot, number, len(found), one, everything=everything) for number, one in enumerate(shown, 1)
    )
    rest = found[len(shown) :]
    if rest:
        rows = tuple((_who(one), f"{one.says}: {one.found}") for one in rest)
        yield Section(f"{_HEADINGS['cosmetic']} (in full with --all)", rows)


def _section(snapshot: Snapshot, number: int, count: int, one: Contradiction, *, everything: bool) -> Section:
    rows: list[Row] = [("says", one.says), ("found", one.found), ("so", one.consequence)]
    rows += [("known remedy" if index == 0 else "", remedy) for index, remedy in enumerate(one.remedies)]
    if everything and len(one.said) > 1:
        rows += [
            ("all of them" if index == 0 else "", _saying(snapshot.families.get(one.family, {}).get(name), name, value))
            for index, (name, value) in enumerate(one.said.items())
        ]
    elif len(one.said) > 1:
        names = list(one.said)[1:]
        more = len(names) - _NAMES_SHOWN
        rows.append(("also", ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")))
    return Section(f"{number} of {count}, {_HEADINGS[one.severity]} - {one.family}: {_who(one)}", tuple(rows))


def _saying(fact: object, name: str, value: str) -> str:
    """`=` only before the whole value: a finding may be about some words of it."""
    if str(fact) == value:
        return f"{name} = {value}"
    if isinstance(fact, str) and all(word in fact for word in value.split()):
        return f"{name} names {value}"
    return value if value.startswith(f"{name}=") else f"{name}: {value}"


def _who(one: Contradiction) -> str:
    more = len(one.said) - 1
    return f"{one.subject} and {more} more" if more > 0 else one.subject


def _family(name: str, facts: dict[str, Any]) -> Section:
    rows = tuple((subject, _fact(fact)) for subject, fact in facts.items())
    return Section(f"{name}: {plural(len(facts), 'fact')}", rows)


def _fact(fact: object) -> str:
    match fact:
        case dict():
            return ", ".join(f"{key}: {_fact(value)}" for key, value in fact.items() if key != _PACKED)
        case list():
            return " ".join(map(str, fact))
        case _:
            return "" if fact is None else str(fact)
