"""Which command a build failed at, and whether any did."""

from __future__ import annotations

import re

from pydiff.compare.builds.actions import Call, calls
from pydiff.explain.interface import Failure
from pydiff.explain.lines import clean, last_exception
from pydiff.model.build import BuildRecord, Built, Failed, NotRun

# Errors that have nothing to do with a compiler: a command that failed before them was tried out, or optional.
_INDEPENDENT = re.compile(
    r"^(?:\w+\.)*(?:ModuleNotFoundError|SyntaxError|IndentationError|TabError|NameError|URLError|HTTPError|ConnectionError|gaierror)\b"
)
# Errors that say for themselves why a script ended; a probe that failed shortly before is not the reason.
_OWN_ERROR = re.compile(
    r"^(?:\w+\.)*(?:ImportError|UnicodeDecodeError|KeyError|TypeError|AttributeError|ValueError|AssertionError|IndexError)\b"
)


def failure_of(record: BuildRecord) -> Failure | None:
    """None for a build that did not fail, or was not run."""
    if isinstance(record.outcome, Built | NotRun):
        return None
    log = tuple(clean(record.log))
    ended_by = last_exception(log)
    call = decisive(calls(record), ended_by)
    script = "" if call is not None else ended_by
    if call is not None:
        tools = tuple(clean(call.action.stderr))
    elif _INDEPENDENT.match(script) or _OWN_ERROR.match(script):
        tools = ()
    else:
        tools = log
    if isinstance(record.outcome, Failed) and record.outcome.message and not log:
        log = tuple(clean(record.outcome.message))
        tools = tools or log
    return Failure(record, call, tools, script, log)


def decisive(ran: list[Call], ended_by: str = "") -> Call | None:
    """The command that ended the build, as far as one side alone can tell; `ended_by` is the exception at the end of its log.

    Probes may fail: one counts only when nothing was made after it. A program that does not exist explains an exception that
    follows it (uwsgi: `you need a C compiler`); any other failed probe does not, when the exception speaks for itself.
    """
    bad = [call for call in ran if call.status != "done" and not _survived(call, ran, ended_by)]
    if not bad:
        return None
    last = max(bad, key=lambda call: call.action.started)
    if last.status == "absent":
        return next(call for call in bad if call.status == "absent" and call.tool == last.tool)
    return last


def _survived(call: Call, ran: list[Call], ended_by: str) -> bool:
    if call.status == "killed":
        return False
    if call.status == "failed" and (_INDEPENDENT.match(ended_by) or (call.probe and _OWN_ERROR.match(ended_by))):
        return True
    made_later = any(
        later.status == "done" and not later.probe and later.action.started >= _end(call)
        for later in ran
        if later is not call
    )
    # An extension may be optional. With nothing in the log but the command's failure, it was not.
    return made_later and (call.probe or bool(ended_by))


def _end(call: Call) -> float:
    return call.action.started + call.action.seconds
