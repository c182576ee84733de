"""What a user sees when something goes wrong: message, hint, exit code, and where the partial run is."""

from __future__ import annotations

import os
import signal
import sys
import traceback

import typer

from pydiff.errors import ExitCode, PydiffError

_ISSUE = "this is a bug in pydiff: please report it with the output of the same command with --debug in front"


def run(app: typer.Typer, *, debug: bool) -> None:
    """Run the app and leave the process with the documented exit code."""
    # A run that is told to end does so as at Ctrl-C: the builds are stopped, and what was found is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Outside standalone mode an Exit is not raised: its code is what the call returns.
        sys.exit(app(standalone_mode=False))
    except typer.Abort:
        sys.exit(ExitCode.INTERRUPTED)
    except PydiffError as error:
        _traceback(debug=debug)
        sys.exit(show(error))
    except KeyboardInterrupt:
        _traceback(debug=debug)
        say("interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of stdout went away (`pydiff … | head`); nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.SAME)
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, no traceback reaches a user
        if _is_usage(error):
            sys.exit(_show_usage(error))
        _traceback(debug=debug)
        say(f"internal error: {type(error).__name__}: {error}", hint=_ISSUE)
        sys.exit(ExitCode.INTERNAL)


def show(error: PydiffError) -> ExitCode:
    """Print an error of ours; returns its exit code."""
    say(str(error), hint=error.hint)
    return error.exit_code


def say(message: str, *, hint: str = "") -> None:
    """One message on stderr, in the form of every error of pydiff."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    red, dim, off = ("\x1b[31m", "\x1b[2m", "\x1b[0m") if colour else ("", "", "")
    sys.stderr.write(f"{red}error:{off} {message}\n")
    if hint:
        sys.stderr.write(f"{dim}hint:{off} {hint}\n")


def _is_usage(error: Exception) -> bool:
    # typer carries its own copy of click, whose exceptions have `show` and an exit code of 2.
    return hasattr(error, "format_message") and getattr(error, "exit_code", None) == ExitCode.USAGE


def _show_usage(error: Exception) -> ExitCode:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "pydiff"
    message = error.format_message()  # type: ignore[attr-defined]
    if message:
        say(message, hint=f"`{path} --help` shows how it is used")
    elif context is not None:
        sys.stderr.write(context.get_help() + "\n")
    return ExitCode.USAGE


def _traceback(*, debug: bool) -> None:
    if debug:
        traceback.print_exc()
