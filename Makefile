# make demo    watch a class happen on this machine
# make test    all checks and tests
# make help    the rest

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help sync setup setup-for-tests demo up down check check-source check-behaviour format test screens security \
  faults outages fuzz test-whisperx

BIN := .venv/bin
PYTEST_ARGS ?=
SECURITY_ARGS ?=
# Sweeps over values that `make test` does by turns (tests/depth.py).
FUZZED := tests/api/test_schemathesis.py tests/api/test_bad_values.py tests/security/test_hostile_texts.py

# The machine's Python where it fits, so that nothing is fetched that the registries do not have.
export UV_PYTHON_PREFERENCE := system
# Containers set it; without compiled modules every process needs seconds more to start.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

sync: ## install the Python packages from the lock file
	@scripts/uv sync --locked --extra speech

setup: sync ## packages, servers that must be built, the room page
	@$(BIN)/homeroom setup

setup-for-tests:
	@$(BIN)/homeroom setup --for-tests

demo: setup ## start the stack and run a class through it
	@$(BIN)/homeroom up
	@$(BIN)/homeroom demo

up: setup ## start the stack on this machine
	@$(BIN)/homeroom up

down: ## stop it
	@$(BIN)/homeroom down

check: sync ## formatting, lint, types, the direction of imports, migrations, replay
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line check-source check-behaviour

check-source:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy .

check-behaviour:
	$(BIN)/pytest -m check

format: sync ## format and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: sync ## all checks and tests
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line setup-for-tests check-source
	@scripts/test $(PYTEST_ARGS)

screens: sync ## screenshots of the pages in test-artifacts/screens: light and dark, desktop and phone
	@$(BIN)/homeroom setup --for-tests
	@SCREENS=1 $(BIN)/pytest tests/console tests/e2e $(PYTEST_ARGS)

security: sync ## audit dependencies, look for secrets, run the security tests; SECURITY_ARGS=--online asks OSV and npm too
	@$(BIN)/homeroom setup --for-tests
	@$(BIN)/python -m scripts.security $(SECURITY_ARGS)

faults: sync ## play acts and faults for SECONDS (600), and print what did not hold
	@$(BIN)/homeroom setup --for-tests
	@$(BIN)/python -m tests.faults --seconds $(or $(SECONDS),600)

outages: sync ## a class whose disk is full and whose store refuses for SECONDS (180)
	@$(BIN)/homeroom setup --for-tests
	@OUTAGE_SECONDS=$(or $(SECONDS),180) $(BIN)/pytest tests/e2e/test_store_outage.py $(PYTEST_ARGS)

fuzz: sync ## send every bad value in every field, and EXAMPLES (20) random requests to every operation of the API
	@$(BIN)/homeroom setup --for-tests
	@EVERY_VALUE=1 API_EXAMPLES=$(or $(EXAMPLES),20) $(BIN)/pytest $(FUZZED) $(PYTEST_ARGS)

test-whisperx: ## install the second speech engine (gigabytes) beside and run its tests
	UV_PROJECT_ENVIRONMENT=.venv-whisperx scripts/uv sync --locked --extra speech --extra whisperx
	.venv-whisperx/bin/pytest tests/transcription $(PYTEST_ARGS)
