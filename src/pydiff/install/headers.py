"""A `tarfile.TarFile` that looks at the size of extension headers before it parses them."""

from __future__ import annotations

import tarfile

from pydiff.errors import ArchiveError

MAX_HEADER = 16_384
"""Bytes of one extension header: two paths of the longest kind that Linux has. tarfile's search in a pax header takes time that
grows with the square of its size: half a second for this many digits, half an hour for the 1 MB that 238 packed bytes can hold."""
MAX_WORK = 3_000_000_000
"""Sum of the squares of those sizes, some seconds: 200,000 members with a pax header of 120 bytes each are below it."""
_EXTENSIONS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _BoundedInfo(tarfile.TarInfo):
    # tarfile's one door to every kind of member; it is private, so a test makes sure that it is still gone through.
    def _proc_member(self, tar: BoundedTar) -> tarfile.TarInfo:
        if self.type in _EXTENSIONS:
            tar.work += self.size**2
            if self.size > MAX_HEADER:
                raise ArchiveError(f"has an extension header of {self.size:,} bytes, more than {MAX_HEADER:,}")
            if tar.work > MAX_WORK:
                raise ArchiveError("has too many large extension headers")
        elif self.type == tarfile.GNUTYPE_SPARSE:
            self._refuse_sparse()
        return super()._proc_member(tar)  # type: ignore[misc, no-any-return]  # not in typeshed

    def _proc_gnusparse_10(self, *_arguments: object) -> None:
        # Its map lies in the data and is read until a line ends, however far away that is.
        self._refuse_sparse()

    def _refuse_sparse(self) -> None:
        raise ArchiveError(f"has a sparse file, a special file that no release has: {self.name!r}")


class BoundedTar(tarfile.TarFile):
    """Open it as `tarfile.open`. Reading raises ArchiveError for extension headers that are too large, and for sparse files."""

    tarinfo = _BoundedInfo
    work = 0
