"""A network namespace in which chosen https hosts are answered from a folder, and nothing else exists.

`run(www, command)` starts `command` where every host with a folder in `www` is served from it, over https (and http) on
loopback, under a throwaway certificate authority that SSL_CERT_FILE names. So programs whose URLs cannot be configured,
pydiff's defaults among them, can be tested with no setting at all.

As a script it is the server: `closed_internet.py WWW CA_PEM READY LOG HOST...`.
"""

from __future__ import annotations

import http.server
import os
import ssl
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

_SCRIPT = """
"$1" "$2" "$3" "$4" "$5" "$6" $7 & server=$!
shift 7
for _ in $(seq 200); do [ -e "$CLOSED_READY" ] && break; sleep 0.05; done
"$@"; code=$?
kill $server
exit $code
"""


def run(
    www: Path, command: Sequence[str], scratch: Path, env: Mapping[str, str], timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run `command` in the closed internet. The server's log (host, path, found or absent) is `scratch/requests.log`."""
    hosts = sorted(path.name for path in www.iterdir())
    scratch.mkdir(parents=True, exist_ok=True)
    hosts_file = scratch / "hosts"
    hosts_file.write_text(f"127.0.0.1 localhost {' '.join(hosts)}\n")
    authority, ready, log = scratch / "ca.pem", scratch / "ready", scratch / "requests.log"
    ready.unlink(missing_ok=True)
    sandbox = [
        *("bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"),
        *("--ro-bind", str(hosts_file), "/etc/hosts", "--unshare-net", "--unshare-pid", "--die-with-parent"),
    ]
    server = [sys.executable, __file__, str(www), str(authority), str(ready), str(log), " ".join(hosts)]
    full_env = {
        **{name: value for name, value in env.items() if name != "SSL_CERT_DIR"},
        "SSL_CERT_FILE": str(authority),
        "CLOSED_READY": str(ready),
    }
    return subprocess.run(
        [*sandbox, "bash", "-c", _SCRIPT, "closed", *server, *command],
        env=full_env,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def requests(scratch: Path) -> list[str]:
    """What was asked for: `GET github.com/… found`."""
    return (scratch / "requests.log").read_text().splitlines()


def _serve(www: Path, ca_pem: Path, ready: Path, log: Path, hosts: Sequence[str]) -> None:
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    log_file = log.open("a", buffering=1)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "")
            path = urllib.parse.unquote(self.path.split("?")[0])
            file = www / host / path.lstrip("/")
            found = file.is_file()
            log_file.write(f"{self.command} {host}{path} {'found' if found else 'absent'}\n")
            body = file.read_bytes() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the name is the base class's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Requests are logged by do_GET."""

    plain = http.server.ThreadingHTTPServer(("127.0.0.1", 80), Handler)
    secure = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Handler)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    ready.touch()
    secure.serve_forever()


if __name__ == "__main__":
    os.umask(0o022)
    _serve(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5:])
