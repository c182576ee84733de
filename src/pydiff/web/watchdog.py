"""An end to a connection that httpx has none for: its limits are for one read, and a byte now and then keeps within them for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self


class Watchdog:
    """Cuts the connections of one request when the time it was given is over. `bitten` tells that from any other failure."""

    def __init__(self) -> None:
        self.bitten = False
        self._connections: list[socket.socket] = []
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        for connection in self._connections:
            connection.close()

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """A listener for httpcore's `trace` extension: takes hold of every connection, also of one to a proxy."""
        if event.endswith(".connect_tcp.complete"):
            # A duplicate stays valid when TLS takes the socket over, and shutting it down shuts down the connection.
            self._connections.append(details["return_value"].get_extra_info("socket").dup())
            if self.bitten:
                self._bite()

    def allow(self, seconds: float) -> None:
        """From now on; what was allowed before is void."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        self._timer = threading.Timer(seconds, self._bite)
        self._timer.daemon = True
        self._timer.start()

    def _bite(self) -> None:
        self.bitten = True
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
