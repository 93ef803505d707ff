# The product's front door: `make run` and `make test` need Python 3.11 to 3.13, make, and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run airflow test check bench quality lock clean

help:  ## Show what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

run: $(VENV)/.installed  ## Run the whole pipeline once over the bundled sample world, without keys or network
	@$(BIN)/luisterpost sample run

airflow: $(VENV)/.installed  ## Start a local Airflow on the sample world, with a mail catcher; Ctrl-C stops it
	@exec $(BIN)/python -m dags.local

test: $(VENV)/.installed  ## Run the whole test suite
	@$(BIN)/pytest -n auto

check: $(VENV)/.installed  ## Lint, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.installed  ## Speed and memory, as ratios beside the plain tool (needs ../shared/data)
	@missed=0; for bench in tests/bench/*_speed.py; do \
		echo "== $$bench"; $(BIN)/python -m "tests.bench.$$(basename $$bench .py)" || missed=1; done; exit $$missed

quality: $(VENV)/.installed  ## Quality of all that understands texts, on labelled ones (needs ../shared/data)
	@missed=0; for measure in $$(grep -l __main__ tests/quality/*.py); do \
		echo "== $$measure"; $(BIN)/python -m "tests.quality.$$(basename $$measure .py)" || missed=1; done; exit $$missed

lock: $(VENV)/.installed  ## Resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--all-extras --group dev pyproject.toml -o requirements.lock --upgrade

clean:  ## Remove the environment, the sample's data and caches
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Byte-code is compiled at once: without it each first start takes seconds longer.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Luisterpost needs Python 3.11 to 3.13: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing into $(VENV) (about a minute the first time) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
