"""One text in both trees is no difference, whatever roles make of it: only what the tree itself is can give it two meanings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pydiff.compare import compare_trees
from pydiff.compare.places import OWN, places
from pydiff.model.record import Difference
from pydiff.model.roles import Roles
from pydiff.model.snapshot import Facts, Snapshot


def tree(prefix: str, version: str = "3.11.2", **variables: str) -> Snapshot:
    facts: Facts = {**variables}
    return Snapshot(prefix, version, {"sysconfig": facts}, {})


def values(found: list[Difference]) -> list[tuple[str, str | None, str | None, str]]:
    return [
        (one.subject, one.left, one.right, one.detail) for one in found if one.subject not in {"srcdir", "MULTIARCH"}
    ]


def test_a_source_that_is_the_folder_of_the_build_tells_nothing_apart() -> None:
    program = "./Programs/_freeze_module"
    left, right = tree("/usr", srcdir="..", FREEZE=program), tree("/opt/py", srcdir=".", FREEZE=program)
    assert values(compare_trees(left, right)) == []
    assert values(compare_trees(right, left)) == []


def test_of_several_flags_only_those_that_differ_as_texts_are_told() -> None:
    left = tree("/usr", srcdir="..", CPPFLAGS="-I./Include -DA")
    right = tree("/opt/py", srcdir=".", CPPFLAGS="-I./Include -DB")
    ((_, _, _, detail),) = values(compare_trees(left, right))
    assert detail == "--DA +-DB"


def test_the_prefix_of_the_original_is_wrong_in_a_copy() -> None:
    left, right = tree("/opt/a", LIBDIR="/opt/a/lib"), tree("/opt/b", LIBDIR="/opt/a/lib")
    assert values(compare_trees(left, right)) == [("LIBDIR", "{prefix}/lib", "/opt/a/lib", "")]


_WORDS = st.sampled_from([
    "./Programs/x", "-I./Include", "-I../Include", "/b/one/Include", "-L/b/one", "-L/b/two/lib", "/opt/l/lib", "/opt/r/lib", "-O2",
    "x86_64-linux-gnu-gcc", "-lpython3.11", "-lpython3.12", "aarch64-linux-gnu",
])  # fmt: skip
_VALUE = st.lists(_WORDS, max_size=4).map(" ".join)
_SIDE = st.fixed_dictionaries(
    {
        "srcdir": st.sampled_from([".", "..", "/b/one"]),
        "abs_builddir": st.sampled_from(["/b/one", "/b/two"]),
        "MULTIARCH": st.sampled_from(["x86_64-linux-gnu", "aarch64-linux-gnu"]),
        "A": _VALUE,
        "B": _VALUE,
    }
)


@given(_SIDE, _SIDE, st.sampled_from(["3.11.2", "3.12.1"]), st.sampled_from(["/opt/l", "/opt/r"]))
def test_what_is_told_apart_is_not_one_text(
    ours: dict[str, str], theirs: dict[str, str], version: str, prefix: str
) -> None:
    left, right = tree("/opt/l", **ours), tree(prefix, version, **theirs)
    roles = [Roles(places(side)) for side in (left, right)]
    own = [Roles({role: text for role, text in places(side).items() if role in OWN}) for side in (left, right)]
    for one in compare_trees(left, right):
        assert one.left is not None
        assert one.right is not None
        texts = [known.restore(text) for known, text in zip(roles, (one.left, one.right), strict=True)]
        assert texts[0] != texts[1] or own[0].normalise(texts[0]) != own[1].normalise(texts[1])
