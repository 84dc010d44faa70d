# Needs Python 3.11+, git and make; everything else comes into .venv with pinned hashes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help up test check bench lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

up: $(VENV)/runtime ## run the whole platform on this machine (PORT=8000)
	$(BIN)/mediadock up --port $(PORT)

test: $(VENV)/dev ## all tests, with real servers on free ports
	$(BIN)/pytest $(ARGS)

check: $(VENV)/dev ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/dev ## the benchmarks, each against a named peer
	for question in benchmarks/[a-z]*.py; do $(BIN)/python $$question || exit 1; done

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

lock: $(VENV)/dev ## pin the newest versions that pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --upgrade pyproject.toml --extra local --extra dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra local -c requirements/dev.txt -o requirements/runtime.txt
	$(COMPILE) --upgrade requirements/build.in -c requirements/dev.txt -o requirements/build.txt

clean: ## remove the environment and the caches; .mediadock (your data) stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# An environment of each kind: its file is newer than what it was made from.
$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit("Mediadock needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/runtime $(VENV)/dev: $(VENV)/%: $(VENV)/python requirements/build.txt requirements/%.txt pyproject.toml
	$(PIP) -r requirements/build.txt
	$(PIP) --no-build-isolation -r requirements/$*.txt
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	touch $@
