"""The package's source is for another version of Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydiff.explain.interface import Failure, Match

# Modules that left the standard library -> the first version without them. Source: the "Removed" sections of What's New.
REMOVED_MODULES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "__builtin__", "BaseHTTPServer", "cPickle", "commands", "ConfigParser", "cStringIO", "Cookie", "cookielib", "copy_reg",
            "HTMLParser", "httplib", "Queue", "SimpleHTTPServer", "SocketServer", "StringIO", "thread", "Tkinter", "urllib2", "urlparse",
        ),
        "3.0",
    ),
    **dict.fromkeys(("formatter", "parser", "symbol"), "3.10"),
    "binhex": "3.11",
    **dict.fromkeys(("asynchat", "asyncore", "imp", "smtpd"), "3.12"),
    **dict.fromkeys(
        (
            "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev",
            "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib",
        ),
        "3.13",
    ),
}  # fmt: skip
_PYTHON_2_NAMES = "basestring|cmp|execfile|file|long|raw_input|reduce|reload|unichr|unicode|xrange"
_MODULE = re.compile(r"No module named '?([\w]{1,100})'?$")
_NAME = re.compile(rf"NameError: name '({_PYTHON_2_NAMES})' is not defined")
_SYNTAX = re.compile(r"^(?:SyntaxError|TabError|IndentationError): ")
_ATTRIBUTE = re.compile(
    r"module 'configparser' has no attribute 'SafeConfigParser'|module 'inspect' has no attribute 'getargspec'"
    r"|module 'collections' has no attribute '(?:Callable|Mapping|MutableMapping|Iterable|Sequence)'|module 'string' has no attribute"
    r"|module 'platform' has no attribute '(?:linux_distribution|dist)'|module 'time' has no attribute 'clock'"
    r"|module 'ast' has no attribute '(?:Str|Num|NameConstant|Bytes)'|module 'pkgutil' has no attribute 'ImpImporter'"
    r"|module 'os' has no attribute 'errno'|module 'gettext' has no attribute|cannot import name '\w{1,60}' from 'collections'"
)
_TO_3 = re.compile(r"use_2to3 is invalid")
# The C API as C sees it: a header that moved, a struct member that went. Source: What's New 3.8 to 3.13, "C API, removed".
_C_API = re.compile(
    r"fatal error: '?(?:longintrepr\.h|pyarena\.h|eval\.h|node\.h|parsetok\.h|code\.h|pythread_impl\.h)'?[: ]"
    r"|error: .{0,40}(?:PyThreadState|_ts|PyTypeObject|PyFrameObject|_frame|PyCodeObject|PyUnicodeObject|PyASCIIObject|PyLongObject|_longobject)"
    r"\W.{0,40}has no member named"
    r"|error: no member named '\w{1,60}' in '(?:struct )?_(?:ts|frame|typeobject|longobject|is)'"
)


@dataclass(frozen=True, slots=True)
class PythonVersionIncompatibleSource:
    """Python 2 source, a module or function that left the standard library, a struct of the C API that changed."""

    name: str = "python-version-incompatible-source"

    def match(self, failure: Failure) -> Match | None:
        for line in failure.tools:
            if _C_API.search(line):
                return _match("the C source uses a part of Python's C API that this version does not have", line)
        return _script(failure)


def _script(failure: Failure) -> Match | None:
    line = failure.script
    if (name := _NAME.search(line)) is not None:
        return _match(f"the source is Python 2: it uses `{name[1]}`", line)
    if (module := _MODULE.search(line)) is not None and module[1] in REMOVED_MODULES:
        since = REMOVED_MODULES[module[1]]
        old = "is Python 2: it" if since == "3.0" else "is for an older Python: it"
        return _match(f"the source {old} imports `{module[1]}`, which left the standard library in {since}", line)
    if _SYNTAX.match(line):
        return _match("the source does not parse under this version of Python", line)
    if _ATTRIBUTE.search(line):
        return _match("the source uses a function that this version's standard library does not have", line)
    to_3 = next((one for one in failure.log[-50:] if _TO_3.search(one)), "") if failure.call is None else ""
    return (
        _match("the source is Python 2, to be converted by a setuptools that no longer does so", to_3) if to_3 else None
    )


def _match(title: str, line: str) -> Match:
    return Match(title, (line,), advice="use a newer release of the package, or an older Python")
