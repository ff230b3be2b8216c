# Everything that a person or CI needs. `make run` and `make test` set up what they need by themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-develop
UV := $(BIN)/python -m uv
PAGE := web/dist/index.html
PAGE_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*')

.PHONY: run test test-long check check-sessions bench interviews screenshots page format docs lock clean help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

run: $(RUN_READY) ## start the server on http://127.0.0.1:8080, with the embedded voice engine
	@$(MAKE) --silent $(PAGE) || echo "Serving without the page; everything else works." >&2
	@$(BIN)/greenroom serve

test: $(DEV_READY) $(PAGE) ## all tests, real speech and a real browser included
	@$(BIN)/python -m tools.page test
	@$(BIN)/python -m tools.browser
	@$(BIN)/python -m tools.run_tests

test-long: $(DEV_READY) ## the long tests: soaks, long matrices
	@$(BIN)/python -m pytest -m long --timeout 1800

check: $(DEV_READY) $(PAGE) ## format, lint, types, import contracts, docs, the page
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright --warnings
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.docs --check
	@$(BIN)/python -m tools.page_types --check
	@$(BIN)/python -m tools.page check

check-sessions: $(RUN_READY) ## prove the session management of a running server (URL=http://…)
	@$(BIN)/greenroom check $(if $(URL),--url $(URL))

bench: $(DEV_READY) ## the figures in docs/performance.md
	@$(BIN)/python -m benchmarks

interviews: $(DEV_READY) ## interviews with simulated candidates, as files to read in .build/interviews
	@$(BIN)/python -m tools.interviews

screenshots: $(DEV_READY) $(PAGE) ## every screen of the page in every state, in .build/screenshots
	@$(BIN)/python -m tools.browser
	@$(BIN)/python -m tools.screenshots

page: $(PAGE) ## build the page, where what it is made from has changed

format: $(DEV_READY) $(PAGE) ## put code and docs into form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python -m tools.docs --write
	@$(BIN)/python -m tools.page_types --write
	@$(BIN)/python -m tools.page format

docs: format

lock: $(BIN)/uv ## resolve the dependencies anew
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--extra local pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--extra local --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group page -o requirements-page.lock

clean: ## remove what was made here, the data folder excepted
	rm -rf $(VENV) web/dist web/node_modules .pytest_cache .ruff_cache .hypothesis .import_linter_cache htmlcov .coverage*

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Greenroom needs Python 3.11 or newer; name one with: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "This Python can't make environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(RUN_READY): requirements.lock pyproject.toml | $(BIN)/uv
	@echo "Installing what Greenroom needs into $(VENV) (once) …"
	@test -e $(DEV_READY) || $(UV) pip install --quiet --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --no-deps -e .
	@touch $@

$(DEV_READY): requirements-dev.lock pyproject.toml | $(BIN)/uv
	@echo "Installing what the tests need into $(VENV) (once) …"
	@$(UV) pip install --quiet --require-hashes -r requirements-dev.lock
	@$(UV) pip install --quiet --no-deps -e .
	@touch $@

# A Node of the machine's own where there is one; the wheel of it is 60 MB.
$(PAGE): $(PAGE_SOURCES) requirements-page.lock | $(BIN)/uv
	@$(BIN)/python -m tools.page node || $(UV) pip install --quiet --require-hashes -r requirements-page.lock
	@$(BIN)/python -m tools.page
