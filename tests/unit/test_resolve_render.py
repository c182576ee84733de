"""What `pydiff resolve` shows: one spec, two side by side, and a history, on narrow and wide terminals, as Markdown and as JSON."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from markdown_it import MarkdownIt

from pydiff import managers
from pydiff.managers.changes import LinkPython, RewriteSysconfig, WriteBuildFile
from pydiff.managers.histories import Answer, History, Refused, Release, Row
from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import Compiled, InPlace, ManagerChoice, Prebuilt, Repack, Resolution, Unpacking
from pydiff.model.settings import Settings
from pydiff.report.deltas import all_lines, delta_lines
from pydiff.report.histories import render_histories
from pydiff.report.resolutions import render_resolutions, unpacked

GNU = "linux-x86_64-gnu"
WIDTHS = (80, 200)
STYLE = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture
def nowhere() -> Settings:
    return Settings(cache_dir=Path("/nowhere"), state_dir=Path("/nowhere"), offline=True)


def answers(settings: Settings, *specs: str) -> list[Resolution]:
    return [managers.resolve(managers.parse_spec(f"{spec}#{GNU}"), settings) for spec in specs]


def past(settings: Settings, text: str = f"uv:3.9#{GNU}", until: date = date(2025, 6, 5)) -> History:
    return managers.history(managers.parse_spec(text), replace(settings, as_of=until))


def lines_of(text: str, width: int) -> list[str]:
    lines = text.splitlines()
    assert all(len(line) <= width for line in lines), "a line is wider than the terminal"
    return lines


def words(text: str) -> str:
    """Without line ends: what a narrow terminal folds is still all there."""
    return re.sub(r"\s+", "", text)


# ---------------------------------------------------------------------------------------------------------------------- one


@pytest.mark.parametrize("width", WIDTHS)
def test_one_spec(width: int, nowhere: Settings) -> None:
    (answer,) = answers(nowhere, "uv@0.5.10:3.9.20")
    text = render_resolutions([answer], "terminal", width)
    lines_of(text, width)
    assert isinstance(answer, Prebuilt)
    for said in (answer.asset.name, answer.asset.urls[0], answer.asset.sha256, "uv 0.5.10's list", answer.install_name):
        assert words(said or "") in words(text)
    assert "unpacked" in text
    assert "sysconfig rewritten" in text


def test_json_has_everything(nowhere: Settings) -> None:
    (answer,) = answers(nowhere, "uv@0.5.10:3.9.20")
    assert isinstance(answer, Prebuilt)
    found = json.loads(render_resolutions([answer], "json"))
    assert isinstance(found, list)
    (one,) = found
    assert one["kind"] == "prebuilt"
    assert one["target"] == GNU
    assert one["manager"] == {"name": "uv", "version": "0.5.10", "why": "given", "again": []}
    assert len(one["changes"]) == len(one["change_names"])
    assert "sysconfig" in one["change_names"]
    assert one["unpacking"] == asdict(answer.unpacking)
    assert one["asset"]["hash_source"] == "uv 0.5.10's list"
    assert one["notes"] == []


def test_every_kind_in_every_format(nowhere: Settings) -> None:
    spec = managers.parse_spec("uv:host")
    choice = ManagerChoice("uv", "0.5.5", "given", again=("0.7.19",))
    kinds: list[Resolution] = [
        Repack(spec, choice, "/opt/python3.9", "3.9.18", (), "cpython-3.9.18", ("a note",)),
        InPlace(spec, choice, "/opt/python3.9", "3.9.18"),
        Compiled(spec, choice, "3.9.21", "there is no archive"),
    ]
    data = json.loads(render_resolutions(kinds, "json"))
    assert [one["kind"] for one in data] == ["repack", "in-place", "compiled"]
    assert data[0]["manager"]["again"] == ["0.7.19"]
    assert data[0]["notes"] == ["a note"]
    for text in (render_resolutions(kinds, "terminal", 80), render_resolutions(kinds, "markdown")):
        for said in ("uv 0.5.5, then 0.7.19", "/opt/python3.9 (3.9.18)", "a note", "Python 3.9.21 from source"):
            assert said in text


@pytest.mark.parametrize(
    ("unpacking", "full", "said"),
    [
        (Unpacking(), False, "modes as the umask leaves them"),
        (Unpacking(), True, "modes as the umask leaves them, only install/ is kept"),
        (
            Unpacking("archive", "whole", top_kept=True),
            True,
            "modes as in the archive, everything is kept, the archive's top folder is kept",
        ),
        (
            Unpacking("archive", top_left=True, hard_links=False),
            False,
            "modes as in the archive, the archive's top folder stays behind, empty, an archive with a hard link fails",
        ),
    ],
)
def test_how_it_is_unpacked(unpacking: Unpacking, full: bool, said: str) -> None:
    assert unpacked(unpacking, full=full) == said


@pytest.mark.parametrize("field", ["modes", "full"])
def test_there_are_words_for_every_way_to_unpack(field: str) -> None:
    for value in get_args(get_type_hints(Unpacking)[field]):
        assert unpacked(replace(Unpacking(), **{field: value}), full=True)


# ---------------------------------------------------------------------------------------------------------------------- two


def marked(lines: list[str]) -> set[str]:
    return {line[1:].split()[0] for line in lines if line.startswith("≠")}


@pytest.mark.parametrize("width", WIDTHS)
def test_two_side_by_side(width: int, nowhere: Settings) -> None:
    text = render_resolutions(answers(nowhere, "uv@0.5.5:3.9.20", "mise@2024.11.37:3.9.20"), "terminal", width)
    lines = lines_of(text, width)
    found = marked(lines)
    assert {"manager", "hash", "laid", "changes"} <= found
    assert not found & {"asset", "sha256"}, "it is the same archive; only uv asks for it with %2B"
    assert "uv0.5.5(given)" in words(text)
    assert "mise2024.11.37(given)" in words(text)


def test_two_that_are_the_same(nowhere: Settings) -> None:
    same = answers(nowhere, "uv@0.5.5:3.9", "uv@0.5.5:3.9")
    for width in WIDTHS:
        assert marked(render_resolutions(same, "terminal", width).splitlines()) == set()


def test_changes_of_two_meet_by_their_kind(nowhere: Settings) -> None:
    text = render_resolutions(answers(nowhere, "uv@0.5.5:3.9.20", "uv@0.5.14:3.9.20"), "terminal", 200)
    rows = [line for line in text.splitlines() if " changes " in line]
    assert [row.startswith("≠") for row in rows] == [False, False, True, True]
    assert re.search(r"-\s+sysconfig rewritten", rows[2])
    assert re.search(r"-\s+lib/pkgconfig", rows[3])


KINDS = {
    "asset": ("asset", "cpython-3.9.1+20240101"),
    "repacks": ("repacks", "/opt/repacked (3.9.3), a local interpreter"),
    "in place": ("in place", "/opt/local (3.9.2), nothing is changed"),
    "compiled": ("compiled", "Python 3.9.4 from source: no archive"),
}


def of_kind(kind: str) -> Resolution:
    spec, choice = managers.parse_spec("uv:3.9"), ManagerChoice("uv", "1", "")
    match kind:
        case "asset":
            return laid(LINK)
        case "repacks":
            return Repack(spec, choice, "/opt/repacked", "3.9.3", (LINK,), "cpython-3.9.3")
        case "in place":
            return InPlace(spec, choice, "/opt/local", "3.9.2")
        case _:
            return Compiled(spec, choice, "3.9.4", "no archive")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("left", "right"), list(itertools.product(KINDS, KINDS)))
def test_two_kinds_of_answer_are_each_called_what_they_are(left: str, right: str, width: int) -> None:
    text = render_resolutions([of_kind(left), of_kind(right)], "terminal", width)
    rows = [re.split(r"\s{2,}", line.lstrip("≠ ")) for line in lines_of(text, width)]
    labels = {row[0] for row in rows}
    if left == right:
        assert labels & {"answer", *KINDS} == {left}
        return
    assert labels & {"answer", *KINDS} == {"answer"}, "neither's word is true of both"
    place = next(index for index, row in enumerate(rows) if row[0] == "answer")
    told = [" ".join(KINDS[kind]) for kind in (left, right)]
    if width > 110:
        assert rows[place][1:] == told
    else:
        assert [rows[place][1:], rows[place + 1]] == [["1", told[0]], ["2", told[1]]]


def test_colours_of_two(nowhere: Settings) -> None:
    pair = answers(nowhere, "uv@0.5.5:3.9.20", "mise@2024.11.37:3.9.20")
    for width in WIDTHS:
        text = render_resolutions(pair, "terminal", width, colour=True)
        plain = render_resolutions(pair, "terminal", width)
        assert "\x1b" not in plain
        assert [line.rstrip() for line in STYLE.sub("", text).splitlines()] == plain.splitlines()
        dim = [line for line in text.splitlines() if "\x1b[2m" in line]
        assert any("asset" in line for line in dim)
        assert any("\x1b[1m" in line and "laid out as" in line for line in text.splitlines())


def test_two_as_markdown_and_json(nowhere: Settings) -> None:
    pair = answers(nowhere, "uv@0.5.5:3.9.20", "mise@2024.11.37:3.9")
    tree = MarkdownIt("commonmark").enable("table").parse(render_resolutions(pair, "markdown"))
    heads = [token for token in tree if token.type == "th_open"]
    assert len(heads) == 4
    assert [one["spec"] for one in json.loads(render_resolutions(pair, "json"))] == [one.spec.text for one in pair]


def test_three_stand_below_each_other(nowhere: Settings) -> None:
    text = render_resolutions(answers(nowhere, "uv@0.5.5:3.9", "uv@0.5.9:3.9", "uv@0.5.10:3.9"), "terminal", 200)
    assert "≠" not in text
    assert len(re.findall(r"^manager", text, re.MULTILINE)) == 3


def test_notes_of_both_are_said_once(nowhere: Settings) -> None:
    spec = managers.parse_spec("uv:host")
    choice = ManagerChoice("uv", "0.5.5", "given")
    left = InPlace(replace(spec, text="one"), choice, "/p", "3.9.1", ("shared", "only left"))
    right = InPlace(replace(spec, text="two"), choice, "/p", "3.9.1", ("shared",))
    text = render_resolutions([left, right], "terminal", 200)
    assert text.count("shared") == 1
    assert "- one: only left" in text
    assert "- 1: only left" in render_resolutions([left, right], "terminal", 80)


# ------------------------------------------------------------------------------------------------------------------ history


@pytest.mark.parametrize("width", WIDTHS)
def test_a_history(width: int, nowhere: Settings) -> None:
    history = past(nowhere)
    text = render_histories([history], "terminal", width)
    lines_of(text, width)
    releases = sum(row.releases for row in history.rows)
    said = f"{len(history.rows)}answersof{releases}releases,uv0.2.22(2024-07-07)to0.7.11(2025-06-04)"
    assert said in words(text)
    for row in history.rows:
        assert row.first.version in text
        assert row.first.day in text
    # The facts that a reader looks for, each where it begins and nowhere else.
    assert text.count("install_only_stripped") == 1
    assert text.count("github.com/astral-sh") == 1
    assert words(text).count("-clang->ccinCC;-clang++->c++inCXX") == 1
    assert words(text).count("-backslashesdoubled") == 1


def test_only_what_changed_is_written_out(nowhere: Settings) -> None:
    history = past(nowhere)
    text = render_histories([history], "terminal", 200)
    row = next(line for line in text.splitlines() if line.startswith("0.5.12 to 0.5.13"))
    assert row.split()[6:11] == ["·", "·", "·", "·", "·"]
    narrow = render_histories([history], "terminal", 80)
    block = narrow.split("uv 0.7.6  (2025-05-19)\n")[1].split("\n\n")[0]
    assert block == "PBS  20250517"


@pytest.mark.parametrize(
    ("text", "until"),
    [
        (f"uv:3.9#{GNU}", date(2030, 1, 1)),
        (f"uv:3.9.7#{GNU}", date(2030, 1, 1)),
        (f"uv:3.13t#{GNU}", date(2030, 1, 1)),
        ("uv:3.12#windows-x86_64", date(2030, 1, 1)),
        ("uv:3.11#macos-aarch64", date(2030, 1, 1)),
        (f"mise:3.9#{GNU}", date(2024, 12, 31)),
    ],
)
def test_no_row_looks_like_the_one_before(text: str, until: date, nowhere: Settings) -> None:
    (found,) = json.loads(render_histories([past(nowhere, text, until)], "json"))
    assert [row["from"] for row in found["rows"] if not row["changed"]] == []


def test_colours_of_a_history(nowhere: Settings) -> None:
    text = render_histories([past(nowhere)], "terminal", 200, colour=True)
    row = next(line for line in text.splitlines() if "0.5.10 " in STYLE.sub("", line))
    assert "\x1b[2m·" in row
    assert "\x1b[1mgithub.com/astral-sh" in row
    for width in WIDTHS:
        coloured = render_histories([past(nowhere)], "terminal", width, colour=True)
        plain = render_histories([past(nowhere)], "terminal", width)
        assert [line.rstrip() for line in STYLE.sub("", coloured).splitlines()] == plain.splitlines()


def test_a_history_as_markdown(nowhere: Settings) -> None:
    history = past(nowhere, f"uv:3.9.7#{GNU}")
    tree = MarkdownIt("commonmark").enable("table").parse(render_histories([history], "markdown"))
    assert sum(token.type == "tr_open" for token in tree) == len(history.rows) + 1
    text = render_histories([history], "markdown")
    assert "no such build" in text
    assert "<br>" in text


def test_a_history_as_json(nowhere: Settings) -> None:
    (found,) = json.loads(render_histories([past(nowhere)], "json"))
    assert (found["spec"], found["manager"], found["target"]) == (f"uv:3.9#{GNU}", "uv", GNU)
    rows: dict[str, Any] = {row["from"]["version"]: row for row in found["rows"]}
    ten = rows["0.5.10"]
    assert ten["from"] == ten["to"] == {"version": "0.5.10", "date": "2024-12-17"}
    assert (ten["releases"], ten["hash"]) == (1, "own")
    assert ten["changed"] == ["from", "changes after extraction"]
    assert ten["changes"][0].startswith("~ sysconfig rewritten: + clang -> cc in CC, LDSHARED, BLDSHARED, LINKCC")
    assert ten["answer"]["kind"] == "prebuilt"
    assert ten["answer"]["manager"]["version"] == "0.5.10"
    assert ten["answer"]["asset"]["sha256"]


def test_refusals_in_json(nowhere: Settings) -> None:
    (found,) = json.loads(render_histories([past(nowhere, f"uv:3.13t#{GNU}")], "json"))
    first = found["rows"][0]["answer"]
    assert first["kind"] == "refused"
    assert "cannot be asked for 3.13t" in first["reason"]
    assert first["hint"] == "freethreaded builds can be had since uv 0.4.21"
    assert found["rows"][0]["hash"] == ""


def test_several_histories_stand_below_each_other(nowhere: Settings) -> None:
    both = [past(nowhere), past(nowhere, f"uv:3.10#{GNU}")]
    assert len(json.loads(render_histories(both, "json"))) == 2
    assert render_histories(both, "terminal", 200).count("answers of") == 2


def test_other_kinds_of_answer_and_notes(nowhere: Settings) -> None:
    spec = managers.parse_spec("uv:3.9")
    choice = ManagerChoice("uv", "1.0.0", "given")
    kinds: tuple[Answer, ...] = (
        Compiled(spec, choice, "3.9.1", "because"),
        InPlace(spec, choice, "/opt/python", "3.9.2"),
        Repack(spec, choice, "/opt/other", "3.9.3", (WriteBuildFile("20240101"),), "three"),
        Refused("none at all", "wait"),
    )
    rows = tuple(
        Row(Release(f"1.0.{number}", "2024-01-01"), Release(f"1.0.{number}", "2024-01-01"), 1, answer)
        for number, answer in enumerate(kinds)
    )
    history = History(spec, rows, ("a note of its own",))
    for width in WIDTHS:
        text = render_histories([history], "terminal", width)
        lines_of(text, width)
        for said in (
            "compiled from source: because",
            "in place, /opt/python",
            "repacked from /opt/other",
            "none at all",
        ):
            assert words(said) in words(text)
        assert "- a note of its own" in text


def test_what_is_cut_short_is_written_out_where_nothing_else_differs(nowhere: Settings) -> None:
    (answer,) = answers(nowhere, "uv@0.5.10:3.9")
    assert isinstance(answer, Prebuilt)
    moved = replace(answer, asset=replace(answer.asset, urls=("https://github.com/astral-sh/elsewhere",)))
    release = Release("0.5.10", "2024-12-17")
    history = History(answer.spec, (Row(release, release, 1, answer), Row(release, release, 1, moved)))
    assert "https://github.com/astral-sh/elsewhere" in render_histories([history], "terminal", 200)


# ------------------------------------------------------------------------------------------------------------------- deltas


def laid(*changes: Change, tag: str = "20240101", unpacking: Unpacking | None = None) -> Prebuilt:
    asset = Asset(f"cpython-3.9.1+{tag}", "3.9.1", tag, "x86_64-unknown-linux-gnu", (), "full")
    spec = managers.parse_spec("uv:3.9")
    return Prebuilt(
        spec, ManagerChoice("uv", "1", ""), asset, changes, "cpython-3.9.1", unpacking=unpacking or Unpacking()
    )


LINK = LinkPython("python3.9", absolute=False, replaces=False)
REWRITE = RewriteSysconfig(
    folders=("lib/python3.9",),
    prefix_words=True,
    drop_isysroot=True,
    compilers={"CC": {"clang": "cc"}, "LDSHARED": {"clang": "cc"}},
)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ((LINK,), (LINK,), []),
        ((), (LINK,), [f"+ {LINK.describe()}"]),
        ((LINK,), (), [f"- {LINK.describe()}"]),
        ((LINK,), (replace(LINK, replaces=True),), ["~ bin/python linked to python3.9"]),
        ((REWRITE,), (replace(REWRITE, ar="ar"),), ["~ sysconfig rewritten: + AR=ar"]),
        (
            (REWRITE,),
            (replace(REWRITE, compilers={"CC": {"gcc": "cc"}, "LDSHARED": {"clang": "cc"}}),),
            ["~ sysconfig rewritten: + gcc -> cc in CC; - clang -> cc in CC"],
        ),
        (
            (REWRITE,),
            (replace(REWRITE, compilers={}),),
            ["~ sysconfig rewritten: - clang -> cc in CC, LDSHARED"],
        ),
        ((REWRITE,), (replace(REWRITE, whole_folder=True),), ["~ sysconfig rewritten: whole folder = True"]),
        ((LINK, REWRITE), (REWRITE, LINK), ["~ in another order"]),
    ],
)
def test_deltas(before: tuple[Change, ...], after: tuple[Change, ...], lines: list[str]) -> None:
    assert delta_lines(laid(*before), laid(*after)) == lines


def test_what_follows_from_the_archive_is_no_delta() -> None:
    assert delta_lines(laid(WriteBuildFile("20240101")), laid(WriteBuildFile("20240202"), tag="20240202")) == []
    assert delta_lines(laid(WriteBuildFile("20240101")), laid(WriteBuildFile("wrong"), tag="20240202")) != []


def test_unpacking_is_a_delta() -> None:
    after = laid(unpacking=Unpacking("archive", "lifted"))
    assert delta_lines(laid(), after) == ["~ unpacked: modes as in the archive, install/ moved up beside the rest"]
    assert all_lines(laid(LINK))[0] == LINK.describe()
    assert all_lines(laid(LINK))[1].startswith("unpacked: ")
