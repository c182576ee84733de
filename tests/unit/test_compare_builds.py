"""The first divergence of two builds, on records as uwsgi leaves them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builds_support import (
    LEFT,
    LINK_ERROR,
    RIGHT,
    action,
    built,
    compiles,
    failed,
    link,
    probes,
    record,
    timed_out,
    uwsgi_left,
    uwsgi_right_built,
    uwsgi_right_link_failure,
    uwsgi_right_no_clang,
)
from pydiff.compare.builds import commands_differ, compare_builds
from pydiff.compare.builds.actions import asked_for
from pydiff.model.build import Action, BuildRecord, NotRun, TimedOut
from pydiff.model.record import Divergence

LABELS = ("mise 2024.12.15", "uv 0.5.5")


def diverging(left: BuildRecord, right: BuildRecord) -> Divergence:
    found = compare_builds(left, right, labels=LABELS)
    assert found is not None
    return found


def compile_one(name: str, *flags: str, exit_code: int | None = 0, stderr: str = "", tool: str = "cc") -> Action:
    return action([tool, "-c", *flags, f"{name}.c", "-o", f"build/{name}.o"], exit_code=exit_code, stderr=stderr)


def configure(*codes: int) -> list[Action]:
    return [
        action(["cc", "-o", "conftest", "conftest.c"], exit_code=code, stderr="error: no\n" if code else "")
        for code in codes
    ]


def test_no_compiler_pairs_the_failed_attempt_with_what_the_other_side_ran() -> None:
    found = diverging(uwsgi_left(), uwsgi_right_no_clang())
    assert found.kind == "outcome"
    assert found.left is not None
    assert found.right is not None
    assert found.left.argv == ["cc", "-pthread", "-dumpfullversion", "-dumpversion"]
    assert found.right.argv == ["clang", "-pthread", "-dumpfullversion", "-dumpversion"]
    assert found.right.exit_code == 127
    assert found.tokens == ["- cc", "+ clang"]
    assert found.agreed == 0
    assert found.summary == (
        "uv 0.5.5 calls `clang`, which does not exist here (exit status 127); "
        "the same step under mise 2024.12.15 succeeds with `cc`."
    )


def test_link_failure_is_found_behind_138_calls_that_agree_but_for_the_compilers_name() -> None:
    found = diverging(uwsgi_left(), uwsgi_right_link_failure())
    assert found.kind == "outcome"
    assert found.right is not None
    assert found.right.argv[:6] == [
        "clang",
        "-pthread",
        "-o uwsgi",
        "-L/install/lib",
        "-Wl,-rpath,/install/lib",
        "core/part0.o",
    ]
    assert found.tokens == [
        "- cc", "+ clang", "- -L{prefix}/lib", "- -Wl,-rpath,{prefix}/lib", "+ -L/install/lib", "+ -Wl,-rpath,/install/lib",
    ]  # fmt: skip
    # All 139 but the link, and but the two ways to ask a preprocessor for its folders.
    assert found.agreed == 137
    assert found.summary.startswith("uv 0.5.5 fails linking `uwsgi` (exit status 1)")


def test_sides_can_be_the_other_way_round() -> None:
    found = diverging(uwsgi_right_link_failure(), uwsgi_left())
    assert found.kind == "outcome"
    assert found.left is not None
    assert found.left.exit_code == 1
    assert found.summary.startswith("mise 2024.12.15 fails linking `uwsgi`")


def test_default_labels_make_a_sentence() -> None:
    found = compare_builds(uwsgi_left(), uwsgi_right_link_failure())
    assert found is not None
    assert found.summary.startswith(
        "The right side fails linking `uwsgi` (exit status 1); the same step under the left side succeeds with `cc`."
    )


def test_both_built_with_another_run_path() -> None:
    found = diverging(uwsgi_left(), uwsgi_right_built("/install/lib"))
    assert found.kind == "meaning"
    assert "+ -Wl,-rpath,/install/lib" in found.tokens
    assert "- -Wl,-rpath,{prefix}/lib" in found.tokens


def test_two_good_builds_of_a_parallel_package_agree_in_any_order_and_on_any_date() -> None:
    assert compare_builds(uwsgi_left(), uwsgi_right_built(RIGHT["prefix"] + "/lib", "cc")) is None


def test_compilers_name_alone_is_no_divergence() -> None:
    left = record([compile_one("a"), compile_one("b")], built())
    right = record([compile_one("a", tool="clang"), compile_one("b", tool="clang")], built(), places=RIGHT)
    assert compare_builds(left, right) is None


def test_a_date_that_is_no_date_is_a_difference() -> None:
    left = record([compile_one("a", '-DVERSION="1.0"')], built())
    right = record([compile_one("a", '-DVERSION="1.1"')], built())
    assert diverging(left, right).tokens == ['- -DVERSION="1.0"', '+ -DVERSION="1.1"']


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12:36:50", "12:37:31"),
        ("2026-11-22", "2026-11-23"),
        ("1795351010", "1795351051"),
        ("Nov 22 2026", "Dec 1 2026"),
    ],
)
def test_dates_are_noise(one: str, other: str) -> None:
    left, right = (record([compile_one("a", f'-DSTAMP="{date}"')], built()) for date in (one, other))
    assert compare_builds(left, right) is None


def test_words_that_begin_like_a_month_are_no_dates() -> None:
    left, right = (record([compile_one("a", f"-DMODE={word}")], built()) for word in ("decoder", "marker"))
    assert diverging(left, right).kind == "meaning"


def test_order_of_arguments_only() -> None:
    left, right = record([compile_one("a", "-Lx", "-Ly")], built()), record([compile_one("a", "-Ly", "-Lx")], built())
    assert diverging(left, right).kind == "order"


def test_outcome_comes_before_an_earlier_difference_in_meaning() -> None:
    left = record([compile_one("a", "-O2"), compile_one("b")], built())
    right = record([compile_one("a", "-O3"), compile_one("b", exit_code=1, stderr="b.c:1: error: no\n")], failed())
    found = diverging(left, right)
    assert found.kind == "outcome"
    assert found.right is not None
    assert found.right.argv[-2] == "b.c"
    assert found.agreed == 0


def test_probes_that_fail_on_both_sides_are_equal() -> None:
    left = record([*configure(1, 0, 1), compile_one("a")], built())
    right = record([*configure(1, 0, 1), compile_one("a", exit_code=1, stderr="a.c:1: error: no\n")], failed())
    found = diverging(left, right)
    assert found.right is not None
    assert "a.c" in found.right.argv
    assert found.agreed == 3


def test_a_probe_whose_failure_was_survived_is_not_the_divergence() -> None:
    left = record([*configure(0, 0), compile_one("a"), compile_one("b")], built())
    right = record(
        [*configure(0, 1), compile_one("a"), compile_one("b", exit_code=1, stderr="b.c:1: error: no\n")], failed()
    )
    found = diverging(left, right)
    assert found.right is not None
    assert "b.c" in found.right.argv


def test_a_program_that_was_only_tried_is_not_the_divergence() -> None:
    tried = action(["icc", "--version"], exit_code=127)
    left = record([tried, compile_one("a"), compile_one("b")], built())
    right = record([tried, compile_one("a"), compile_one("b", exit_code=1, stderr="b.c:1: error: no\n")], failed())
    found = diverging(left, right)
    assert found.right is not None
    assert "b.c" in found.right.argv


def test_a_failed_probe_that_ended_the_build_is_the_divergence() -> None:
    left = record([*configure(0, 1), compile_one("a")], built())
    found = diverging(left, record(configure(1), failed()))
    assert found.kind == "outcome"
    assert found.right is not None
    assert found.right.exit_code == 1


def test_extra_probes_on_one_side_do_not_shift_the_others() -> None:
    flags = [["-Wa"], ["-Wb"], ["-Wc"], ["-Wd"]]
    left = [
        action(["cc", *one, "-o", "conftest", "conftest.c"], exit_code=code)
        for one, code in zip(flags, (0, 1, 0, 1), strict=True)
    ]
    right = [left[0], action(["cc", "-Wextra", "-o", "conftest", "conftest.c"]), *left[1:]]
    found = diverging(record([*left, compile_one("a")], built()), record([*right, compile_one("a")], built()))
    assert found.kind == "missing"
    assert found.left is None


def test_the_first_of_many_objects_that_fail_alike() -> None:
    error = ".c:1:10: fatal error: Python.h: No such file or directory\n"
    names = [f"m{number}" for number in range(10)]
    left = record([compile_one(name) for name in names], built())
    right = record([compile_one(name, exit_code=1, stderr=name + error) for name in names], failed())
    found = diverging(left, right)
    assert found.right is not None
    assert "m0.c" in found.right.argv


def test_an_optional_extension_that_fails_on_both_sides_is_passed_over() -> None:
    optional = compile_one("optional", exit_code=1, stderr="optional.c:1: error: no zlib\n")
    left = record([optional, compile_one("a")], built())
    right = record([compile_one("a", exit_code=1, stderr="a.c:1: error: no\n"), optional], failed())
    found = diverging(left, right)
    assert found.right is not None
    assert "a.c" in found.right.argv


def test_never_got_there() -> None:
    left = record([compile_one("a"), compile_one("b")], built())
    right = record([compile_one("a")], failed(), log="ValueError: no\n")
    found = diverging(left, right)
    assert found.kind == "missing"
    assert found.right is None
    assert found.left is not None
    assert found.agreed == 1
    assert found.summary.startswith("uv 0.5.5 failed after 1 commands")


def test_failed_before_any_command() -> None:
    found = diverging(uwsgi_left(), record([], failed(), places=RIGHT))
    assert found.kind == "missing"
    assert "before it ran any command" in found.summary


def test_failed_outside_any_command() -> None:
    found = diverging(record([compile_one("a")], built()), record([compile_one("a")], failed()))
    assert (found.kind, found.left, found.right, found.agreed) == ("outcome", None, None, 1)
    assert "outside any compiler" in found.summary


def test_pure_python_packages_have_no_commands_at_all() -> None:
    assert compare_builds(record([], built()), record([], built())) is None
    found = diverging(record([], built()), record([], failed()))
    assert found.kind == "outcome"
    assert found.phase == "build_wheel"


def test_requirements_that_cannot_be_installed_on_one_side() -> None:
    found = diverging(uwsgi_left(), record([], failed("pip exited with status 1", "install-requirements")))
    assert found.phase == "install-requirements"
    assert "before the build itself" in found.summary


def test_both_failed_alike() -> None:
    left = record([compile_one("a"), compile_one("b", exit_code=1, stderr="b.c:1: error: x\n")], failed())
    assert compare_builds(left, replace(left, places=RIGHT)) is None


def test_both_failed_at_the_same_command_differently() -> None:
    left = record(
        [compile_one("a", exit_code=1, stderr="a.c:1: fatal error: Python.h: No such file or directory\n")], failed()
    )
    right = record(
        [compile_one("a", exit_code=1, stderr="cc: error: unrecognized command-line option '-fx'\n")], failed()
    )
    found = diverging(left, right)
    assert found.kind == "outcome"
    assert "each with another error" in found.summary


def test_both_failed_at_different_commands() -> None:
    left = record([compile_one("a"), compile_one("b", exit_code=1, stderr="b.c:1: error: x\n")], failed())
    right = record([compile_one("a", exit_code=1, stderr="a.c:1: error: y\n")], failed())
    found = diverging(left, right)
    assert found.kind == "outcome"
    assert found.right is not None
    assert "a.c" in found.right.argv


def test_timeout_while_a_command_was_running() -> None:
    right = timed_out([compile_one("a"), compile_one("b", exit_code=None)])
    found = diverging(record([compile_one("a"), compile_one("b")], built()), right)
    assert found.kind == "outcome"
    assert found.summary.startswith("uv 0.5.5 was still compiling `build/b.o` when its 60 s were over")


def test_timeout_between_commands() -> None:
    found = diverging(record([compile_one("a"), compile_one("b")], built()), timed_out([compile_one("a")]))
    assert found.kind == "missing"
    assert "ran out of time (60 s)" in found.summary


def test_timeout_of_both_at_the_same_command() -> None:
    left = replace(timed_out([compile_one("a", exit_code=None)]), outcome=TimedOut("build_wheel", 60.0))
    assert compare_builds(left, left) is None


def test_not_run() -> None:
    assert compare_builds(uwsgi_left(), BuildRecord(NotRun("interrupted"))) is None


def test_what_a_tool_calls_in_turn_is_not_compared() -> None:
    left = record([compile_one("a")], built())
    child = action(["ld", "-o", "a", "a.o"], exit_code=1)
    right = record([compile_one("a"), replace(child, parent=0)], built())
    assert compare_builds(left, right) is None


def test_archives_are_paired_by_name() -> None:
    left = record([action(["ar", "rcs", "libx.a", "a.o"])], built())
    right = record([action(["llvm-ar", "rcs", "libx.a", "a.o"], exit_code=127)], failed())
    found = diverging(left, right)
    assert found.summary.startswith("uv 0.5.5 calls `llvm-ar`")
    assert found.left is not None


def test_products_of_two_python_versions_are_paired() -> None:
    left = record([action(["cc", "-c", "a.c", "-o", "build/temp.linux-x86_64-cpython-39/a.o"])], built())
    right = record(
        [action(["cc", "-c", "a.c", "-o", "build/temp.linux-x86_64-cpython-310/a.o"], exit_code=1)], failed()
    )
    found = diverging(left, right)
    assert found.left is not None
    assert found.right is not None


def test_random_temporary_names_are_noise() -> None:
    left, right = (record([compile_one("a", f"-I/x/tmp{name}/include")], built()) for name in ("ab12cd_9", "zz99yy_1"))
    assert compare_builds(left, right) is None


def test_two_spellings_of_one_flag() -> None:
    left, right = record([compile_one("a", "-I", "x")], built()), record([compile_one("a", "-Ix")], built())
    assert compare_builds(left, right) is None


def test_only_the_wheels_differ() -> None:
    commands = [*probes("cc"), link("cc", LEFT["prefix"] + "/lib")]
    left = record(commands, built(needed=["libc.so.6", "libpython3.9.so.1.0"]))
    right = record(commands, built(needed=["libc.so.6"]))
    found = diverging(left, right)
    assert found.kind == "wheel"
    assert found.tokens == ["- uwsgi: NEEDED libpython3.9.so.1.0"]
    assert found.agreed == len(commands)


def test_wheel_summary_names_the_dates_it_did_not_count() -> None:
    left = record(compiles("cc", date="22 November 2026 12:36:50", prefix="/p"), built(files=["a", "b"]))
    right = record(compiles("cc", date="22 November 2026 12:36:51", prefix="/p"), built(files=["a"]))
    assert "-DUWSGI_BUILD_DATE" in diverging(left, right).summary


def test_an_extension_that_only_one_side_builds() -> None:
    left, right = record([compile_one("a"), compile_one("fast")], built()), record([compile_one("a")], built())
    found = diverging(left, right)
    assert found.kind == "missing"
    assert found.summary == "Only mise 2024.12.15 runs this: compiling `build/fast.o`."


def test_record_is_bounded() -> None:
    left = record([compile_one("a", *(f"-DA{number}" for number in range(1000)))], built())
    right = record([compile_one("a", "-D" + "x" * 10_000)], built())
    found = diverging(left, right)
    assert len(found.tokens) == 200
    assert max(len(token) for token in found.tokens) <= 2_000


def test_link_error_text_is_kept() -> None:
    found = diverging(uwsgi_left(), uwsgi_right_link_failure())
    assert found.right is not None
    assert found.right.stderr == LINK_ERROR


def test_places_have_roles_in_the_record() -> None:
    command = action(
        ["cc", "-c", "/build/src/a.c", f"-I{LEFT['prefix']}/include"],
        stderr=f"{LEFT['prefix']}/include/x.h:1: error: no\n",
        exit_code=1,
    )
    found = diverging(record([command], failed()), record([], built(), places=RIGHT))
    assert found.left is not None
    assert found.left.cwd == "{src}"
    assert found.left.argv == ["cc", "-c", "{src}/a.c", "-I{prefix}/include"]
    assert found.left.stderr == "{prefix}/include/x.h:1: error: no\n"


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ((0, 0), "Both sides succeed compiling `build/a.o`, with other arguments."),
        ((1, 1), "Both sides fail compiling `build/a.o`, with other arguments."),
    ],
)
def test_the_summary_of_other_arguments_says_how_both_ended(codes: tuple[int, int], words: str) -> None:
    outcome = failed() if codes[0] else built()
    left, right = (
        record([compile_one("a", flag, exit_code=code)], outcome)
        for flag, code in zip(("-DA", "-DB"), codes, strict=True)
    )
    found = diverging(left, right)
    assert (found.kind, found.summary) == ("meaning", words)


def test_commands_that_agree_but_for_the_compiler_are_said_to() -> None:
    summary = diverging(uwsgi_left(), uwsgi_right_link_failure()).summary
    assert summary.endswith("The 137 before it agree but for the compiler (`cc` / `clang`).")
    same = (
        record([compile_one("a"), compile_one("b", "-DX")], built()),
        record([compile_one("a"), compile_one("b")], built()),
    )
    assert "agree but for" not in diverging(*same).summary


def test_only_lasting_commands_count_as_commands_that_differ() -> None:
    probing = record([action(["cc", "--version"]), compile_one("a")], built())
    assert not commands_differ(probing, record([compile_one("a")], built()))
    assert commands_differ(probing, record([compile_one("a", "-DX")], built()))
    assert commands_differ(probing, record([], built()))


def test_what_make_runs_is_compared_and_what_a_compiler_runs_is_not() -> None:
    def under_make(*flags: str) -> BuildRecord:
        make = replace(action(["make"]), index=0)
        compiler = replace(action(["cc", "-c", *flags, "a.c", "-o", "a.o"], tool="cc"), index=1, parent=0)
        assembler = replace(action(["as", "-o", "a.o", f"/tmp/{len(flags)}.s"], tool="as"), index=2, parent=1)
        return replace(uwsgi_left(), outcome=built(), actions=(make, compiler, assembler))

    found = diverging(under_make("-O2"), under_make("-O3"))
    assert (found.kind, found.tokens) == ("meaning", ["- -O2", "+ -O3"])
    assert len(asked_for(under_make().actions)) == 2
