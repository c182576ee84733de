"""What each system's dynamic loader says of a library that it does not find, and the ways to show it where that is."""

from __future__ import annotations

import posixpath


def consequence(style: str, name: str, *, starts: bool) -> str:
    """`style` is the format of the binary that asks: elf, macho, pe. `starts`: the interpreter itself asks."""
    match style:
        case "macho":
            said = f"Library not loaded: {name}"
        case "pe":
            said = f"{name} was not found" if starts else "DLL load failed: The specified module could not be found"
        case _:
            missing = f"{name}: cannot open shared object file"
            said = f"error while loading shared libraries: {name}" if starts else missing
    return f"the interpreter does not start: `{said}`" if starts else f"importing or running it fails: `{said}`"


def remedies(style: str, name: str, folder: str, binary: str) -> tuple[str, ...]:
    """`folder`: where the tree has the library, "" where it has none. `binary`: the path of the one that asks for it."""
    base = posixpath.basename(name)
    match style:
        case "macho":
            # A changed binary must be signed again, or macOS on ARM kills what loads it.
            change = "install_name_tool -change {} {} {} && codesign -f -s - {}"
            if not folder:
                return (f"with PATH, where {base} is on the Mac: {change.format(name, 'PATH', binary, binary)}",)
            return (change.format(name, f"{folder}/{base}", binary, binary), f"DYLD_LIBRARY_PATH={folder}")
        case "pe":
            return (
                f"copy {folder}/{base} into {posixpath.dirname(binary)}, beside the module",
                f'os.add_dll_directory(r"{folder}")',
            )
        case _:
            return (f"LD_LIBRARY_PATH={folder}" if folder else f"install the system's package that has {base}",)
