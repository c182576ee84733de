"""Whether the names and links of an archive stay inside its tree. Pure: nothing here touches a disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydiff.errors import ArchiveError

Kind = Literal["file", "dir", "link"]
# Linux gives up after as many (path_resolution(7)).
MAX_HOPS = 40


def member_path(name: str) -> tuple[str, ...]:
    """The parts of a member's name, `.` and doubled slashes dropped. Raises ArchiveError for a name that leaves the tree."""
    if name.startswith("/") or "\0" in name or "\\" in name or (len(name) > 1 and name[1] == ":"):
        raise ArchiveError(f"has a member with an absolute or malformed name: {name!r}")
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    if ".." in parts:
        raise ArchiveError(f"has a member that leaves its folder: {name!r}")
    return parts


@dataclass(slots=True)
class Names:
    """Every name an archive has used so far, and where its links lead."""

    kinds: dict[tuple[str, ...], Kind] = field(default_factory=dict)
    links: dict[tuple[str, ...], str] = field(default_factory=dict)

    def add(self, path: tuple[str, ...], kind: Kind) -> None:
        """Take a name. Raises ArchiveError when it is taken already, or when one of its folders is not a folder."""
        known = self.kinds.get(path)
        if known is not None and not (known == kind == "dir"):
            raise ArchiveError(f"has two members with one name: {'/'.join(path)!r}")
        implied: list[tuple[str, ...]] = []
        for depth in range(len(path) - 1, 0, -1):
            above = self.kinds.get(path[:depth])
            if above == "link":
                raise ArchiveError(f"writes through a link: {'/'.join(path)!r} lies beyond {'/'.join(path[:depth])!r}")
            if above == "file":
                raise ArchiveError(f"uses a file as a folder: {'/'.join(path[:depth])!r}")
            if above == "dir":
                break
            implied.append(path[:depth])
        # Only now: a name that is refused must not leave folders behind that a later one could lean on.
        self.kinds.update(dict.fromkeys(implied, "dir"))
        self.kinds[path] = kind

    def add_link(self, path: tuple[str, ...], target: str) -> None:
        """Take a symbolic link. Its target is judged by `check_links`, when all links are known."""
        if target.startswith("/"):
            raise ArchiveError(f"has a link to an absolute path: {'/'.join(path)!r} -> {target!r}")
        if not target or "\0" in target:
            raise ArchiveError(f"has a link that leads nowhere: {'/'.join(path)!r} -> {target!r}")
        self.add(path, "link")
        self.links[path] = target

    def check_links(self, root: tuple[str, ...] = ()) -> None:
        """Raise ArchiveError when a link below `root` leads out of `root`, by itself or by way of other links."""
        for path, target in self.links.items():
            if path[: len(root)] == root and self.resolve(path, root) is None:
                raise ArchiveError(f"has a link that leaves the tree: {'/'.join(path)!r} -> {target!r}")

    def resolve(self, path: tuple[str, ...], root: tuple[str, ...] = ()) -> tuple[str, ...] | None:
        """Where `path` ends when every link on the way is followed as the kernel does; None when that is outside `root`.

        A link that leads in circles leads nowhere and so not out: it resolves to where it starts.
        """
        here: list[str] = list(root)
        ahead = list(reversed(path[len(root) :]))
        hops = 0
        while ahead:
            part = ahead.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                if len(here) <= len(root):
                    return None
                here.pop()
                continue
            here.append(part)
            target = self.links.get(tuple(here))
            if target is not None:
                hops += 1
                if hops > MAX_HOPS:
                    return path
                here.pop()
                ahead.extend(reversed(target.split("/")))
        return tuple(here)
