# Everything a newcomer needs. `make help` lists the targets.
# Only Python 3.11+, git and make must be there; the rest is installed into .venv and node_modules.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
HOST ?= 127.0.0.1
PORT ?= 8000
# Test processes at once, sized for two cores: a third of the time a test waits for a server or a lease.
WORKERS ?= 3
# What Python has compiled is kept, or each of hundreds of processes would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
# Quiet installs, the same from any folder, and never a prompt.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_update_notifier := false
# The wheel's npm starts `node` by name.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm

.DEFAULT_GOAL := help
.PHONY: help run studio test every-test test-unit test-integration test-acceptance test-browser chaos lint typecheck format lock bench bench-job-shop eval eval-retrieval clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.runtime ## set up, make the demo shop, and serve on http://127.0.0.1:8000
	@$(BIN)/leadhand demo
	@$(BIN)/leadhand serve --host $(HOST) --port $(PORT)

studio: .venv/.dev ## LangGraph Studio's server on the same graph and database; see docs/studio.md
	LANGGRAPH_CLI_NO_ANALYTICS=1 $(BIN)/langgraph dev --no-browser --host $(HOST) --port 2024

test: .venv/.dev node_modules/.installed ## set up and pass every test
	@$(MAKE) --no-print-directory -j3 every-test lint typecheck

# Tests wait a good deal for servers and leases; lint and types run in that time and give way to them.
every-test: .venv/.dev node_modules/.installed
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup tests/unit tests/integration tests/migration tests/acceptance

test-unit: .venv/.dev ## the planning core, tools, models and encoders; no I/O
	$(BIN)/pytest tests/unit

test-integration: .venv/.dev ## against a real embedded Postgres
	$(BIN)/pytest tests/integration tests/migration

test-acceptance: .venv/.dev node_modules/.installed ## the real server over HTTP, the `ai` npm package as client
	$(BIN)/pytest tests/acceptance

test-browser: .venv/.dev ## a report in a real browser; needs Chromium (apt-get install chromium), see docs/development.md
	$(BIN)/pytest tests/browser

chaos: .venv/.dev node_modules/.installed ## servers, Postgres and model fail under load, ROUNDS=20 times from SEED=1 on
	CHAOS_ROUNDS=$(or $(ROUNDS),20) CHAOS_SEED=$(or $(SEED),1) $(BIN)/pytest tests/acceptance/test_chaos.py

lint: .venv/.dev ## ruff (rules and format) and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

typecheck: .venv/.dev node_modules/.installed ## pyright, strict, tests included
	nice $(BIN)/node --max-semi-space-size=128 node_modules/pyright/index.js

format: .venv/.dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev ## measure a turn, streams, a flood, documents and the planning core; see docs/benchmarks.md
	$(BIN)/python -m bench

bench-job-shop: .venv/.dev build/job_shop/.installed ## re-plan classic job-shop instances; distance to the known optimum
	build/job_shop/bin/python bench/job_shop_instances.py ft06 ft10 la21 ta01 > build/job_shop.json
	$(BIN)/python -m bench.job_shop build/job_shop.json

eval: .venv/.dev ## how many worded questions the built-in model gets right
	$(BIN)/python -m evals

eval-retrieval: .venv/.dev ## how often the search in documents finds the passage that answers
	$(BIN)/leadhand eval retrieval

lock: .venv/.uv ## resolve the dependencies anew and write them with hashes
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  requirements/bootstrap.in -o requirements/bootstrap.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  pyproject.toml -o requirements/runtime.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  pyproject.toml --group dev -o requirements/dev.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  requirements/job_shop.in -o requirements/job_shop.txt

clean: ## remove what was installed and built here; data in ~/.leadhand stays
	rm -rf .venv node_modules build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/.uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit("Leadhand needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.runtime: .venv/.uv requirements/runtime.txt pyproject.toml
	@echo "installing what Leadhand needs into .venv"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# An environment of its own: the library of instances needs an older OR-Tools than Leadhand.
build/job_shop/.installed: .venv/.uv requirements/job_shop.txt
	@mkdir -p build
	@$(UV) venv -q --clear --python $(BIN)/python build/job_shop
	@$(UV) pip install -q --python build/job_shop/bin/python --require-hashes -r requirements/job_shop.txt
	@touch $@

node_modules/.installed: .venv/.dev package.json package-lock.json
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
