"""Which lines of a log or of a compiler's stderr tell most. Linear in the size of the text, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONGEST = 2_000
"""Characters of a line that are looked at: nothing that ends a build says so later in its line."""

# Frames of other tools around a line: `│ `, `╰─▶ `, `      | `, `[stderr] `, `#12 3.456 ` (docker).
_FRAME = re.compile(r"^(?:#\d{1,4} \d{1,6}\.\d{1,4} )?[\s│├╰─▶\u00d7|>]{0,40}(?:\[stderr\] )?")
_EXCEPTION = re.compile(
    r"^(?:[A-Za-z_][\w.]{0,150}\.)?[A-Z]\w{0,80}(?:Error|Exception|Exit|Interrupt|Failure|NotFound|Unavailable|Warning)(?:: .*)?$"
    r"|^(?:Exception|SystemExit)(?:: .*)?$"
)
# Exceptions that only say that something else failed, which has spoken for itself before.
_MESSENGER = re.compile(
    r"CalledProcessError|BackendUnavailable|SystemExit|CompileError: command|LinkError: command|DistutilsExecError|ExecError"
    r"|BackendOperationFailed|returned non-zero exit status|Failed building|metadata-generation-failed|subprocess-exited"
)

# Rank of a line, best first; a line that is a command, a warning or a note has none.
_RANKS: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"cannot find -l|library not found for -l|library '[^']{1,200}' not found|unable to find library -l|undefined reference to"
        r"|fatal error: |error while loading shared libraries|Library not loaded: |cannot open shared object file"
    ),
    re.compile(
        r"(?:^|[\s:])error: (?!command |subprocess|metadata-|legacy-|Failed |failed |ld returned|linker command)"
    ),
    re.compile(
        r"failed: No such file or directory|unable to execute |No such file or directory: |[\w+./-]: (?:command )?not found$"
        r"|not found in the PATH|Unknown compiler\(s\)"
    ),
    _EXCEPTION,
    re.compile(
        r"error: command |returned non-zero exit status|collect2: error|linker command failed|^make\S{0,20}: \*\*\* "
    ),
    re.compile(r"\b(?:error|failed|cannot|not found)\b", re.IGNORECASE),
)
_REPORTS = 4
"""From this rank on, a line only reports that something failed."""
_NO_EVIDENCE = re.compile(r"(?:^|[\s:])(?:warning|note): |\s-[co]\s.*\s-[co]\s|\[-W[a-z-]{1,60}\]$")


def clean(text: str) -> list[str]:
    """The lines as a terminal would have shown them: no colours, no control characters, no frame, no blank lines."""
    lines = []
    for raw in text.split("\n"):
        # What a progress bar overwrote was never meant to be read.
        shown = raw.rstrip("\r").rpartition("\r")[2][: _LONGEST * 2]
        line = _INVISIBLE.sub("", _ANSI.sub("", shown))[:_LONGEST]
        line = _FRAME.sub("", line, count=1).rstrip()
        if line:
            lines.append(line)
    return lines


def telling(lines: Sequence[str], limit: int = 5) -> tuple[str, ...]:
    """The lines that tell most, best first, each once. Of compilers' errors the first ones, of exceptions the last one."""
    found: list[str] = []
    for rank, pattern in enumerate(_RANKS):
        hits = [line for line in lines if pattern.search(line) and not _NO_EVIDENCE.search(line)]
        if pattern is _EXCEPTION:
            hits = [line for line in hits if not _MESSENGER.search(line)]
        if rank in {0, 1, 2}:
            hits = hits[:3]
        elif rank >= _REPORTS:
            hits = hits[-1:] if not found else []
        else:
            hits = hits[-1:]
        found += hits
    if not found and lines:
        found = [lines[-1]]
    return tuple(dict.fromkeys(found))[:limit]


def last_exception(lines: Sequence[str]) -> str:
    """The exception that ended the log, passing over those that only report another failure; "" when there is none."""
    for line in reversed(lines):
        if _EXCEPTION.match(line) and not _MESSENGER.search(line):
            return line
    return ""
