"""Every format of a report, in the order of the documentation."""

from __future__ import annotations

from pydiff.report.interface import ReportFormat
from pydiff.report.json import Json
from pydiff.report.markdown import Markdown
from pydiff.report.terminal import Terminal

FORMATS: tuple[ReportFormat, ...] = (Terminal(), Markdown(), Json())
