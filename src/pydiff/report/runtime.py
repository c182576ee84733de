"""What an interpreter said when it was run, in a few rows: the family `runtime` of a snapshot."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from pydiff.compare.severity import BY_LIBRARY
from pydiff.model.snapshot import Facts, Snapshot
from pydiff.report.sheet import Row, Section
from pydiff.report.text import plural

_LIBRARIES = (
    ("ssl.version", ""),
    ("sqlite.version", "SQLite "),
    ("zlib.version", "zlib "),
    ("expat.version", ""),
    ("tk.version", "Tk "),
    ("readline", ""),
)
_ABSENT = "ModuleNotFoundError: "
_MODULE = "module/"
_NOT_ASKED = "not asked (--no-run)"


def sections(snapshot: Snapshot) -> Iterator[Section]:
    """One section, which says so where nobody asked the interpreter."""
    facts = snapshot.families.get("runtime")
    if facts is None:
        yield Section("when it runs", (("why", _NOT_ASKED),))
        return
    for subject, title in (("skipped", "not run"), ("error", "does not run")):
        if subject in facts:
            yield Section(title, (("why", str(facts[subject])),))
            return
    level = facts.get("sandbox")
    where = "without a sandbox" if level == "none" else f"in the sandbox ({level})"
    yield Section(f"what it says when it runs, {where}", tuple(_rows(facts)))


def in_a_row(snapshot: Snapshot) -> Row:
    """The one row of a first screen: what keeps a build from running it, or else what came with it."""
    section = next(sections(snapshot))
    rows = [(str(row[0]), str(row[1])) for row in section.rows]
    said = dict(rows)
    if "why" in said:
        return section.title, said["why"]
    if failing := [text for name, text in rows if name == "does not import"]:
        return "does not import", "; ".join(failing)
    # OpenSSL says the day of its release as well.
    library = re.sub(r" \d{1,2} \w{3} \d{4}", "", said["libraries"].partition(", ")[0])
    return "when it runs", f"{library}; {said['modules']}"


def _rows(facts: Facts) -> Iterator[Row]:
    compiler = re.search(r"\[[^\]]+\]", str(facts.get("version", "")))
    gil = ", without the GIL" if facts.get("gil") is False else ""
    yield "is", f"{facts.get('implementation', '')}{gil} {compiler[0] if compiler else ''}".strip()
    prefixes = {str(facts[name]): name for name in ("base_prefix", "exec_prefix", "prefix") if facts.get(name)}
    yield (
        "prefix",
        next(iter(prefixes), "")
        if len(prefixes) == 1
        else ", ".join(f"{path} ({name})" for path, name in prefixes.items()),
    )
    loaded = facts.get("libpython")
    if isinstance(loaded, list):
        yield "libpython", ", ".join(_below(path, facts) for path in loaded) or "part of the interpreter"
    yield "wheels", _wheels(facts)
    yield "headers", _below(str(facts.get("paths.include", "")), facts)
    yield "installs to", _below(str(facts.get("paths.platlib", "")), facts)
    libraries = (f"{name}{str(facts[subject]).replace('_', ' ')}" for subject, name in _LIBRARIES if facts.get(subject))
    yield "libraries", ", ".join(libraries) or "none"
    yield from _certificates(facts)
    yield from _modules(facts)


def _below(path: str, facts: Facts) -> str:
    """A path below the prefix, without it: the prefix has a row of its own."""
    return path.removeprefix(f"{facts.get('prefix') or ''}/") if path.startswith("/") else path


def _wheels(facts: Facts) -> str:
    platforms, count = facts.get("tags.platforms"), facts.get("tags.count")
    if not isinstance(platforms, list) or not isinstance(count, int):
        return f"{facts.get('platform', '')}; its tags could not be asked: {facts.get('unanswered.tags.accepts', '')}"
    newest = next((one for one in platforms if one.startswith(("manylinux", "musllinux", "macosx"))), "")
    return f"{facts.get('tags.builds', '')}, accepts {plural(count, 'tag')}{f' up to {newest}' if newest else ''}"


def _certificates(facts: Facts) -> Iterator[Row]:
    match facts.get("ssl.certificates"):
        case "file":
            yield "certificates", str(facts.get("ssl.cafile", ""))
        case "folder":
            yield "certificates", str(facts.get("ssl.capath", ""))
        case "none":
            yield "certificates", f"none in {facts.get('ssl.cafile', '')} nor {facts.get('ssl.capath', '')}"
        case _:  # no ssl module: `modules` says so
            pass


def _modules(facts: Facts) -> Iterator[Row]:
    failed: dict[str, list[str]] = defaultdict(list)
    absent: list[str] = []
    count = 0
    for subject, answer in facts.items():
        name = subject.removeprefix(_MODULE)
        if name == subject or not isinstance(answer, str):
            continue
        if answer in {"shared", "builtin"}:
            count += 1
        elif not answer.startswith(_ABSENT):
            failed[answer].append(name)
        elif name in BY_LIBRARY:
            # The other modules that one version or another has are not missed.
            absent.append(name)
    lacking = f", no {', '.join(absent)}" if absent else ""
    yield "modules", f"{plural(count, 'extension module')} imported{lacking}"
    yield from (("does not import", f"{', '.join(names)}: {reason}") for reason, names in failed.items())
