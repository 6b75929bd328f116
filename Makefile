# tuneyard's commands; `make help` lists them. Nothing has to be installed first but Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Which Python it is; ssl, because an environment of another Python may start and yet be broken.
WHO := import ssl, sys; print(sys.base_prefix, sys.version)

.DEFAULT_GOAL := help
.PHONY: help install quickstart test check format coverage clean

help: ## List the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 20

install: $(STAMP) ## Make .venv with tuneyard and its pinned dependencies

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tuneyard needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.11 ...")'
	@echo "Installing tuneyard and its pinned dependencies into $(VENV) (some minutes, once) ..."
	@[ "$$($(BIN)/python -c '$(WHO)' 2>/dev/null)" = "$$($(PYTHON) -c '$(WHO)')" ] || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

quickstart: $(STAMP) ## Fine-tune, evaluate, compare and register a small model on this machine
	@$(BIN)/tuneyard run jobs/configs/quickstart.yaml

# Whole studies come last: they wait for Ray more than they use the two cores.
test: $(STAMP) ## Pass the tests
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore=tests/integration
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/integration

coverage: $(STAMP) ## Pass the tests, and say which lines they run
	@$(BIN)/python -m pytest -q --cov=tuneyard --cov-report=term:skip-covered --cov-report=xml

check: $(STAMP) ## Check format, lint and types
	@$(BIN)/ruff format --check src tests jobs benchmarks
	@$(BIN)/ruff check src tests jobs benchmarks
	@$(BIN)/mypy

format: $(STAMP) ## Format the code
	@$(BIN)/ruff format src tests jobs benchmarks
	@$(BIN)/ruff check --fix src tests jobs benchmarks

clean: ## Remove what the commands above made
	rm -rf $(VENV) runs .coverage coverage.xml .pytest_cache .mypy_cache .ruff_cache
