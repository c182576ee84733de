"""What every format says, and in which order, before it is made to look like anything."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydiff.model.record import (
    SEVERITIES,
    AssetRecord,
    BuildSummary,
    Difference,
    Divergence,
    Finding,
    Remedy,
    Run,
    Severity,
    SideRecord,
)
from pydiff.model.selection import Selection
from pydiff.report import changes
from pydiff.report.commands import divergence_lines, has_commands
from pydiff.report.narrowed import narrowed
from pydiff.report.text import exact, one_line, plural

MEANING: dict[Severity, str] = {
    "breaks": "can break a build",
    "changes": "can change what is built",
    "cosmetic": "no common build backend reads",
}
FOOTNOTE = "Not a python-build-standalone release: a local interpreter, repacked as one by pydiff."
MARKS = {"built": "✔", "failed": "✘", "timeout": "✘", "not-run": "-"}
KINDS = {
    "outcome": "the outcome differs",
    "missing": "one side never ran it",
    "meaning": "the arguments differ",
    "order": "the order of the arguments differs",
    "wheel": "only the wheels differ",
}


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    left: str
    right: str


def has_builds(run: Run) -> bool:
    """False where only the trees were compared."""
    return run.request.package is not None


def is_repacked(run: Run) -> bool:
    return any(
        side is not None and side.asset is not None and side.asset.repacked
        for side in (run.sides.left, run.sides.right)
    )


def columns(run: Run) -> int:
    """How many sides the table has: one where one side was built alone."""
    return 1 if run.sides.right is None and not run.partial else 2


def labels(run: Run) -> tuple[str, str]:
    left, right = run.sides.left, run.sides.right
    return (left.label if left else "left", right.label if right else "right")


def side_rows(run: Run) -> list[Row]:
    """The table at the top: which Python, what was changed, how the build went."""
    left, right = run.sides.left, run.sides.right
    rows = [
        Row("Python", _python(left), _same_archive(left, right) or _python(right)),
        Row("changed after extraction", _changes(left), _changes(right)),
    ]
    if has_builds(run):
        rows.append(Row("build", _build(left), _build(right)))
        # Where a command diverges, its own words stand below it.
        told = run.divergence is not None and run.divergence.kind == "outcome" and has_commands(run.divergence)
        if not told and any(side is not None and side.build.error for side in (left, right)):
            rows.append(Row("error", _error(left), _error(right)))
    return rows


def _python(side: SideRecord | None) -> str:
    if side is None:
        return "not resolved"
    if side.asset is None:
        return f"{side.python.version}{', used in place' if side.python.in_place else ''}"
    asset = side.asset
    if asset.repacked:
        return f"{side.python.version}, local interpreter repacked as a standalone build¹"
    return f"{side.python.version}+{asset.tag}, {asset.flavor}" if asset.tag else f"{side.python.version}, {asset.name}"


def _same_archive(left: SideRecord | None, right: SideRecord | None) -> str:
    def known(side: SideRecord | None) -> AssetRecord | None:
        return side.asset if side is not None else None

    ours, theirs = known(left), known(right)
    return "same archive" if ours and theirs and ours.sha256 and ours.sha256 == theirs.sha256 else ""


def _changes(side: SideRecord | None) -> str:
    if side is None:
        return ""
    return "; ".join(one_line(change) for change in side.manager.changes) or "nothing"


def _build(side: SideRecord | None) -> str:
    if side is None:
        return f"{MARKS['not-run']} not run"
    build = side.build
    match build.outcome:
        case "built":
            said = f"built in {_seconds(build.seconds)}, {_calls(build)}"
        case "failed":
            said = (
                f"failed after {_seconds(build.seconds)}, {_calls(build)}{f' ({build.class_})' if build.class_ else ''}"
            )
        case "timeout":
            said = f"out of time after {_seconds(build.seconds)}, {_calls(build)}"
        case "not-run":
            said = "not run"
    return f"{MARKS[build.outcome]} {said}"


def _error(side: SideRecord | None) -> str:
    return f"`{one_line(side.build.error, 200)}`" if side is not None and side.build.error else ""


def _calls(build: BuildSummary) -> str:
    return plural(build.actions, "tool call")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:,.0f} s"


def divergence_title(divergence: Divergence) -> str:
    """`in build_wheel, after 137 commands that agree: the outcome differs`."""
    after = f", after {plural(divergence.agreed, 'command')}" if divergence.agreed else ""
    from pydiff.compare.builds import BUT_FOR  # noqa: PLC0415 (a comparison of trees does without it)

    # Where the agreement has an exception, the summary tells both.
    if divergence.agreed and BUT_FOR not in divergence.summary:
        after += f" that agree{'s' if divergence.agreed == 1 else ''}"
    where = f"in `{divergence.phase}`" if divergence.phase else "in the build"
    return f"{where}{after}: {KINDS[divergence.kind]}"


def remedy_lines(remedy: Remedy) -> list[str]:
    """Each way out, as a sentence or an assignment in backticks."""
    lines = []
    if remedy.env:
        lines.append("build with " + " ".join(f"`{name}={value}`" for name, value in remedy.env.items()))
    if remedy.action:
        lines.append(remedy.action)
    return lines


def finding_side(run: Run, finding: Finding) -> str:
    left, right = labels(run)
    return {"left": left, "right": right, "both": "both sides"}[finding.side]


def new_evidence(run: Run, finding: Finding) -> list[str]:
    """The evidence that does not stand under the first divergence already."""
    told = (
        {" ".join(line[2:].split()) for line in divergence_lines(run.divergence)}
        if run.divergence is not None
        else set()
    )
    return [line for line in finding.evidence if " ".join(line.partition("  →")[0].split()) not in told]


def counts(differences: Sequence[Difference]) -> dict[Severity, int]:
    """Severity -> how many facts differ, those counted that share one entry."""
    found: Counter[Severity] = Counter()
    for difference in differences:
        found[difference.severity] += difference.count
    return {severity: found[severity] for severity in SEVERITIES}


def counts_sentence(run: Run) -> str:
    """`3 can break a build, 20 can change what is built, 25 no common build backend reads`."""
    found = counts(run.differences)
    said = [f"{number:,} {MEANING[severity]}" for severity, number in found.items() if number]
    return ", ".join(said) if said else "none"


def ranked(run: Run) -> list[Difference]:
    """Most useful first: what can break, of that what is suspected, what these builds read, what build backends ask for."""
    suspected = {suspect.name for finding in run.findings for suspect in finding.suspects}
    suspected |= {finding.cause.name for finding in run.findings if finding.cause is not None}

    def rank(one: Difference) -> tuple[int, bool, bool, bool, bool, int]:
        named = bool(suspected & {one.subject, *one.also})
        # Most of what a build asks a Python for are variables; whose files differ follows from the rest.
        asked = -len(one.asked_by)
        return SEVERITIES.index(one.severity), not named, not one.read_by, not asked, one.family != "sysconfig", asked

    return sorted(run.differences, key=rank)


def selected(run: Run, selection: Selection) -> list[Difference]:
    """Of `ranked` those that the selection picks, and of one that many share the members that are asked for."""
    return [narrowed(one, selection) for one in ranked(run) if selection.holds(changes.candidate(one))]


def selection_sentence(run: Run, selection: Selection, picked: Sequence[Difference]) -> str:
    """What was asked for and how much of it there is; of nothing, which of the wishes there is nothing of."""
    wishes = selection.wishes()
    asked = "; ".join(wishes)
    total = _facts(run.differences)
    if not total:
        return f"Nothing to select from: the run recorded no difference (asked for: {asked})."
    if picked:
        return f"{_facts(picked):,} of {plural(total, 'difference')}: {asked}."
    if len(wishes) == 1:
        whole = " Names are whole: '*NAME*' finds a part of one." if selection.subjects else ""
        return f"None of {plural(total, 'difference')} matches: {asked}.{whole}"
    alone = [f"{'; '.join(one.wishes())}: {_facts(selected(run, one)):,}" for one in selection.alone()]
    return f"None of {plural(total, 'difference')} matches all of it. Each alone: {'; '.join(alone)}."


def _facts(differences: Sequence[Difference]) -> int:
    return sum(one.count for one in differences)


def subjects(difference: Difference) -> tuple[list[str], int]:
    """Up to three names that share the difference, and how many more do; files told together are counted in the value."""
    named = [difference.subject, *difference.also[:2]]
    more = len(difference.also) + 1 if difference.family == "files" else difference.count
    return [one_line(name, 200) for name in named], max(0, more - len(named))


def value(text: str | None, limit: int = 300) -> str:
    return "(absent)" if text is None else exact(text, limit) or "(empty)"


def notes(run: Run) -> list[str]:
    """Each once, with the side it is about."""
    sides = [(side.label, side.notes) for side in (run.sides.left, run.sides.right) if side is not None]
    shared = set.intersection(*(set(said) for _, said in sides)) if len(sides) == 2 else set[str]()
    own = [f"{label}: {note}" for label, said in sides for note in said if note not in shared]
    both = [f"both sides: {note}" for note in (sides[0][1] if sides else []) if note in shared]
    return list(dict.fromkeys([*run.notes, *both, *own]))


def sandbox_sentence(run: Run) -> str:
    """`bwrap, no network`; what could not be had is said."""
    if run.sandbox is None:
        return ""
    level = {"bwrap": "bwrap", "unshare": "unshare", "none": "no sandbox"}[run.sandbox.level]
    network = "with network" if run.sandbox.network else "no network"
    return f"{level}, {network}{f' ({one_line(run.sandbox.why, 200)})' if run.sandbox.why else ''}"


def command_line(run: Run) -> str:
    """What makes this run again."""
    return "pydiff " + shlex.join(run.request.argv) if run.request.argv else ""
