# Everything starts from a bare Python 3.11–3.14 and make; `make help` lists the targets.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.tenfold-ready
LOCKED := $(VENV)/.locked
SCENARIO ?= scenarios/support-chat.yaml
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

.PHONY: run test test-all lint format bench bench-peers soak schemas lock sample notebook clean help
.DEFAULT_GOAL := help

run: $(STAMP)  ## set up, then the main job: the shipped scenario against the embedded staging endpoint
	$(BIN)/tenfold run $(SCENARIO) --exit-zero

test: $(STAMP)  ## set up, then the test suite (under 10 minutes on 2 cores)
	$(BIN)/python -m pytest

test-all: $(STAMP)  ## the long tests too
	$(BIN)/python -m pytest -m 'slow or not slow'

lint: $(STAMP)  ## ruff, mypy, the import contract, and a scan for machine paths and hosts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/scan_tree.py

format: $(STAMP)  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## speed and size, printed with what bounds them
	$(BIN)/python -m tests.bench

bench-peers: $(STAMP)  ## replay beside other load generators, each in its own environment (long)
	$(BIN)/python -m tests.bench.peers

soak: $(STAMP)  ## a real hour of schedule: does the pacer drift?
	$(BIN)/python -m tests.bench.soak

sample: $(STAMP)  ## make results/sample-launch/ anew
	rm -rf results/sample-launch
	$(BIN)/tenfold run $(SCENARIO) --out results/sample-launch --exit-zero
	$(MAKE) notebook

notebook: $(STAMP)  ## execute the notebooks in place
	$(BIN)/python -m tests.notebooks

schemas: $(STAMP)  ## write the JSON schemas for editors anew
	$(BIN)/tenfold schema scenario > scenarios/schema/scenario.json
	$(BIN)/tenfold schema profile > scenarios/schema/profile.json
	$(BIN)/tenfold schema prices > pricing/schema/prices.json

lock: $(STAMP)  ## resolve both lock files anew
	printf 'hatchling\neditables\n' | $(UV_COMPILE) --upgrade pyproject.toml - -o requirements.lock
	printf 'hatchling\neditables\n' | $(UV_COMPILE) --upgrade pyproject.toml - --extra dev -c requirements.lock -o requirements-dev.lock

# Stamps are written last: an interrupted or broken set-up is made again from nothing. The environment is made anew only
# for another lock or Python; an edit of pyproject.toml installs the project itself again, in seconds.
$(STAMP): $(LOCKED) pyproject.toml
	@set -e; $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; touch $@

$(LOCKED): requirements-dev.lock .ci/python
	@set -e; python="$$(sh .ci/python)"; echo "setting up $(VENV) with $$python (once, about a minute)" >&2; \
	rm -rf $(VENV); "$$python" -m venv $(VENV); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock; \
	touch $@

clean:  ## remove the environment and caches; results stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
