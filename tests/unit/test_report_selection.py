"""What `--family`, `--subject`, `--severity` and `--read-by` show, together and alone, and what they say of nothing."""

from __future__ import annotations

import pytest

from pydiff.cli import options
from pydiff.compare import backend_names
from pydiff.errors import UsageError
from pydiff.model.record import SEVERITIES, Difference, Run
from pydiff.model.selection import Selection
from pydiff.report import render, view
from pydiff.snapshot.registry import FAMILIES
from runs import a_run, trees_only

LONG = " ".join(f"-Wl,-rpath,/opt/somewhere/{number}" for number in range(60))
DIFFERENCES = [
    Difference(family="sysconfig", subject="CC", left="cc", right="clang", severity="breaks", asked_by=["setuptools"]),
    Difference(
        family="sysconfig",
        subject="LDFLAGS",
        left=f"-L/a -lm -lz -O2 {LONG}",
        right=f"-lm -lz -L/a -O3 {LONG} -z now",
        severity="breaks",
        detail="--L/a --O2 +-L/a",
        read_by=["/build/uwsgiconfig.py:39"],
    ),
    Difference(family="sysconfig", subject="PY_A", left="1", right="2", severity="cosmetic", count=3, also=["PY_B", "PY_C"]),
    Difference(family="pyconfig_h", subject="HAVE_X", left=None, right="1", severity="changes", asked_by=["PyO3"]),
    Difference(
        family="files",
        subject="lib/python{X.Y}/",
        left="9 files",
        right="9 files",
        severity="cosmetic",
        count=2,
        detail="other contents: os.py; only left: asyncio/mixins.py",
    ),
    Difference(family="files", subject="share/x/", left="2 files", right=None, severity="cosmetic", count=2, detail="a, b/c"),
]  # fmt: skip
RUN = trees_only(differences=DIFFERENCES)


def page(selection: Selection, run: Run = RUN, width: int = 80, format_name: str = "terminal") -> str:
    return render(run, format_name, width=width, selection=selection)


def picked(selection: Selection) -> list[str]:
    return [one.subject for one in view.selected(RUN, selection)]


@pytest.mark.parametrize(
    ("selection", "subjects"),
    [
        (Selection(families=("pyconfig_h",)), ["HAVE_X"]),
        (Selection(families=("pyconfig_h", "files")), ["HAVE_X", "lib/python{X.Y}/", "share/x/"]),
        (Selection(subjects=("LD*",)), ["LDFLAGS"]),
        (Selection(subjects=("PY_C",)), ["PY_C"]),
        (Selection(subjects=("*/os.py",)), ["lib/python{X.Y}/"]),
        (Selection(subjects=("*/asyncio/*",)), ["lib/python{X.Y}/"]),
        (Selection(subjects=("share/x/b/c",)), ["share/x/"]),
        (Selection(subjects=("CC", "HAVE_?")), ["CC", "HAVE_X"]),
        (Selection(subjects=("cc",)), []),
        (Selection(severity="breaks"), ["LDFLAGS", "CC"]),
        (Selection(severity="changes"), ["LDFLAGS", "CC", "HAVE_X"]),
        (Selection(readers=("setuptools",)), ["CC"]),
        (Selection(readers=("uwsgiconfig.py",)), ["LDFLAGS"]),
        (Selection(readers=("/build/*",)), ["LDFLAGS"]),
        (Selection(families=("sysconfig",), subjects=("*C*",), severity="changes"), ["CC"]),
    ],
)
def test_what_is_picked(selection: Selection, subjects: list[str]) -> None:
    assert picked(selection) == subjects


def test_whole_values_and_every_flag_by_what_it_does() -> None:
    said = " ".join(page(Selection(subjects=("LDFLAGS",)), width=200).split())
    assert "1 of 10 differences: subject LDFLAGS." in said
    assert said.count("-Wl,-rpath,/opt/somewhere/59") == 2
    assert "library-path ~ -L/a" in said
    assert "optimisation - -O2 + -O3" in said
    assert "hardening + -z now" in said
    assert "read by /build/uwsgiconfig.py:39" in said


def test_all_names_and_all_files() -> None:
    said = page(Selection(severity="cosmetic"), width=120)
    assert "PY_A, PY_B, PY_C  1 → 2" in said
    assert "other contents: os.py; only left: asyncio/mixins.py" in said
    assert "share/x/  2 files → (absent)\n          a, b/c" in said


GROUP = Difference(
    family="sysconfig", subject="ABI", left=None, right="60 variables", severity="cosmetic", count=60, also=[f"B{number}" for number in range(59)]
)  # fmt: skip


def test_of_a_group_only_the_members_that_match() -> None:
    run = trees_only(differences=[*DIFFERENCES, GROUP])
    said = page(Selection(families=("sysconfig",), subjects=("A*",)), run)
    assert "1 of 70 differences" in said
    assert "sysconfig: 1 cosmetic" in said
    assert "ABI  (absent) → 1 variable\n" in said
    assert "B1" not in said
    several = page(Selection(subjects=("B1*",)), run)
    assert "11 of 70 differences" in several
    assert "B1, B10, B11" in several
    assert "(absent) → 11 variables" in " ".join(several.split()).replace("+ uv 0.5.5 11", "(absent) → 11")
    assert "ABI" not in several
    assert "60 of 70 differences" in page(Selection(subjects=("A*", "B*")), run)


def test_a_member_alone_has_its_value() -> None:
    said = page(Selection(subjects=("PY_C",)))
    assert "1 of 10 differences" in said
    assert "PY_C  1 → 2" in said


@pytest.mark.parametrize(
    ("glob", "said"),
    [
        ("*/os.py", "lib/python{X.Y}/  9 files → 9 files\n          other contents: os.py\n"),
        ("*/mixins.py", "lib/python{X.Y}/  9 files → 9 files\n          only left: asyncio/mixins.py\n"),
        ("share/x/a", "share/x/  1 file → (absent)\n          a\n"),
    ],
)
def test_of_a_folder_only_the_files_that_match(glob: str, said: str) -> None:
    shown = page(Selection(subjects=(glob,)))
    assert "1 of 10 differences" in shown
    assert said in shown


def test_of_a_folder_by_its_name_all_files() -> None:
    assert "2 of 10 differences" in page(Selection(subjects=("share/x/",)))


def test_each_wish_alone_counts_what_it_would_show() -> None:
    run = trees_only(differences=[GROUP])
    said = " ".join(page(Selection(subjects=("A*",), severity="breaks"), run).split())
    assert "Each alone: subject A*: 1; severity breaks: 0." in said


def test_by_family_worst_first() -> None:
    said = page(Selection(severity="cosmetic"))
    assert [line for line in said.splitlines() if line.startswith(("sysconfig:", "pyconfig_h:", "files:"))] == [
        "sysconfig: 2 breaks, 3 cosmetic",
        "pyconfig_h: 1 changes",
        "files: 4 cosmetic",
    ]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(families=("tags",)), "None of 10 differences matches: family tags."),
        (Selection(subjects=("FLAGS",)), "matches: subject FLAGS. Names are whole: '*NAME*' finds a part of one."),
        (
            Selection(families=("files",), severity="changes", readers=("meson",)),
            "None of 10 differences matches all of it. Each alone: family files: 4; severity breaks or changes: 3; read by meson: 0.",
        ),
    ],
)
def test_nothing_is_picked(selection: Selection, said: str) -> None:
    assert said in " ".join(page(selection).split())


def test_of_a_run_without_differences() -> None:
    said = " ".join(page(Selection(families=("tags",)), trees_only(differences=[])).split())
    assert "Nothing to select from: the run recorded no difference (asked for: family tags)." in said


def test_of_a_run_with_builds_only_the_differences_are_shown() -> None:
    said = page(Selection(families=("sysconfig",)), a_run())
    assert said.startswith("≠ p==1 builds under")
    assert "LIBDIR" in said
    assert "First divergence" not in said


def test_markdown_holds_what_is_picked_and_says_so() -> None:
    whole = page(Selection(), format_name="markdown")
    assert "**Shown:**" not in whole
    assert "HAVE\\_X" in whole or "HAVE_X" in whole
    said = page(Selection(subjects=("LDFLAGS",)), format_name="markdown")
    assert "**Shown:** 1 of 10 differences: subject LDFLAGS." in said
    assert "HAVE_X" not in said
    assert said.count("-Wl,-rpath,/opt/somewhere/59") == 2
    assert whole.count("-Wl,-rpath,/opt/somewhere/59") == 0


def test_the_lists_that_are_kept_twice_for_a_quick_help_are_the_same() -> None:
    assert (*(one.name for one in FAMILIES), "runtime") == options.FAMILIES


def test_the_words_of_a_command() -> None:
    chosen = options.selection(
        everything=True,
        families=["files", "tags"],
        subjects=["LD*"],
        severity="changes",
        readers=["Maturin", "setup.py"],
    )
    assert chosen == Selection(
        everything=True,
        families=("files", "tags"),
        subjects=("LD*",),
        severity="changes",
        readers=("maturin", "PyO3", "setup.py"),
    )
    assert not options.selection().narrows
    assert {options.selection(severity=one).severity for one in SEVERITIES} == set(SEVERITIES)
    assert all(options.selection(readers=[one]).readers[0] == one for one in backend_names())


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ({"families": ["sysconf"]}, "unknown family 'sysconf'", "did you mean sysconfig? one of: sysconfig, "),
        ({"families": ["ß"]}, "unknown family 'ß'", "one of: sysconfig, "),
        ({"severity": "break"}, "unknown severity 'break'", "did you mean breaks? one of: breaks, changes, cosmetic"),
        (
            {"readers": ["setuptool"]},
            "unknown build backend 'setuptool'",
            "did you mean setuptools? one of: setuptools, meson",
        ),
        ({"readers": [" "]}, "--read-by is empty", "--help"),
        ({"subjects": [""]}, "--subject is empty", "--help"),
        ({"subjects": ["CC"], "format_name": "json"}, "the JSON record is always whole", "-f terminal or -f markdown"),
    ],
)
def test_words_that_do_not_fit(words: dict[str, object], message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        options.selection(**words)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_everything_goes_with_json() -> None:
    assert options.selection(everything=True, format_name="json").everything
