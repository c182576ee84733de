"""On macOS, uv >= 0.5.19 has Apple's `install_name_tool` name libpython by where it is (uv's `crates/uv-python/src/macos_dylib.rs`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.events import Notice, emit
from pydiff.macho import MachOError, set_install_name
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree


@dataclass(frozen=True, slots=True)
class SetInstallName:
    """Where the tool fails, uv warns and goes on with the library as it was released; then there is a notice and no edit."""

    library: str
    """Relative to the prefix: `lib/libpython3.13t.dylib`."""

    @property
    def name(self) -> str:
        return "install-name"

    def describe(self) -> str:
        return f"{self.library}: install name {{prefix}}/{self.library}"

    def reads(self, path: str) -> bool:
        return path == self.library

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        entry = tree.get(self.library)
        if entry is None or entry.kind != "file":
            emit(Notice(f"uv could not set the install name of {self.library}: the archive has no such file"))
            return
        released, wanted = tree.read(self.library), prefix / self.library
        try:
            edited = set_install_name(released, str(wanted), file_name=wanted.name)
        except MachOError as error:
            emit(Notice(f"uv could not set the install name of {self.library}: {error}; it is left as released"))
            return
        if edited != released:
            yield WriteFile(self.library, edited)
