# Everything that a person does with this repository, one word each. `make help` lists them.
# Nothing here needs more than python3 (3.11 or newer), make and bash: what else is missing is installed, or said plainly.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Two cores are what this project is planned for; `make test WORKERS=8` where there are more.
WORKERS ?= 2
# More words for pytest: `make test ARGS="-k closing"`
ARGS ?=

export CONSULT_TEST_CHROMIUM

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- set-up

$(VENV)/.made:
	scripts/prepare python
	[ -x $(BIN)/python ] || "$$(scripts/prepare --print-python)" -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.lock requirements-build.lock pyproject.toml
	@echo "Installing what Consult runs on (once, from requirements.lock)…"
	$(PIP) install --require-hashes --requirement requirements.lock --requirement requirements-build.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Installing what the tests need (once, from requirements-dev.lock)…"
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

tests/browser/node_modules/.installed: tests/browser/package-lock.json
	scripts/prepare node
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## what Consult runs on, in .venv

.PHONY: install-dev
install-dev: $(VENV)/.installed-dev ## … and what its tests and checks need

.PHONY: browser
browser: $(VENV)/.installed-dev tests/browser/node_modules/.installed ## … and a browser, with axe, for the journeys
	@scripts/prepare browser

# ---------------------------------------------------------------- use

.PHONY: demo
demo: install ## an example territory to click through, in ./var
	$(BIN)/consult demo

.PHONY: test
test: install-dev browser ## the whole suite on SQLite, journeys in a browser included
	CONSULT_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: test-postgres
test-postgres: install-dev browser ## the same on PostgreSQL (CONSULT_TEST_POSTGRES, or a private one for the time of the tests)
	scripts/prepare postgresql
	CONSULT_TEST_DATABASE=postgres scripts/with-postgres $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: check lint types house
check: lint types house ## ruff, mypy --strict, and the rules of the house (`make -k check` goes on after a fault)

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-dev
	$(BIN)/mypy

house: install-dev
	CONSULT_TEST_DATABASE=sqlite $(BIN)/python -m pytest -q tests/house

.PHONY: bench
bench: install-dev ## how fast it is, each figure beside its floor, on SQLite and on PostgreSQL
	scripts/prepare postgresql
	CONSULT_POSTGRES_DURABLE=1 scripts/with-postgres $(BIN)/python -m tests.bench $(ARGS)

.PHONY: screenshots
screenshots: browser ## the pictures of the README, at 360, 768 and 1440 px
	$(BIN)/python -m scripts.screenshots $(ARGS)

.PHONY: wheel
wheel: install-dev ## dist/consult-….whl, which carries templates, static files, migrations and languages
	rm -rf dist
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

# ---------------------------------------------------------------- upkeep

LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal \
	--python-version 3.11 --custom-compile-command "make lock"

.PHONY: lock
lock: $(VENV)/.made ## resolve the dependencies again, and write the lock files with hashes
	[ -x $(BIN)/uv ] || $(PIP) install uv
	$(LOCK) pyproject.toml --extra results --output-file requirements.lock
	$(LOCK) --group build --constraint requirements.lock --output-file requirements-build.lock
	$(LOCK) pyproject.toml --extra results --group dev --constraint requirements.lock --constraint requirements-build.lock \
		--output-file requirements-dev.lock
	cd tests/browser && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

.PHONY: migration
migration: install ## write the migration of a changed model: make migration name=what_it_does
	@[ -n "$(name)" ] || { echo 'Name it after what it does: make migration name=add_tally_origin' >&2; exit 2; }
	$(BIN)/python -m scripts.migration "$(name)"

.PHONY: translations
translations: install ## extract the French sources, and bring the other languages up to date
	@mkdir -p locale
	$(BIN)/pybabel --quiet extract --mapping babel.cfg --keyword N_ --add-location file --sort-by-file \
		--no-wrap --omit-header --project Consult --output-file locale/consult.pot .
	@[ -f locale/en/LC_MESSAGES/consult.po ] || \
		$(BIN)/pybabel --quiet init --domain consult --input-file locale/consult.pot --output-dir locale --locale en --no-wrap
	$(BIN)/pybabel --quiet update --ignore-obsolete --no-wrap --no-fuzzy-matching --domain consult \
		--input-file locale/consult.pot --output-dir locale
	@$(BIN)/python -m scripts.untranslated

.PHONY: documents
documents: install-dev ## write docs/events.md from the code, and tests/house/urls.txt from the routes
	$(BIN)/python -m scripts.documents
	CONSULT_WRITE_URLS=1 $(BIN)/python -m pytest -q tests/house/test_routes.py

.PHONY: format
format: install-dev ## what ruff can put right by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: clean
clean: ## forget the environment, the caches and what was built (never ./var)
	rm -rf $(VENV) .browsers dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/browser/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
