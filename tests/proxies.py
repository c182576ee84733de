"""Proxies on loopback: HTTP (with CONNECT) and SOCKS5, with credentials or without."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pbs_archives import in_background


@dataclass(slots=True)
class Proxy:
    """`asked` holds what it was asked for: `CONNECT host:port` or `GET http://...`, and `refused` what it did not do."""

    credentials: str = ""
    """`user:password`, when it wants any."""
    host: str = ""
    """host:port"""
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextlib.contextmanager
def proxying(kind: Literal["http", "socks5"] = "http", *, credentials: str = "") -> Iterator[Proxy]:
    """A proxy on a free port, in threads of its own."""
    proxy = Proxy(credentials)

    class Handler(_Http if kind == "http" else _Socks):  # type: ignore[misc]  # one of two
        served = proxy

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    proxy.host = f"127.0.0.1:{server.server_address[1]}"
    with in_background(server):
        yield proxy


class _Http(socketserver.StreamRequestHandler):
    served: Proxy

    def handle(self) -> None:
        line = self.rfile.readline().decode()
        headers = list(iter(self.rfile.readline, b"\r\n"))
        method, target, version = line.split()
        wanted = b"Proxy-Authorization: Basic " + base64.b64encode(self.served.credentials.encode())
        if self.served.credentials and wanted not in [header.strip() for header in headers]:
            self.served.refused.append(f"{method} {target}")
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        self.served.asked.append(f"{method} {target}")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as upstream:
            if method == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                kept = [header for header in headers if not header.lower().startswith(b"proxy-")]
                upstream.sendall(f"{method} {parts.path} {version}\r\n".encode() + b"".join(kept) + b"\r\n")
            _relay(self.connection, upstream)


class _Socks(socketserver.StreamRequestHandler):
    """RFC 1928 and 1929, as far as CONNECT to a name or an IPv4 address goes."""

    served: Proxy

    def handle(self) -> None:
        _version, count = self.rfile.read(2)
        offered = self.rfile.read(count)
        method = 2 if self.served.credentials else 0
        if method not in offered:
            self.served.refused.append("no credentials")
            self.wfile.write(b"\x05\xff")
            return
        self.wfile.write(bytes([5, method]))
        if method == 2:
            self.rfile.read(1)
            user, password = self._text(), self._text()
            right = f"{user}:{password}" == self.served.credentials
            self.wfile.write(bytes([1, 0 if right else 1]))
            if not right:
                self.served.refused.append("wrong credentials")
                return
        kind = self.rfile.read(4)[3]
        host = socket.inet_ntoa(self.rfile.read(4)) if kind == 1 else self._text()
        port = int.from_bytes(self.rfile.read(2), "big")
        self.served.asked.append(f"CONNECT {host}:{port}")
        with socket.create_connection((host, port), timeout=10) as upstream:
            self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
            _relay(self.connection, upstream)

    def _text(self) -> str:
        return self.rfile.read(self.rfile.read(1)[0]).decode()


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Copy both ways until both are done."""

    def copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=copy, args=(other, one), daemon=True)
    back.start()
    copy(one, other)
    back.join()
