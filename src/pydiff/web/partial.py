"""A download that may stop half-way: the bytes that have arrived, and what lets a later request ask for the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pydiff.cache import explained

CHUNK = 1 << 17


class TooLargeError(Exception):
    """More bytes came than the caller allows."""


@dataclass(frozen=True, slots=True)
class Part:
    """`<name>.part` beside the final name, and `<name>.part.json` with the validator of what it holds."""

    path: Path

    @classmethod
    def of(cls, destination: Path) -> Part:
        return cls(destination.with_name(destination.name + ".part"))

    @property
    def note(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    def resumable(self, url: str) -> tuple[int, str]:
        """How many bytes of this very URL are there, and their validator; (0, "") when they cannot be trusted."""
        try:
            note = json.loads(self.note.read_bytes())
            if note["url"] == _known_as(url) and note["validator"]:
                return self.path.stat().st_size, str(note["validator"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return 0, ""

    def begin(self, url: str, validator: str) -> None:
        """Forget what was there. Raises CacheError."""
        with explained("downloading", self.path):
            self.path.unlink(missing_ok=True)
            self.note.write_text(json.dumps({"url": _known_as(url), "validator": validator}))

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def write(
        self, chunks: Iterable[bytes | memoryview], start: int, *, on_size: Callable[[int], None], limit: int
    ) -> tuple[str, int]:
        """Put `chunks` at offset `start`; returns sha256 and size of the whole. Raises CacheError and TooLargeError."""
        digest = hashlib.sha256()
        with explained("downloading", self.path):
            file = self.path.open("r+b" if start else "wb")
        with file:
            while start > file.tell():
                digest.update(file.read(min(CHUNK, start - file.tell())))
            for chunk in chunks:
                digest.update(chunk)
                with explained("downloading", self.path):
                    file.write(chunk)
                size = file.tell()
                on_size(size)
                if size > limit:
                    self.forget()
                    raise TooLargeError
            with explained("downloading", self.path):
                file.flush()
            return digest.hexdigest(), file.tell()


def _known_as(url: str) -> str:
    """The URL may hold a password; its hash is enough to know it again."""
    return hashlib.sha256(url.encode()).hexdigest()
