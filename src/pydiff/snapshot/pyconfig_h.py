"""The macros of pyconfig.h, which every extension is compiled with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\([^)]*\))?[ \t]*(.*)$", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//.*")


@dataclass(frozen=True, slots=True)
class PyconfigH:
    """Macro -> its text ("" when it has none). A macro that is only `#undef`ined is the same as one that is not there."""

    name: str = "pyconfig_h"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return path.endswith("/pyconfig.h")

    def collect(self, about: About) -> Facts:
        return dict(parse_defines(about.text(about.layout.pyconfig))) if about.layout.pyconfig else {}


def parse_defines(text: str) -> dict[str, str]:
    """Every `#define`, whatever condition it stands under; of several the last."""
    return {match[1]: " ".join(_COMMENT.sub("", match[2]).split()) for match in _DEFINE.finditer(text)}
