"""The JSON is the record, valid by the shipped schema, and the schema is the one of today's types."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from pydiff.model.record import ErrorRecord, Run, Sides
from pydiff.report import redact, render
from pydiff.report.schema import schema, shipped
from runs import a_run, trees_only, uwsgi_run

RUNS = [
    a_run(),
    trees_only(),
    uwsgi_run("link"),
    uwsgi_run("no-clang"),
    uwsgi_run("both-built"),
    a_run(
        partial=True,
        error=ErrorRecord(message="m", hint="h", exit_code=4),
        sides=Sides(left=None, right=None),
        divergence=None,
        findings=[],
    ),
]


def test_the_shipped_schema_is_current() -> None:
    assert shipped() == schema(), "run: python -m pydiff.report.schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(shipped())


@pytest.mark.parametrize("run", RUNS)
def test_every_run_is_valid_and_comes_back(run: Run) -> None:
    text = render(run, "json")
    jsonschema.validate(json.loads(text), shipped())
    assert msgspec.json.decode(text, type=Run) == redact(run)
    assert text.startswith('{\n  "schema": "pydiff.run/1"')


def test_the_schema_refuses_what_is_no_run() -> None:
    good = json.loads(render(a_run(), "json"))
    changes: list[dict[str, object]] = [
        {"schema": "pydiff.run/2"},
        {"verdict": "maybe"},
        {"sides": {"left": {}}},
        {"differences": [{}]},
    ]
    for change in changes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | change, shipped())
    del good["schema"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good, shipped())


def test_fields_may_be_added() -> None:
    good = json.loads(render(a_run(), "json"))
    jsonschema.validate(good | {"new": 1}, shipped())


def test_class_is_called_class() -> None:
    assert json.loads(render(a_run(), "json"))["findings"][0]["class"] == "link-libpython-not-found"
