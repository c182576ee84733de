"""The JSON Schema of `pydiff.run/1`, made from the types. `python -m pydiff.report.schema` writes the shipped file again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from pydiff.model.record import SCHEMA, Run

FILE = Path(__file__).with_name("run.schema.json")


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Unknown fields are allowed: within `/1` fields are only added."""
    made = msgspec.json.schema(Run)
    definitions: dict[str, Any] = made["$defs"]
    definitions["Run"]["properties"]["schema"] = {"const": SCHEMA}
    definitions["Run"]["required"] = sorted({*definitions["Run"]["required"], "schema"})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{SCHEMA}", "title": SCHEMA, **made}


def shipped() -> dict[str, Any]:
    """The schema in the package."""
    loaded: dict[str, Any] = json.loads(FILE.read_text())
    return loaded


if __name__ == "__main__":
    FILE.write_text(json.dumps(schema(), indent=2, sort_keys=True) + "\n")
