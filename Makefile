# The commands of a working day. `make demo` and `make test` need Python 3.11+ and a C compiler; nothing else by hand.
PYTHON ?= python3
BIN := .venv/bin
# Editable, and made again when the dependencies change.
READY := .venv/.ready

.PHONY: demo test lint bench clean

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "pydiff needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

# A divergence is the expected answer of the demonstration: exit code 1.
demo: $(READY)
	@PYDIFF_CACHE_DIR=$(CURDIR)/cache $(BIN)/pydiff compare host uwsgi==2.0.28 --left mise@2024.12.15:host --right uv@0.5.5:host; \
	code=$$?; [ $$code -eq 1 ] || { echo "expected a divergence (exit code 1), got $$code"; exit 1; }

test: $(READY)
	$(BIN)/pytest

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache
