"""Every test has a cache and a state folder of its own, and none of the user's settings."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from pydiff.model.settings import Settings

# The fixtures of tests/conformance and of downloads; here, because pytest takes plugins from the outermost conftest only.
pytest_plugins = ("conformance_plugin", "downloading")

# The gate asks the same questions each time, so that it is red for a change and not by chance; at home they vary.
hypothesis.settings.register_profile("gate", derandomize=True)
if os.environ.get("PYDIFF_REQUIRE_ALL") == "1":
    hypothesis.settings.load_profile("gate")

_SETTINGS = (
    "PYDIFF_CACHE_DIR",
    "PYDIFF_STATE_DIR",
    "PYDIFF_MIRROR",
    "PYDIFF_OFFLINE",
    "PYDIFF_DOWNLOAD_TIMEOUT",
    "UV_PYTHON_INSTALL_MIRROR",
    "UV_PYTHON_DOWNLOADS_JSON_URL",
)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", state_dir=tmp_path / "state")
