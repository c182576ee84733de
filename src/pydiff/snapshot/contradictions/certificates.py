"""The certificates that the interpreter's OpenSSL trusts: neither in the file nor in the folder where it looks."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside

# Where systems keep them in one file: Debian, Fedora, SUSE, and Alpine and macOS.
_OF_SYSTEMS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def find(beside: Beside) -> Iterator[Contradiction]:
    running = beside.facts("runtime")
    file, folder = str(running.get("ssl.cafile", "")), str(running.get("ssl.capath", ""))
    # The sandbox may hide what is in the user's home.
    if running.get("ssl.certificates") != "none" or beside.has(file):
        return
    real = next((path for path in _OF_SYSTEMS if beside.machine.exists(path)), "")
    yield Contradiction(
        "runtime",
        "ssl.cafile",
        file,
        f"no such file, and no certificate in {folder}",
        "a setup script that downloads with Python itself (urllib) fails with CERTIFICATE_VERIFY_FAILED; pip brings certificates of its own",
        (f"SSL_CERT_FILE={real}" if real else "install the system's certificates (package ca-certificates)",),
        "breaks",
        {"ssl.cafile": file, "ssl.capath": folder},
    )
