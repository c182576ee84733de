"""PYTHON.json of a full archive, naming files that the archive does not have."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside

_TREE = "install/"
"""Paths in PYTHON.json are relative to the archive; of a full archive, this is the Python."""


def find(beside: Beside) -> Iterator[Contradiction]:
    missing = dict(_missing(beside)) if beside.facts("files") else {}
    if missing:
        first = next(iter(missing))
        yield Contradiction(
            "release",
            first,
            missing[first],
            "no such file in the tree",
            "a tool that repackages the release by its PYTHON.json (PyOxidizer, for one) does not find it",
            ("go by the files, not by PYTHON.json",),
            "cosmetic",
            missing,
        )


def _missing(beside: Beside) -> Iterator[tuple[str, str]]:
    for key, value in beside.facts("release").items():
        fields = value if isinstance(value, dict) else {key: value}
        for name, text in fields.items():
            where = f"{key}.{name}" if isinstance(value, dict) else key
            if isinstance(text, str) and text.startswith(_TREE) and not _there(beside, text.removeprefix(_TREE)):
                yield where, text
            for link in text if isinstance(text, list) and name == "links" else ():
                library = link.removeprefix("dynamic:")
                # Only on Windows are the libraries that PYTHON.json calls dynamic part of the tree.
                if library != link and "python.exe" in beside.facts("files") and not beside.named(f"{library}.dll"):
                    yield f"{where}:{library}", f"{library}.dll"


def _there(beside: Beside, path: str) -> bool:
    return beside.has(f"{beside.prefix}/{path}")
