"""Small archives in the shape of a PBS release, well-meant and not, and a server on loopback that misbehaves on request."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.server
import io
import re
import socket
import socketserver
import ssl
import struct
import tarfile
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import zstandard

from pydiff.fetch.pack.recorded import recorded
from pydiff.fetch.pack.rewrite import write_sysconfigdata
from pydiff.model.asset import Asset, Flavor
from pydiff.model.resolution import ManagerChoice, Prebuilt
from pydiff.model.spec import Spec, VersionRequest
from pydiff.model.target import Target
from pydiff.web.patience import Patience

# As long as a server on loopback can need, and no longer: faults are not waited out.
QUICK = Patience(
    connect=2, answer=2, silence=0.5, slowest=1_000, first_wait=0.01, longest_wait=0.02, longest_retry_after=1
)
TAG = "20241016"
TRIPLE = "x86_64-unknown-linux-gnu"
VERSION = "3.9.20"
# A shell script stands for the interpreter: it starts and says its version, which is all that unit tests ask of it.
FAKE_PYTHON = b"#!/bin/sh\necho Python 3.9.20\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One tar member, as hostile as one likes."""

    name: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    link: str = ""
    mode: int = 0o644


def folder(name: str) -> Item:
    return Item(name, kind=tarfile.DIRTYPE, mode=0o755)


def symlink(name: str, target: str) -> Item:
    return Item(name, kind=tarfile.SYMTYPE, link=target)


def hardlink(name: str, target: str) -> Item:
    return Item(name, kind=tarfile.LNKTYPE, link=target)


def python_items(top: str = "python", version: str = VERSION) -> list[Item]:
    """The bones of an install_only tree: what managers change and snapshots read, with a real release's sysconfig variables."""
    minor = ".".join(version.split(".")[:2])
    stdlib = f"{top}/lib/python{minor}"
    config = f"{stdlib}/config-{minor}-x86_64-linux-gnu"
    return [
        folder(f"{top}/bin"),
        Item(f"{top}/bin/python{minor}", FAKE_PYTHON, mode=0o755),
        symlink(f"{top}/bin/python3", f"python{minor}"),
        Item(f"{top}/include/python{minor}/Python.h", b"/* headers */\n"),
        Item(f"{top}/lib/libpython{minor}.so.1.0", b"\x7fELF not really", mode=0o755),
        symlink(f"{top}/lib/libpython{minor}.so", f"libpython{minor}.so.1.0"),
        Item(f"{top}/lib/pkgconfig/python-{minor}.pc", b"prefix=/install\nexec_prefix=${prefix}\n"),
        Item(f"{stdlib}/os.py", b"# the standard library\n"),
        Item(f"{stdlib}/_sysconfigdata__linux_x86_64-linux-gnu.py", write_sysconfigdata(recorded())),
        Item(f"{config}/Makefile", b"prefix=\t/install\nCC=\tclang -pthread\n"),
    ]


def full_items(version: str = VERSION) -> list[Item]:
    """A full archive: `PYTHON.json` first, objects and licences beside `install/`."""
    return [
        Item("python/PYTHON.json", b'{"version": "8"}'),
        Item("python/build/Modules/config.c", b"/* not kept */"),
        *python_items("python/install", version),
        Item("python/licenses/LICENSE.cpython.txt", b"PSF"),
    ]


def tar_bytes(items: Iterable[Item]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for item in items:
            entry = tarfile.TarInfo(item.name)
            entry.type, entry.linkname, entry.mode = item.kind, item.link, item.mode
            entry.size = len(item.data)
            tar.addfile(entry, io.BytesIO(item.data))
    return buffer.getvalue()


def write_archive(path: Path, items: Iterable[Item]) -> Path:
    """Compressed as the name says: .tar.gz or .tar.zst."""
    data = tar_bytes(items)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(".zst"):
        path.write_bytes(zstandard.ZstdCompressor(level=1, write_checksum=True).compress(data))
    else:
        path.write_bytes(gzip.compress(data, compresslevel=1, mtime=0))
    return path


def asset_name(flavor: Flavor = "install_only", *, version: str = VERSION, tag: str = TAG, triple: str = TRIPLE) -> str:
    tail = "pgo+lto-full.tar.zst" if flavor == "full" else f"{flavor}.tar.gz"
    return f"cpython-{version}+{tag}-{triple}-{tail}"


def release_asset(
    mirror: Path, flavor: Flavor = "install_only", *, version: str = VERSION, tag: str = TAG, sums: bool = True
) -> Asset:
    """Put an archive at MIRROR/TAG/NAME (and into MIRROR/TAG/SHA256SUMS), and return it as a manager's list would name it."""
    name = asset_name(flavor, version=version, tag=tag)
    items = full_items(version) if flavor == "full" else python_items(version=version)
    data = write_archive(mirror / tag / name, items).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if sums:
        with (mirror / tag / "SHA256SUMS").open("a") as file:
            file.write(f"{sha256}  {name}\n")
    base = "https://github.com/astral-sh/python-build-standalone/releases/download"
    return Asset(
        name=name,
        version=version,
        tag=tag,
        triple=TRIPLE,
        build_options=("pgo", "lto") if flavor == "full" else (),
        flavor=flavor,
        urls=(f"{base}/{tag}/{urllib.parse.quote(name)}",),
        sha256=sha256,
        hash_source="the test's list",
    )


def prebuilt(asset: Asset, *, install_name: str = "cpython-3.9.20-linux-x86_64-gnu") -> Prebuilt:
    """A resolution without changes."""
    spec = Spec("pbs:3.9.20", "pbs", "", VersionRequest(3, 9, 20), Target("linux", "x86_64", "gnu"))
    return Prebuilt(spec, ManagerChoice("pbs", "", "given"), asset, (), install_name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say instead of serving the file."""

    status: int = 200
    body: bytes | None = None
    """None: the file."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Close the connection after so many bytes of the body."""
    ranges: bool = True
    """False: a server that has never heard of Range."""
    seconds: float = 0.0
    """How long to think first."""
    stall: float = 0.0
    """Seconds of silence after the first half of the body."""
    claim: int = 0
    """Added to the Content-Length: a lie."""
    framing: Literal["length", "chunked", "close"] = "length"
    """How the end of the body is told; "close" as in HTTP/1.0. With `cut_after`, chunks break off without the last one."""
    drip: float = 0.0
    """Seconds between any two bytes of the body."""
    drip_headers: float = 0.0
    """Seconds between any two bytes of the headers."""
    reset: bool = False
    """Break the connection with RST instead of closing it, where `cut_after` says."""
    trusting: bool = False
    """Ranges are served whatever If-Range says."""
    longest: int | None = None
    """A range is answered with at most so many bytes of it."""


@dataclass(slots=True)
class Asked:
    path: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Mirror:
    """Serves `root` with ETag and Range. `script` queues answers for a path, taken one by one before the file is served."""

    root: Path
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    scripts: dict[str, list[Answer]] = field(default_factory=dict)

    def script(self, path: str, *answers: Answer) -> None:
        self.scripts.setdefault(path, []).extend(answers)

    def paths(self) -> list[str]:
        """What was asked for, in order, as it came over the wire."""
        return [asked.path for asked in self.asked]


@contextlib.contextmanager
def serving(root: Path, tls: ssl.SSLContext | None = None) -> Iterator[Mirror]:
    """A server on a free port of loopback, in a thread of its own; with `tls` it is `https://localhost`."""
    mirror = Mirror(root)

    class Handler(_Handler):
        served = mirror

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mirror.url = f"http://127.0.0.1:{server.server_port}"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        mirror.url = f"https://localhost:{server.server_port}"
    with in_background(server):
        yield mirror


@contextlib.contextmanager
def in_background(server: socketserver.ThreadingTCPServer | http.server.ThreadingHTTPServer) -> Iterator[None]:
    """The server at work in threads of its own."""
    server.daemon_threads = True
    # A client that goes away half-way is what some tests are about.
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Mirror

    def do_GET(self) -> None:
        path = urllib.parse.unquote(self.path.partition("?")[0])
        self.served.asked.append(Asked(self.path, dict(self.headers)))
        waiting = self.served.scripts.get(path)
        answer = waiting.pop(0) if waiting else Answer()
        time.sleep(answer.seconds)
        file = self.served.root / path.lstrip("/")
        body = answer.body
        if body is None and answer.status == 200 and file.is_file():
            body = file.read_bytes()
        status = answer.status if body is not None or answer.status != 200 else 404
        self._say(status, body or b"", answer)

    def _say(self, status: int, body: bytes, answer: Answer) -> None:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag} if status == 200 else {}
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        vouched = answer.trusting or self.headers.get("If-Range") in {None, etag}
        if status == 200 and answer.ranges and wanted and vouched:
            start = int(wanted[1])
            if start >= len(body):
                status, headers["Content-Range"], body = 416, f"bytes */{len(body)}", b""
            else:
                end = min(len(body), start + (answer.longest or len(body)))
                status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{len(body)}"
                body = body[start:end]
        with contextlib.suppress(OSError):
            self._send_headers(status, len(body) + answer.claim, {**headers, **answer.headers}, answer)
            self._send_body(body, answer)

    def _send_headers(self, status: int, length: int, headers: Mapping[str, str], answer: Answer) -> None:
        framing = {
            "length": {"Content-Length": str(length)},
            "chunked": {"Transfer-Encoding": "chunked"},
            "close": {"Connection": "close"},
        }
        self.send_response(status)
        for name, value in {**framing[answer.framing], **headers}.items():
            self.send_header(name, value)
        if not answer.drip_headers:
            self.end_headers()
            return
        for byte in b"".join(self._headers_buffer):  # type: ignore[attr-defined]  # http.server's own, not in typeshed
            self.wfile.write(bytes([byte]))
            time.sleep(answer.drip_headers)
        self.wfile.write(b"\r\n")

    def _send_body(self, body: bytes, answer: Answer) -> None:
        cut = answer.cut_after is not None
        body = body[: answer.cut_after]
        if answer.stall:
            half = len(body) // 2
            self._send(body[:half], answer)
            time.sleep(answer.stall)
            body = body[half:]
        if answer.drip:
            for byte in body:
                self._send(bytes([byte]), answer)
                time.sleep(answer.drip)
        else:
            self._send(body, answer)
        if answer.framing == "chunked" and not cut:
            self.wfile.write(b"0\r\n\r\n")
        if cut or answer.claim or answer.framing == "close":
            self.close_connection = True
        if answer.reset:
            # Closing with a linger time of 0 sends RST.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _send(self, body: bytes, answer: Answer) -> None:
        if answer.framing == "chunked" and body:
            body = b"%x\r\n%b\r\n" % (len(body), body)
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
