"""How fast a large archive arrives and is verified, beside what curl gets from the same server on loopback.

    python benchmarks/bench_download.py [--pairs N] [--megabytes N] [--json]

curl and pydiff take turns (the first pair is not counted), so that a change of the machine's load hits both. Both write a new file on the
same disk; pydiff also hashes every byte, compares the hash and gives the file its name. curl's time is its own `time_total`, pydiff's is that
of `fetch`, from an empty cache: neither has the start of a process in it. `command` is `pydiff fetch` as a process, started and imported.

Two servers: `sendfile`, which hands the file to the kernel, and Python's own `http.server`.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import http.server
import json
import os
import resource
import shutil
import socketserver
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from pydiff.fetch.archive import from_hosts
from pydiff.model.asset import Asset
from pydiff.model.settings import Settings

LIMIT = 0.90
NAME = "cpython-3.12.8+20270101-x86_64-unknown-linux-gnu-install_only.tar.gz"
PYDIFF = str(Path(sys.executable).with_name("pydiff"))
SERVERS = ("sendfile", "http.server")


@dataclass(frozen=True)
class Seconds:
    """For the same file; `curl` and `pydiff` were measured in turn."""

    curl: list[float]
    pydiff: list[float]
    command: list[float]
    curl_cpu: list[float]
    """Of the processor, for the process alone: steadier than the time on a machine that does other things too."""
    pydiff_cpu: list[float]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.serve:
        serve(asked.serve, asked.root)
        return 0
    if shutil.which("curl") is None:
        raise SystemExit("curl is needed: it is what pydiff is compared with")
    figures = {}
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        root = Path(folder)
        asset = make_asset(root, asked.megabytes)
        for server in SERVERS:
            with serving(server, root / "www") as url:
                seconds = measured(f"{url}/{NAME}", asset, root, asked.pairs)
            figures[server] = summary(seconds, asked.megabytes)
    print(json.dumps(figures, indent=2) if asked.json else table(figures))
    return int(any(row["ratio"] < LIMIT for row in figures.values()))


def make_asset(root: Path, megabytes: int) -> Asset:
    """A file of random bytes, which begins as its name promises."""
    (root / "www").mkdir()
    digest = hashlib.sha256()
    with (root / "www" / NAME).open("wb") as file:
        for number in range(megabytes):
            piece = (b"\x1f\x8b" if number == 0 else b"xx") + os.urandom(999_998)
            digest.update(piece)
            file.write(piece)
    (root / "www" / "SHA256SUMS").write_text(f"{digest.hexdigest()}  {NAME}\n")
    return Asset(
        NAME,
        "3.12.8",
        "20270101",
        "x86_64-unknown-linux-gnu",
        (),
        "install_only",
        sha256=digest.hexdigest(),
        hash_source="here",
    )


def by_curl(url: str, root: Path) -> tuple[float, float]:
    target, spent = root / "curl", children_seconds()
    command = ["curl", "--silent", "--fail", "--output", str(target), "--write-out", "%{time_total}", url]
    seconds = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    target.unlink()
    return seconds, children_seconds() - spent


def children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def by_pydiff(url: str, asset: Asset, root: Path) -> tuple[float, float]:
    cache = root / "cache"
    began, spent = time.perf_counter(), time.process_time()
    from_hosts(replace(asset, urls=(url,)), Settings(cache, cache))
    seconds = time.perf_counter() - began, time.process_time() - spent
    shutil.rmtree(cache)
    return seconds


def by_command(url: str, root: Path) -> float:
    cache = str(root / "cache")
    env = {**os.environ, "PYDIFF_CACHE_DIR": cache, "PYDIFF_STATE_DIR": cache}
    began = time.perf_counter()
    subprocess.run([PYDIFF, "fetch", f"pbs:{url}"], env=env, stdout=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - began
    shutil.rmtree(cache)
    return seconds


def measured(url: str, asset: Asset, root: Path, pairs: int) -> Seconds:
    """The first pair is not counted; who begins changes from pair to pair."""
    seconds = Seconds([], [], [by_command(url, root) for _ in range(3)], [], [])
    for number in range(pairs + 1):
        turns = (lambda: by_curl(url, root), lambda: by_pydiff(url, asset, root))
        found = {who: turns[who]() for who in ((0, 1) if number % 2 else (1, 0))}
        if number:
            for lists, times in (
                ((seconds.curl, seconds.curl_cpu), found[0]),
                ((seconds.pydiff, seconds.pydiff_cpu), found[1]),
            ):
                for one, value in zip(lists, times, strict=True):
                    one.append(value)
    return seconds


def summary(seconds: Seconds, megabytes: int) -> dict[str, float]:
    """Medians of the seconds; `ratio` is pydiff's throughput to curl's."""
    curl, inside, command = map(statistics.median, (seconds.curl, seconds.pydiff, seconds.command))
    return {
        "curl_s": round(curl, 3),
        "pydiff_s": round(inside, 3),
        "command_s": round(command, 3),
        "curl_mb_s": round(megabytes / curl),
        "pydiff_mb_s": round(megabytes / inside),
        "curl_cpu_s": round(statistics.median(seconds.curl_cpu), 3),
        "pydiff_cpu_s": round(statistics.median(seconds.pydiff_cpu), 3),
        "ratio": round(curl / inside, 3),
    }


def table(figures: dict[str, dict[str, float]]) -> str:
    lines = [f"{'server':<14}{'curl':>20}{'pydiff':>20}{'ratio':>8}{'cpu: curl':>11}{'pydiff':>9}{'command':>11}"]
    for server, row in figures.items():
        curl, inside = (f"{row[f'{who}_s']:.3f} s {row[f'{who}_mb_s']:>4} MB/s" for who in ("curl", "pydiff"))
        cpu = f"{row['curl_cpu_s']:>9.2f} s{row['pydiff_cpu_s']:>7.2f} s"
        lines.append(f"{server:<14}{curl:>20}{inside:>20}{row['ratio']:>8.2f}{cpu}{row['command_s']:>9.2f} s")
    return "\n".join([*lines, f"limit of ratio: {LIMIT:.2f}"])


@contextmanager
def serving(server: str, root: Path) -> Iterator[str]:
    """The server in a process of its own; its URL."""
    command = [sys.executable, __file__, "--serve", server, "--root", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


class _Sendfile(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def copyfile(self, source: IO[bytes], _outputfile: object) -> None:  # type: ignore[override]
        self.wfile.flush()
        self.connection.sendfile(source)


def serve(server: str, root: Path) -> None:
    handler = _Sendfile if server == "sendfile" else http.server.SimpleHTTPRequestHandler
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), functools.partial(handler, directory=root)) as listening:
        listening.daemon_threads = True
        print(listening.server_address[1], flush=True)
        listening.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
