"""The build stage: installation + package -> what the build did."""

from __future__ import annotations

from pydiff.build.pair import build_one, build_pair
from pydiff.build.sandbox import SandboxProbe, probe_sandboxes
from pydiff.build.wheel import with_contents

__all__ = ["SandboxProbe", "build_one", "build_pair", "probe_sandboxes", "with_contents"]
