"""Variables for which the running interpreter gives another answer than the file that they come from."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside

_VARIABLE = "variable."
# From Python 3.14 on sysconfig puts the real place there itself; that the file says otherwise is told by `places`.
_BY_DESIGN = frozenset({"prefix", "exec_prefix"})


def find(beside: Beside) -> Iterator[Contradiction]:
    """Not on a Mac, where sysconfig adapts flags to the compiler that it finds."""
    facts = beside.facts("sysconfig")
    if not beside.text("MACHDEP").startswith("linux"):
        return
    said: dict[str, str] = {}
    for subject, answer in beside.facts("runtime").items():
        name = subject.removeprefix(_VARIABLE)
        if (
            name != subject
            and name in facts
            and name not in _BY_DESIGN
            and str(answer).split() != beside.text(name).split()
        ):
            said[name] = f"{name}={beside.text(name)}"
    if not said:
        return
    first = next(iter(said))
    yield Contradiction(
        "sysconfig",
        first,
        said[first],
        f"the interpreter says {beside.facts('runtime')[_VARIABLE + first]}",
        "a build that asks the interpreter works with other values than the file says, whoever has rewritten that",
        tuple(f"remove {path}: the interpreter reads it in place of the module" for path in _compiled(beside)),
        "changes",
        said,
    )


def _compiled(beside: Beside) -> Iterator[str]:
    """What the interpreter reads in place of the module; no snapshot lists such files."""
    tag = beside.facts("runtime").get("cache_tag")
    for path in beside.facts("files"):
        folder, _, name = path.rpartition("/")
        if name.startswith("_sysconfigdata") and name.endswith(".py"):
            compiled = f"{beside.prefix}/{folder}/__pycache__/{name.removesuffix('.py')}.{tag}.pyc"
            if beside.machine.exists(compiled):
                yield compiled
