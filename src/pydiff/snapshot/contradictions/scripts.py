"""Scripts whose first line names an interpreter that is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside


def find(beside: Beside) -> Iterator[Contradiction]:
    users: dict[str, dict[str, str]] = defaultdict(dict)
    for path, line in beside.facts("scripts").items():
        words = str(line).removeprefix("#!").split()
        if words and words[0].startswith("/") and not beside.has(words[0]):
            users[words[0]][path] = str(line)
    for interpreter, said in users.items():
        first = next(iter(said))
        program = first.rpartition("/")[2]
        yield Contradiction(
            "scripts",
            first,
            interpreter,
            "no such file",
            f"running `{program}` fails with `bad interpreter: {interpreter}`",
            ("run it as a module: `python -m pip`",) if any("pip" in path for path in said) else (),
            "changes" if any("-config" in path for path in said) else "cosmetic",
            said,
        )
