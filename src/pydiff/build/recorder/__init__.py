"""The recorder: shims in front of the tools on PATH, a tracer in the build's Python, and the reading of what they wrote."""

from __future__ import annotations

from pydiff.build.recorder.collect import Window, collect_actions, collect_bypasses, collect_reads
from pydiff.build.recorder.install import TRACER_FILES, install_tracer, make_shims
from pydiff.build.recorder.steps import StepReader
from pydiff.build.recorder.tools import is_tool

__all__ = [
    "TRACER_FILES",
    "StepReader",
    "Window",
    "collect_actions",
    "collect_bypasses",
    "collect_reads",
    "install_tracer",
    "is_tool",
    "make_shims",
]
