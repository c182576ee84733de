"""A comment that always fits, and out of which no text breaks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from pydiff.model.record import (
    SEVERITIES,
    BuildSummary,
    Cause,
    Difference,
    Divergence,
    ErrorRecord,
    Finding,
    Proof,
    Remedy,
    Run,
    Sides,
    Suspect,
)
from pydiff.report import render
from pydiff.report.budget import Section, fit
from pydiff.report.markdown import LIMIT
from pydiff.report.markup import cell, code, item, prose, row, sentence, table_head
from runs import a_run, a_side, an_action, trees_only, uwsgi_run

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TAGS = re.compile(r"</?(?:details|summary)(?: open)?>|</?code>")


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def text_of(markdown: str) -> str:
    """What a reader sees, blocks run together."""
    shown = [
        token.content for token in flat(GFM.parse(markdown)) if token.type in {"text", "code_inline", "text_special"}
    ]
    return "".join(shown).replace("\u200b", "")


def check_shape(markdown: str) -> None:
    """One heading, tables of even rows, no link, no picture, no tag but ours, everything closed."""
    tokens = flat(GFM.parse(markdown))
    assert sum(token.type == "heading_open" for token in tokens) == 1
    assert not [
        token
        for token in tokens
        if token.type in {"link_open", "image", "em_open", "s_open", "blockquote_open", "hr", "code_block"}
    ]
    html = "".join(token.content for token in tokens if token.type in {"html_block", "html_inline"})
    assert not re.search(r"<(?!/?(?:details|summary|code)\b)", html)
    for name in ("details", "summary", "code"):
        assert len(re.findall(rf"<{name}\b", html)) == html.count(f"</{name}>")
    cells = 0
    in_code = False
    for token in tokens:
        if token.type == "html_inline":
            in_code = token.content == "<code>"
        elif token.type == "tr_open":
            cells = 0
        elif token.type in {"td_open", "th_open"}:
            cells += 1
        elif token.type == "tr_close":
            assert cells in {2, 3, 4}
        elif token.type == "text" and not in_code:
            assert not re.search(r"(?<![\w`])@\w|#\d", token.content)
    for token in tokens:
        if token.type == "fence":
            assert token.map is not None
            assert markdown.split("\n")[token.map[1] - 1].startswith("```")


@pytest.mark.parametrize(
    "run", [a_run(), trees_only(), uwsgi_run("link"), uwsgi_run("no-clang"), uwsgi_run("both-built")]
)
def test_real_runs_have_a_good_shape(run: Run) -> None:
    check_shape(render(run, "markdown"))


def test_verdict_reason_and_way_out_stand_in_the_first_lines() -> None:
    lines = [line for line in render(uwsgi_run(), "markdown").split("\n") if line]
    assert lines[0] == "### `uwsgi==2.0.28` builds under mise 2024.12.15 and fails under uv 0.5.5"
    assert lines[1].startswith(
        "**Suspected (no experiment made):** sysconfig `LIBDIR` is `{prefix}/lib` under mise 2024.12.15 and `/install/lib`"
    )
    assert lines[2].startswith("**May help (not verified):** build with `LDFLAGS=-L{prefix}/lib`")


def test_the_first_divergence_is_shown_as_a_diff() -> None:
    assert (
        "```diff\n"
        "- cc    … -o uwsgi -L{prefix}/lib -Wl,-rpath,{prefix}/lib … -lpython3.9\n"
        "+ clang … -o uwsgi -L/install/lib -Wl,-rpath,/install/lib … -lpython3.9\n"
        "+ /usr/bin/ld: cannot find -lpython3.9: No such file or directory\n"
        "```\n"
    ) in render(uwsgi_run(), "markdown")


def test_a_repacked_interpreter_is_said_to_be_one() -> None:
    assert "Not a python-build-standalone release" in render(uwsgi_run(), "markdown")
    assert "Not a python-build-standalone release" not in render(a_run(), "markdown")


def test_nothing_is_called_proved_or_verified_that_is_not() -> None:
    said = render(uwsgi_run(), "markdown")
    assert "proved" not in said
    assert "verified by" not in said
    cause = Cause(
        kind="sysconfig", name="LIBDIR", left="a", right="b", proof=[Proof(changed="only LIBDIR", outcome="builds")]
    )
    finding = replace(a_run().findings[0], cause=cause, remedy=Remedy(env={"A": "b"}, verified=True))
    said = render(a_run(findings=[finding]), "markdown")
    assert "**Cause (proved):** sysconfig `LIBDIR` is `a` under mise" in said
    assert "**Workaround (verified by building):** build with `A=b`" in said
    assert "| only LIBDIR | builds |" in said


def test_trees_only_opens_the_differences() -> None:
    said = render(trees_only(), "markdown")
    assert "<details open><summary>1 difference that can break a build" in said
    assert "| build |" not in said


def test_partial_and_inconclusive_runs_say_so() -> None:
    run = a_run(
        verdict="inconclusive",
        headline="Stopped early: no host answered",
        partial=True,
        error=ErrorRecord(message="no host answered", hint="set --mirror", exit_code=4),
        sides=Sides(left=None, right=None),
        differences=[],
        divergence=None,
        findings=[],
    )
    said = render(run, "markdown")
    check_shape(said)
    assert "**Partial:**" in said
    assert "no host answered (set --mirror)" in said


def test_both_failed_alike_shows_the_error_on_both_sides() -> None:
    failed = BuildSummary(
        outcome="failed",
        class_="missing-header",
        actions=1,
        seconds=1.0,
        phase="build_wheel",
        error="a.c:1: fatal error: x.h",
    )
    finding = Finding(
        class_="missing-header", title="the header `x.h` is missing", side="both", evidence=["a.c:1: fatal error: x.h"]
    )
    said = render(
        a_run(
            verdict="same",
            sides=Sides(left=a_side("mise 1", build=failed), right=a_side(build=failed)),
            divergence=None,
            findings=[finding],
        ),
        "markdown",
    )
    assert said.count("`a.c:1: fatal error: x.h`") == 2
    assert "both sides" in said


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from([
            "`", "``", "```", "|", "\\", "\n", "\r", "<details>", "</details>", "<script>", "<!--", "@user", " @org/team", "#12", "GH-3", "](http://x)", "[a](b)",
            "![i](u)", "https://evil.example", "www.evil.example", "*", "**", "__", "~~", "# h", "> q", "- l", "1. x", "---", "&amp;", "$x$", "</summary>",
            "\x1b[2J", "\u202e", "+", " ", "a", "\t", "~~~", "<a@b.example>", "```diff\n",
        ]),
        max_size=8,
    ).map("".join),
)  # fmt: skip


def hostile_run(text: str) -> Run:
    side = a_side(
        notes=[text],
        spec=text,
        label=f"uv {text}",
        changes=[text],
        build=BuildSummary(outcome="failed", class_=text, error=text, phase=text),
    )
    action = replace(an_action("cc", text, f"-o{text}", exit_code=1, stderr=f"error: {text}\n{text}"), cwd=text)
    suspect = Suspect(kind="sysconfig", name=text, left=text, right=text, why=text, read_by=[text])
    return a_run(
        headline=f"headline {text}",
        sides=Sides(left=side, right=side),
        notes=[text],
        environment={"system": text},
        source={"url": text},
        differences=[Difference(family="files", subject=text, left=text, right=None, severity=severity, read_by=[text]) for severity in SEVERITIES],
        divergence=Divergence(phase=text, kind="outcome", left=action, right=action, summary=text, tokens=[f"- {text}"]),
        findings=[Finding(class_=text or "c", title=text, side="right", evidence=[text], suspects=[suspect, suspect], remedy=Remedy(env={"CC": text}, action=text))],
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    said = render(hostile_run(text), "markdown")
    check_shape(said)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", said)


@given(HOSTILE)
def test_prose_reads_as_it_was_written(text: str) -> None:
    assert not re.search(r"://|\bwww\.", prose(text), re.IGNORECASE)
    wanted = " ".join(text.replace("\u200b", "").split())
    if wanted and wanted == "".join(
        character for character in wanted if character.isprintable() and ord(character) < 0x2000
    ):
        assert text_of(f"x {prose(text)}") == f"x {wanted}"


@given(HOSTILE)
def test_code_reads_as_it_was_written_also_in_a_table(text: str) -> None:
    wanted = text.strip()
    if wanted and all(0x20 <= ord(character) < 0x7F for character in wanted):
        assert text_of(f"x {code(wanted)}") == f"x {wanted}"
        table = f"{table_head('a', 'b')}\n{row(code(wanted), cell('y'))}"
        assert text_of(table) == f"ab{wanted}y"


def test_sentences_and_items() -> None:
    assert sentence("run `a|b` or `c`") == "run <code>a&#124;b</code> or `c`"
    assert sentence("an odd ` stays") == "an odd \\` stays"
    assert item(prose("# no heading")) == "- &#8203;# no heading"
    assert item(prose("2 apples")) == "- 2 apples"


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 1_500),
    st.integers(0, 400),
    st.sampled_from(["x", "|", "<", "&", "`", "*", "é", "\n", "$"]),
    st.integers(0, 500),
)  # fmt: skip
def test_never_above_the_limit(count: int, length: int, character: str, words: int) -> None:
    text = character * length
    differences = [
        Difference(family="files", subject=f"{number}{text}", left=text, right=text, severity=SEVERITIES[number % 3])
        for number in range(count)
    ]  # fmt: skip
    action = an_action("cc", *([text] * words), exit_code=1, stderr=f"{text}\n" * 50)
    base = hostile_run(text)
    assert base.divergence is not None
    run = replace(
        base,
        differences=differences,
        divergence=replace(base.divergence, left=action, right=action, tokens=[f"- {text}"] * 100, summary=text),
        notes=[text + str(number) for number in range(50)],
        findings=base.findings * 5,
    )
    said = render(run, "markdown")
    assert len(said) <= LIMIT
    check_shape(said)


def test_what_is_left_out_is_counted_and_the_least_useful_goes_first() -> None:
    differences = [
        Difference(family="sysconfig", subject=f"{severity}_{number}", left="x" * 50, right="y" * 50, severity=severity)
        for severity, count in zip(SEVERITIES, (50, 100, 2_000), strict=True)
        for number in range(count)
    ]  # fmt: skip
    said = render(a_run(differences=differences), "markdown")
    assert len(said) <= LIMIT
    shown = {severity: said.count(f"`{severity}_") for severity in SEVERITIES}
    assert shown["breaks"] == 50
    assert shown["changes"] == 100
    assert f"{2_000 - shown['cosmetic']:,} of 2,000 entries of differences that no common build backend reads" in said
    assert "```diff" in said
    assert "how to reproduce" in said


def test_a_section_is_cut_from_its_end() -> None:
    sections = [
        Section("head", ("a" * 900, "b" * 900), "tail", "rows", usefulness=1),
        Section("kept", kept=True, usefulness=9),
    ]
    left, said = fit(sections, 1_500 + 1_000)
    assert [section.text() for section in left] == [f"head\n{'a' * 900}\ntail", "kept"]
    assert said == ["1 of 2 rows"]
    left, said = fit(sections, 1_500 + 20)
    assert [section.text() for section in left] == ["kept"]
    assert said == ["2 of 2 rows"]
