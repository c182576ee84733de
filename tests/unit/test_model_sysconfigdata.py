"""The parser of `_sysconfigdata_*.py`: what it reads is what Python itself would, and it never executes anything."""

from __future__ import annotations

import ast
import io
import pprint

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pydiff.model.sysconfigdata import (
    HEADER,
    SysconfigDataError,
    format_sysconfigdata,
    parse_assignment,
    parse_sysconfigdata,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(-(2**31), 2**31 - 1)), max_size=8)


def printed(values: dict[str, str | int], width: int = 40) -> str:
    """As CPython writes the file: pprint, which puts long strings down as several literals."""
    stream = io.StringIO()
    pprint.pprint(values, stream=stream, width=width)
    return f"{HEADER}build_time_vars = {stream.getvalue()}"


@given(VALUES)
def test_reads_what_pprint_wrote(values: dict[str, str | int]) -> None:
    assert parse_sysconfigdata(printed(values)) == values


@given(VALUES)
def test_reads_what_one_repr_per_line_wrote(values: dict[str, str | int]) -> None:
    lines = "".join(f"    {name!r}: {value!r},\n" for name, value in values.items())
    assert parse_sysconfigdata(f"{HEADER}build_time_vars = {{\n{lines}}}\n") == values


@given(st.dictionaries(TEXTS, st.one_of(TEXTS.filter(str.isprintable), st.integers(-(2**31), 2**31 - 1)), max_size=8))
def test_reads_what_it_formats(values: dict[str, str | int]) -> None:
    assert parse_sysconfigdata(format_sysconfigdata(values)) == values


@given(st.text(max_size=200))
@example("build_time_vars = {'a': '\\N{BULLET}'}")
@example("build_time_vars = {'a': '\\U99999999'}")
@example("build_time_vars = {'a': 1" + "0" * 5000 + "}")
def test_refuses_anything_else_with_one_kind_of_error(text: str) -> None:
    try:
        said = "line 1: read" if parse_sysconfigdata(text) is not None else ""
    except SysconfigDataError as refused:
        said = str(refused)
    assert said.startswith("line ")


@given(st.text("abc\\'\"{}:, #\n01xuU", max_size=40))
def test_never_reads_what_python_would_read_otherwise(body: str) -> None:
    text = f"build_time_vars = {body}"
    try:
        values = parse_sysconfigdata(text)
    except SysconfigDataError:
        return
    with_python = ast.literal_eval(body.strip())
    assert with_python == values


def test_says_the_line() -> None:
    with pytest.raises(SysconfigDataError, match=r"line 3: expected a string or an integer, found 'None}'"):
        parse_sysconfigdata(f"{HEADER}build_time_vars = {{'a': 1,\n 'b': None}}\n")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = {}", "no assignment to build_time_vars"),
        ("build_time_vars {}", "expected `=`"),
        ("build_time_vars = {'a': 1", "expected `,` or `}`"),
        ("build_time_vars = {'a' 1}", "expected `:`"),
        ("build_time_vars = {'a': 'b}", "expected a string"),
        ("build_time_vars = {'a': 'b\nc'}", "expected a string"),
        ("build_time_vars = {}\nimport os\n", "code after the variables, found 'import os'"),
        ("build_time_vars = {'a': 1.5}", "expected `,` or `}`"),
        ("build_time_vars = {'a': '\\q'}", "unknown escape"),
        ("build_time_vars = {'a': 1", "at the end of the file"),
    ],
)
def test_says_what_is_wrong(text: str, what: str) -> None:
    with pytest.raises(SysconfigDataError, match=what):
        parse_sysconfigdata(text)


def test_the_end_of_the_assignment_is_known() -> None:
    text = "# c\nbuild_time_vars = {'a': 'b' # why\n 'c', 'd': -1,}\nprefix = 1\n"
    values, end = parse_assignment(text)
    assert values == {"a": "bc", "d": -1}
    assert text[end:] == "\nprefix = 1\n"


def test_format_is_sorted_json_with_raw_unicode() -> None:
    values: dict[str, str | int] = {"b": 'é "q" \\', "Z": 1, "a": ""}
    assert format_sysconfigdata(values) == (
        f'{HEADER}build_time_vars = {{\n    "Z": 1,\n    "a": "",\n    "b": "é \\"q\\" \\\\"\n}}\n'
    )
