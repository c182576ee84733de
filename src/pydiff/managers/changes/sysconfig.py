"""The rewriting of `_sysconfigdata_*.py` by uv (>= 0.5.9) and mise (>= 2024.12.15), byte for byte.

Both are the same algorithm; what differs by version is in the fields. Facts: the sources of both programs at their tags (uv
`crates/uv-python/src/sysconfig/`, mise `src/sysconfig/`), checked against the programs themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.errors import InstallError
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.sysconfigdata import HEADER, NAME, SysconfigDataError, Value, format_sysconfigdata, parse_assignment
from pydiff.model.tree import Tree

# What Rust's `split_whitespace` splits at: Unicode White_Space, which lacks \x1c to \x1f of Python's `str.split`.
_WORD = re.compile(r"[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_MARK = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RewriteSysconfig:
    folders: tuple[str, ...]
    """Where the file is looked for; the first that exists counts: `lib/python3.9`."""
    prefix_words: bool
    """Words that begin with `/install` get the real prefix instead, and all white space becomes single spaces."""
    drop_isysroot: bool
    """`-isysroot X` is dropped (macOS)."""
    compilers: Mapping[str, Mapping[str, str]]
    """Variable -> word -> word: `{"CC": {"clang": "cc"}}`."""
    ar: str = ""
    """AR becomes this, whatever it was."""
    doubles_backslashes: bool = False
    """The parser keeps `\\\\` as two backslashes, each of which is then written as two (uv before 0.5.12, every mise)."""
    whole_folder: bool = False
    """`/installer` is left alone (uv >= 0.12.20)."""
    tool: str = "uv"
    """For messages."""

    @property
    def name(self) -> str:
        return "sysconfig"

    def describe(self) -> str:
        parts = ["/install paths"] if self.prefix_words else []
        parts += ["no -isysroot"] if self.drop_isysroot else []
        words = {
            f"{word} -> {to}" for table in self.compilers.values() for word, to in table.items() if "/" not in word
        }
        parts += sorted(words)
        cross = {word for table in self.compilers.values() for word in table if "/" in word}
        parts += [f"{len(cross)} cross compilers -> cc, c++"] if cross else []
        parts += [f"AR={self.ar}"] if self.ar else []
        parts += ["backslashes doubled"] if self.doubles_backslashes else []
        return f"sysconfig rewritten: {', '.join(parts)}"

    def reads(self, path: str) -> bool:
        return path.rpartition("/")[0] in self.folders and "_sysconfigdata_" in path

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        path = self._find(tree)
        values = self._parse(tree.read(path), path)
        rewritten = {name: self.rewritten(name, value, str(prefix)) for name, value in values.items()}
        rewritten["PYTHON_BUILD_STANDALONE"] = 1
        try:
            yield WriteFile(path, format_sysconfigdata(rewritten).encode())
        except UnicodeEncodeError as error:
            raise self._refused(path, str(error)) from error

    def rewritten(self, name: str, value: Value, prefix: str) -> Value:
        """One variable as the tool leaves it."""
        if isinstance(value, int):
            return value
        words = _WORD.findall(value)
        if self.prefix_words:
            words = [_at_prefix(word, prefix, whole_folder=self.whole_folder) for word in words]
            # A prefix with blanks in it is split again by the next step.
            words = _WORD.findall(" ".join(words))
        if self.drop_isysroot:
            words = _without_isysroot(words)
        table = self.compilers.get(name, {})
        if table:
            words = [table.get(word, word) for word in words]
        return self.ar if name == "AR" and self.ar else " ".join(words)

    def _find(self, tree: Tree) -> str:
        for folder in self.folders:
            if tree.get(folder) is not None:
                break
        else:
            raise InstallError(
                f"the tree has no {' or '.join(self.folders)}, where {self.tool} looks for the sysconfig data",
                hint=f"{self.tool} itself fails with `Python installation is missing a lib directory`",
            )
        pattern = re.compile(re.escape(folder) + r"/_sysconfigdata_[^/]*\.py")
        for entry in tree.entries():
            if entry.kind == "file" and pattern.fullmatch(entry.path):
                return entry.path
        raise InstallError(
            f"{folder} has no _sysconfigdata_*.py for {self.tool} to rewrite",
            hint=f"{self.tool} itself fails with `Python installation is missing a _sysconfigdata_ file`",
        )

    def _parse(self, content: bytes, path: str) -> dict[str, Value]:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise self._refused(path, "it is not UTF-8") from error
        if not text.startswith(HEADER + NAME):
            # https://github.com/astral-sh/uv/issues/10815
            raise self._refused(path, "its header comment is missing")
        try:
            return parse_assignment(text, _kept if self.doubles_backslashes else _literal)[0]
        except SysconfigDataError as error:
            raise self._refused(path, str(error)) from error

    def _refused(self, path: str, reason: str) -> InstallError:
        return InstallError(
            f"{self.tool} cannot rewrite {path}: {reason}",
            hint=f"{self.tool} itself fails on this archive; `pbs:` shows it as released",
        )


def _at_prefix(word: str, prefix: str, *, whole_folder: bool) -> str:
    rest = word.removeprefix("/install")
    if rest == word or (whole_folder and rest[:1] not in {"", "/"}):
        return word
    if not rest:
        return prefix
    # The character after `/install` is taken for the slash whatever it is, so `/installer/x` becomes `{prefix}/r/x`.
    inside = rest[1:]
    if inside.startswith("/"):
        return inside
    return f"{prefix.removesuffix('/')}/{inside}"


def _without_isysroot(words: list[str]) -> list[str]:
    kept: list[str] = []
    each = iter(words)
    for word in each:
        if word == "-isysroot":
            next(each, None)
        else:
            kept.append(word)
    return kept


def _literal(body: str, _quote: str) -> str:
    """The parser of uv >= 0.5.12: a backslash may only stand before a backslash or a quote."""

    def character(match: re.Match[str]) -> str:
        if match[1] not in "\\'\"":
            raise ValueError(f"unrecognized escape \\{match[1]}")
        return match[1]

    return _MARK.sub(character, body) if "\\" in body else body


def _kept(body: str, quote: str) -> str:
    """The parser of uv 0.5.9 to 0.5.11 and of mise: only an escaped quote loses its backslash (https://github.com/astral-sh/uv/issues/10060)."""
    return _MARK.sub(lambda match: quote if match[1] == quote else match[0], body) if "\\" in body else body
