"""References in Makefiles, `.pc` files and scripts: replaced, but not for ever and not without bounds."""

from __future__ import annotations

import tracemalloc

from pydiff.snapshot.contradictions.references import expand


def test_one_leads_to_the_next() -> None:
    assert expand("$(CC) -I${D}/include", {"CC": "$(MAIN) -pthread", "MAIN": "gcc", "D": "/opt"}) == (
        "gcc -pthread -I/opt/include"
    )


def test_what_is_unknown_stands_and_a_circle_ends() -> None:
    assert expand("$(X) y", {}) == "$(X) y"
    assert expand("$(A)", {"A": "$(B)", "B": "$(A)"}) in {"$(A)", "$(B)"}


def test_a_bomb_of_references_fills_no_memory() -> None:
    known = {"A": "x" * 90_000, **{f"D{number}": f"$(D{number - 1})" * 20 for number in range(1, 12)}, "D0": "x" * 50}
    tracemalloc.start()
    assert expand("$(A)" * 20_000, known) == "$(A)" * 20_000
    assert len(expand("$(D11)", known)) <= 100_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
