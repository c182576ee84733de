"""`--download-timeout` and its variable: minutes on the command line, seconds in the settings, and nothing that would never end."""

from __future__ import annotations

import pytest

from pydiff.cli import options
from pydiff.errors import UsageError


@pytest.mark.parametrize(
    ("given", "variable", "seconds"), [(None, "", 3600), (None, "2.5", 150), (0.5, "2.5", 30), (1, "nonsense", 60)]
)
def test_the_option_then_the_variable_then_an_hour(given: float | None, variable: str, seconds: float) -> None:
    made = options.settings(download_timeout=given, environ={"PYDIFF_DOWNLOAD_TIMEOUT": variable})
    assert made.download_timeout == seconds


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e300", "soon"])
def test_what_is_no_time_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"PYDIFF_DOWNLOAD_TIMEOUT=.* is not a number of minutes"):
        options.settings(environ={"PYDIFF_DOWNLOAD_TIMEOUT": text})
    if text != "soon":
        with pytest.raises(UsageError, match=r"--download-timeout .* is not a number of minutes"):
            options.settings(download_timeout=float(text), environ={})


def test_the_words_of_a_command_are_kept_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["pydiff", "compare", "3.9", "--mirror=https://me:hunter2@host/x", "--mirror", "https://token@host"]
    monkeypatch.setattr("sys.argv", words)
    kept = options.arguments()
    assert kept[:2] == ("compare", "3.9")
    assert "hunter2" not in str(kept)
    assert "token" not in str(kept)
    assert "host/x" in kept[2]
