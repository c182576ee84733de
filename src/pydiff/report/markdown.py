"""For a ticket: verdict and reason in the first lines, then the evidence, the rest folded away; never too long for a comment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.model.record import (
    SEVERITIES,
    ActionRecord,
    AssetRecord,
    Difference,
    Divergence,
    Finding,
    Run,
    Severity,
    SideRecord,
    Suspect,
)
from pydiff.model.selection import Selection
from pydiff.report import legend, view
from pydiff.report.budget import Section, fit
from pydiff.report.commands import divergence_lines, quoted
from pydiff.report.interface import Style
from pydiff.report.markup import block_line, cell, code, fence, item, prose, row, sentence, table_head
from pydiff.report.text import plural

LIMIT = 60_000
"""GitHub takes 65,536 characters in a comment."""
_FINDINGS = 6
_VALUE = 300
_WHOLE = 20_000
"""Characters of a value: where everything stands, and where only what was asked for does."""
_LINE = 150
"""Columns of a command in full."""
_USEFULNESS: dict[Severity, int] = {"breaks": 60, "changes": 40, "cosmetic": 10}


@dataclass(frozen=True, slots=True)
class Markdown:
    name: str = "markdown"

    def render(self, run: Run, style: Style) -> str:
        """Markdown has no width and no colour; of the selection it takes what narrows it, as it keeps everything anyway."""
        sections, left_out = fit(list(_sections(run, style.selection)), LIMIT)
        parts = [section.text() for section in sections]
        if left_out:
            parts.append(f"Left out for length: {'; '.join(left_out)}. The JSON record has them all.")
        return "\n\n".join(parts) + "\n"


def _sections(run: Run, selection: Selection) -> Iterator[Section]:
    yield Section("\n".join(_head(run)).rstrip(), kept=True, usefulness=100)
    if run.sides.left is not None or run.sides.right is not None:
        yield _sides(run)
    if run.divergence is not None:
        yield _divergence(run.divergence)
    for number, finding in enumerate(run.findings[:_FINDINGS]):
        yield from _finding(run, finding, usefulness=70 - number)
    if run.sides.left is not None and run.sides.right is not None:
        yield Section(f"**Differences of the trees:** {prose(view.counts_sentence(run))}.", kept=True, usefulness=95)
    yield from _differences(run, selection)
    if run.divergence is not None:
        yield from _full_commands(run, run.divergence)
    yield from _notes(run)
    yield from legend.section(run)
    yield from _how(run)
    if view.is_repacked(run):
        yield Section(f"¹ {view.FOOTNOTE}", kept=True, usefulness=90)


def _head(run: Run) -> Iterator[str]:
    headline = run.headline
    if run.request.package and "`" not in headline:
        headline = headline.replace(run.request.package, f"`{run.request.package}`", 1)
    yield f"### {sentence(headline)}\n"
    if run.partial:
        yield "**Partial:** the run stopped before its end, and this is what there is of it.  "
    if run.error is not None:
        yield f"**Stopped by:** {prose(run.error.message)}{f' ({prose(run.error.hint)})' if run.error.hint else ''}  "
    for finding in run.findings[:2]:
        yield from _reason(run, finding)


def _reason(run: Run, finding: Finding) -> Iterator[str]:
    """Cause or suspicion, and the way out, one line each."""
    left, right = view.labels(run)
    if finding.cause is not None:
        cause = finding.cause
        yield f"**Cause (proved):** {prose(cause.kind)} {code(cause.name)} is {code(cause.left)} under {prose(left)} and {code(cause.right)} under {prose(right)}.  "
    elif finding.suspects:
        yield f"**Suspected (no experiment made):** {_suspicion(run, finding.suspects[0])}  "
    else:
        yield f"**What failed:** {sentence(finding.title)} ({prose(view.finding_side(run, finding))}).  "
    if finding.remedy is not None:
        state = "Workaround (verified by building)" if finding.remedy.verified else "May help (not verified)"
        ways = [sentence(line) for line in view.remedy_lines(finding.remedy)]
        yield f"**{state}:** {' · or '.join(ways)}"


def _suspicion(run: Run, suspect: Suspect) -> str:
    left, right = view.labels(run)
    read = f", read by {', '.join(code(one, 100) for one in suspect.read_by[:3])}" if suspect.read_by else ""
    values = f"{code(view.value(suspect.left), 200)} under {prose(left)} and {code(view.value(suspect.right), 200)} under {prose(right)}"
    return f"{prose(suspect.kind)} {code(suspect.name)} is {values}{read}; {sentence(suspect.why)}."


def _sides(run: Run) -> Section:
    count = view.columns(run)
    head = table_head(" ", *(prose(label, 80) for label in view.labels(run)[:count]))
    rows = tuple(row(prose(one.name), *map(cell, (one.left, one.right)[:count])) for one in view.side_rows(run))
    return Section(head, rows, what="rows about the sides", usefulness=99, kept=True)


def _divergence(divergence: Divergence) -> Section:
    lines = tuple(block_line(line) for line in divergence_lines(divergence))
    marks = fence(lines)
    head = f"**First divergence** {sentence(view.divergence_title(divergence))}. {sentence(divergence.summary)}"
    if not lines:
        return Section(head, kept=True, usefulness=98)
    return Section(f"{head}\n\n{marks}diff", lines, marks, what="lines of the first divergence", usefulness=98)


def _finding(run: Run, finding: Finding, usefulness: int) -> Iterator[Section]:
    title = f"**Why:** {sentence(finding.title)} ({code(finding.class_)}, {prose(view.finding_side(run, finding))})"
    lines = tuple(block_line(line, 600) for line in view.new_evidence(run, finding)[:12])
    marks = fence(lines)
    yield Section(
        f"{title}\n\n{marks}text" if lines else title,
        lines,
        marks if lines else "",
        what="lines of evidence",
        usefulness=usefulness,
    )
    if finding.suspects[1:]:
        rows = tuple(item(_suspicion(run, one)) for one in finding.suspects[1:20])
        yield Section("Also suspected:\n", rows, what="more suspects", usefulness=usefulness - 20)
    if finding.cause is not None and finding.cause.proof:
        rows = tuple(row(cell(one.changed), cell(one.outcome)) for one in finding.cause.proof[:60])
        yield Section(
            f"**Proof**\n\n{table_head('experiment', 'outcome')}", rows, what="experiments", usefulness=usefulness
        )


def _differences(run: Run, selection: Selection) -> Iterator[Section]:
    """One folded table for each severity, the least useful first to go."""
    left, right = view.labels(run)
    picked = view.selected(run, selection)
    totals = view.counts(picked)
    longest = _WHOLE if selection.narrows or selection.everything else _VALUE
    if selection.narrows:
        said = prose(view.selection_sentence(run, selection, picked), 1_000)
        yield Section(f"**Shown:** {said}", kept=True, usefulness=95)
    for severity in SEVERITIES:
        entries = [one for one in picked if one.severity == severity]
        if not entries:
            continue
        read = sum(one.count for one in entries if one.read_by)
        by = f"; {read:,} of them read by these builds" if read else ""
        what = f"differences that {view.MEANING[severity]}"
        summary = f"{plural(totals[severity], 'difference')} that {view.MEANING[severity]}{by}"
        is_open = selection.narrows or (severity == "breaks" and not view.has_builds(run))
        head = f"<details{' open' if is_open else ''}><summary>{summary}</summary>\n\n"
        head += table_head(
            "what", prose(left, 80), prose(right, 80), "read by" if view.has_builds(run) else "asked for by"
        )
        yield Section(
            head,
            tuple(_difference(one, longest, told=not view.has_builds(run)) for one in entries),
            "\n</details>",
            what=f"entries of {what}",
            usefulness=_USEFULNESS[severity],
        )


def _difference(one: Difference, longest: int, *, told: bool) -> str:
    """`told`: without a build that says who reads it, who is known to ask for it is told."""
    names, more = view.subjects(one)
    return row(
        f"{prose(one.family)} {', '.join(code(name, 200) for name in names)}{f' and {more:,} more' if more else ''}",
        code(view.value(one.left, longest), longest),
        code(view.value(one.right, longest), longest),
        ", ".join(code(reader, 100) for reader in one.read_by[:4]) or (told and prose(", ".join(one.asked_by))) or " ",
    )


def _full_commands(run: Run, divergence: Divergence) -> Iterator[Section]:
    actions = [
        (label, action)
        for label, action in zip(view.labels(run), (divergence.left, divergence.right), strict=True)
        if action is not None
    ]
    lines = tuple(line for label, action in actions for line in _full_command(label, action))
    if lines:
        marks = fence(lines)
        head = f"<details><summary>the diverging command in full</summary>\n\n{marks}text"
        yield Section(head, lines, f"{marks}\n\n</details>", what="lines of the full commands", usefulness=20)


def _full_command(label: str, action: ActionRecord) -> Iterator[str]:
    ended = "was stopped" if action.exit_code is None else f"exit status {action.exit_code}"
    yield block_line(f"# {label}: {ended}, {action.seconds:.2f} s, in {action.cwd}", 300)
    line = ""
    for word in action.argv[:2_000]:
        safe = quoted(word)
        if line and len(line) + len(safe) > _LINE:
            yield block_line(f"{line} \\")
            line = "   "
        line = f"{line} {safe}" if line else safe
    yield block_line(line)
    for said in action.stderr.splitlines()[-40:]:
        yield block_line(f"# {said}", 600)


def _notes(run: Run) -> Iterator[Section]:
    notes = view.notes(run)
    if notes:
        rows = tuple(item(sentence(note)) for note in notes)
        yield Section("<details><summary>notes</summary>\n", rows, "\n</details>", what="notes", usefulness=50)


def _how(run: Run) -> Iterator[Section]:
    """What a maintainer needs to trust the run and to make it again."""
    facts = [prose(f"pydiff {run.pydiff}, {run.created}, run {run.id}")]
    if command := view.command_line(run):
        facts.insert(0, code(command, 1_000))
    if sandbox := view.sandbox_sentence(run):
        facts.append(f"sandbox: {prose(sandbox)}")
    for side in (run.sides.left, run.sides.right):
        facts += _side_facts(side) if side is not None else []
    facts += [f"{prose(name)} of the source: {code(value)}" for name, value in run.source.items() if value]
    facts += [f"{prose(name)}: {code(value)}" for name, value in run.environment.items()]
    facts += [
        f"build requirement {code(f'{one.name}=={one.version}')} sha256 {code(one.sha256)}" for one in run.requirements
    ]
    if run.timings:
        facts.append("seconds: " + ", ".join(f"{prose(name)} {seconds:.1f}" for name, seconds in run.timings.items()))
    yield Section(
        "<details><summary>how to reproduce: command, hashes, environment, requirements</summary>\n",
        tuple(item(fact) for fact in facts),
        "\n</details>",
        what="facts about how the run was made",
        usefulness=80,
    )


def _side_facts(side: SideRecord) -> list[str]:
    label = prose(side.label, 80)
    chosen = f", version: {prose(side.manager.why)}" if side.manager.why else ""
    facts = [f"{label}: spec {code(side.spec, 200)}{chosen}, prefix {code(side.python.prefix)}"]
    if side.asset is not None:
        facts.append(f"{label}: {code(side.asset.name)} sha256 {code(side.asset.sha256)} ({_checked(side.asset)})")
    return facts


def _checked(asset: AssetRecord) -> str:
    if asset.repacked:
        return "made on this machine"
    return f"checked against {prose(asset.verified)}" if asset.verified else "nothing was published to check it against"
