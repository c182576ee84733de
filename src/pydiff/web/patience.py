"""How long pydiff waits for a host, and how often it asks one again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, where nothing else is said. `Settings.download_timeout` limits all of it together."""

    connect: float = 10.0
    answer: float = 60.0
    """From asking to the end of the answer's headers."""
    silence: float = 30.0
    """Between two pieces of a body."""
    slowest: float = 1_000.0
    """Bytes per second, measured over `silence`: less is as good as nothing."""
    attempts: int = 3
    """Of one host, in a row, none of which brought the file further."""
    progress: int = 1 << 14
    """Bytes by which an attempt must have brought the file further not to count."""
    first_wait: float = 0.5
    longest_wait: float = 8.0
    """The wait doubles with every attempt, up to this."""
    longest_retry_after: float = 120.0
    """A host that asks for a longer pause is not waited for at all."""


PATIENCE = Patience()
