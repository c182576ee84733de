"""Put into the virtualenv of a build, where every Python process imports it: notes which sysconfig variables are asked for by name,
by whom, which tools are called that do not exist (a shim can stand only in front of one that does), and which are called by
absolute path, past their shims.

Standard library only, Python 3.8 to 3.14. It must never break or slow the build: everything heavy is imported at the first use, and
every error ends the note that was being made, nothing else.
"""
# Old Pythons, no imports at the top, errors swallowed on purpose: the reasons are above.
# ruff: noqa: BLE001, S110, SIM105, PLC0415, PTH100, PTH109, PTH117, PTH118, PTH119, PTH120, SLF001, UP031, ANN401, B905

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

FOLDER = os.environ.get("PYDIFF_RECORD", "")
PATTERN = "@PATTERN@"
SHIMS = "@SHIMS@"
MODULES = frozenset(("sysconfig", "distutils.sysconfig", "setuptools._distutils.sysconfig"))
OWN_FILES = ("sysconfig.py", os.path.join("sysconfig", "__init__.py"), os.path.join("sysconfig", "__main__.py"))
STORES = (
    os.path.join("collections", "__init__.py"),
    "_collections_abc.py",
    "copy.py",
    os.path.join("_distutils", "_collections.py"),
)
"""Reading on behalf of a copy or a ChainMap is no reading by name."""
BULK_COPIES = ("copy", "deepcopy", "update", "items", "<dictcomp>", "expand_makefile_vars", "_subst_vars", "subst_vars")
LIMIT = 4000
"""Characters kept of a value."""

seen: set[tuple[str, str, int, int]] = set()
held: dict[str, tuple[int, int]] = {}
tried: dict[str, Any] = {}


def write(kind: str, record: dict[str, Any]) -> None:
    """Append one line to this process's file. One write call, so that a fork that shares the file cannot tear a line."""
    import json
    import time

    record["time"] = time.time()
    pid = os.getpid()
    if held.get(kind, (0, 0))[0] != pid:
        path = os.path.join(FOLDER, "%s-%d.jsonl" % (kind, pid))
        held[kind] = (pid, os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644))
    os.write(held[kind][1], (json.dumps(record) + "\n").encode("ascii"))


# Reads -----------------------------------------------------------------------------------------------------------------------


def reader() -> tuple[str, int, int]:
    """The first frame outside sysconfig, distutils.sysconfig and this file: path, line, and 0.

    Of text that was given to exec() (uwsgi runs its plugins so) no file is known: then path and line are those of the file that
    ran it, and the last number is the line in the text.
    """
    frame = sys._getframe(2)
    inner = 0
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith("<"):
            inner = inner or frame.f_lineno
        elif path != __file__ and not path.endswith(OWN_FILES):
            return path, frame.f_lineno, inner
        frame = frame.f_back  # type: ignore[assignment]
    return "", 0, 0


def note_read(name: object, value: object) -> None:
    try:
        path, line, inner = reader()
        if not path or not isinstance(name, str) or (name, path, line, inner) in seen:
            return
        seen.add((name, path, line, inner))
        write("reads", {"name": name, "value": str(value)[:LIMIT], "file": path, "line": line, "inner": inner})
    except Exception:
        pass


class Variables(dict):  # type: ignore[type-arg]
    """The dictionary that get_config_vars() gives out, and that some builds look into or change. Copying it notes nothing."""

    def __getitem__(self, name: Any) -> Any:
        value = dict.__getitem__(self, name)
        self._note(name, value)
        return value

    def get(self, name: Any, default: Any = None) -> Any:
        value = dict.get(self, name, default)
        self._note(name, value)
        return value

    def _note(self, name: object, value: object) -> None:
        code = sys._getframe(2).f_code
        if not code.co_filename.endswith(OWN_FILES + STORES) and code.co_name not in BULK_COPIES:
            note_read(name, value)

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return dict, (dict(self),)


def watch(module: Any) -> None:
    """Wrap the two functions of a sysconfig module that give out variables."""
    one, many = module.get_config_var, module.get_config_vars

    def get_config_var(name: str) -> Any:
        value = one(name)
        note_read(name, value)
        return value

    def get_config_vars(*names: str) -> Any:
        values = many(*names)
        if names:
            for name, value in zip(names, values):
                note_read(name, value)
            return values
        if type(values) is dict:
            for holder in ("_CONFIG_VARS", "_config_vars"):
                if getattr(module, holder, None) is values:
                    values = Variables(many())
                    setattr(module, holder, values)
        return values

    wrappers: tuple[Any, Any] = (get_config_var, get_config_vars)
    for wrapper, wrapped in zip(wrappers, (one, many)):
        wrapper.__doc__ = wrapped.__doc__
        wrapper.__wrapped__ = wrapped
    module.get_config_var, module.get_config_vars = wrappers


class Finder:
    """Finds nothing itself; lets the others find a sysconfig module and watches it once it has run."""

    def __init__(self) -> None:
        self.busy = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in MODULES or self.busy:
            return None
        self.busy = True
        try:
            spec = self.ask_others(name, path, target)
        finally:
            self.busy = False
        run = getattr(getattr(spec, "loader", None), "exec_module", None)
        if run is None or isinstance(spec.loader, type):
            return spec

        def exec_module(module: Any) -> None:
            run(module)
            try:
                watch(module)
            except Exception:
                pass

        try:
            spec.loader.exec_module = exec_module
        except Exception:
            pass
        return spec

    def ask_others(self, name: str, path: Any, target: Any) -> Any:
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None and finder is not self else None
            if spec is not None:
                return spec
        return None


# Attempts --------------------------------------------------------------------------------------------------------------------


def exists(program: str, environment: Mapping[str, str]) -> bool:
    if os.path.dirname(program):
        return os.access(program, os.X_OK)
    path = environment.get("PATH", os.defpath)
    return any(os.access(os.path.join(folder, program), os.X_OK) for folder in path.split(os.pathsep))


def attempt(words: list[str], environment: Mapping[str, str], cwd: Any) -> None:
    program = words[0]
    found = exists(program, environment)
    if found and (not os.path.isabs(program) or os.path.dirname(program) == SHIMS):
        return
    import re

    if not re.match("(?:" + PATTERN + r")\Z", os.path.basename(program)):
        return
    if found:
        write("bypasses", {"program": program})
    else:
        write("attempts", {"argv": words, "cwd": os.path.abspath(cwd or os.getcwd())})


def commands(line: str) -> list[list[str]]:
    """The simple commands of a shell line, as lists of words: `A=1 cc -c x.c && ar rc y` -> [cc -c x.c], [ar rc y]."""
    import shlex

    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if redirected:  # the name of a file
            redirected = False
        elif word and all(letter in "();<>|&" for letter in word):
            redirected = "<" in word or ">" in word
            if not redirected:
                found.append([])
            elif found[-1] and found[-1][-1].isdigit():  # the 2 of 2>
                found[-1].pop()
        elif found[-1] or "=" not in word:
            found[-1].append(word)
    return [words for words in found if words]


def text(word: Any) -> str:
    return os.fsdecode(word)


def environment_of(given: Any) -> Mapping[str, str]:
    if given and hasattr(given, "items"):
        return {text(name): text(value) for name, value in given.items()}
    return os.environ


def meant(program: str, words: Any, environment: Mapping[str, str]) -> str:
    """What os.exec* and os.posix_spawn were asked for: a path or a name; empty when it has been noted already."""
    if words is tried.get("popen"):  # subprocess may use os.posix_spawn
        return ""
    # os.execvp tries every folder of PATH in turn; only a name that none of them has is missing.
    folder, name = os.path.split(program)
    search = environment.get("PATH", os.defpath).split(os.pathsep)
    if folder not in search:
        return program
    if words is tried.get("words"):
        return ""
    tried["words"] = words
    return name if folder == search[0] else program


def note_command(event: str, arguments: Sequence[Any]) -> None:
    if event == "os.system":
        for words in commands(text(arguments[0])):
            attempt(words, os.environ, None)
        return
    if event == "subprocess.Popen":
        program, given_words, cwd, given = arguments[:4]
        environment = environment_of(given)
        tried["popen"] = given_words
    else:
        program, given_words, given = arguments[:3]
        cwd = None
        environment = environment_of(given)
        program = meant(text(program), given_words, environment)
        if not program:
            return
    words = [text(word) for word in ([given_words] if isinstance(given_words, (str, bytes)) else given_words)]
    if len(words) > 2 and os.path.basename(words[0]) in ("sh", "bash", "dash") and words[1] == "-c":
        for simple in commands(words[2]):
            attempt(simple, environment, cwd)
    elif words:
        attempt([text(program or words[0]), *words[1:]], environment, cwd)


EVENTS = frozenset(("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"))


def hook(event: str, arguments: Sequence[Any]) -> None:
    if event in EVENTS:
        try:
            note_command(event, arguments)
        except Exception:
            pass


def install() -> None:
    if not FOLDER:
        return
    sys.addaudithook(hook)
    sys.meta_path.insert(0, Finder())
    for name in MODULES:
        if name in sys.modules:
            watch(sys.modules[name])


try:
    install()
except Exception:
    pass
