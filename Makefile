# journeysync: `make demo` shows the product at work, `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench peers golden clean

help:             ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch .venv/.ready

setup: .venv/.ready   ## Make .venv with everything in it

demo: .venv/.ready    ## Show the whole product on pretend tools: no account, no network
	$(BIN)/journeysync demo

lint: .venv/.ready    ## Style and static types, tests included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint            ## Everything that CI runs; three workers keep two cores busy, as tests wait for disks
	$(BIN)/python -m pytest -n 3

bench: .venv/.ready   ## Measure speed beside its yardsticks, in one run
	$(BIN)/python -m bench

peers:            ## Make the environments of the extractors that `make bench` measures beside ours
	$(PYTHON) -m venv .venv-dlt && .venv-dlt/bin/pip install --quiet 'dlt[duckdb]>=1.31,<2'
	$(PYTHON) -m venv .venv-tap && .venv-tap/bin/pip install --quiet 'tap-woocommerce==0.1.2'

golden: .venv/.ready  ## Accept the new output of golden tests; then read the diff
	$(BIN)/python -m pytest --update-golden
	git diff --stat tests

clean:                ## Remove what was made
	rm -rf .venv .venv-dlt .venv-tap build dist *.egg-info
