# Everything is one command. `make run` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
TOOLS := .venv-tools
BIN := $(VENV)/bin

.PHONY: run test test-quick check fmt bench docs lock wheel clean

run: $(VENV)/.run
	@cd examples/shop && exec ../../$(BIN)/ringwall up

test: $(VENV)/.dev $(TOOLS)/.done
	$(BIN)/python -m pytest -n 2 -m "not e2e" -q
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "e2e and not alone" -q
	$(BIN)/python -m pytest -m alone -q

test-quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m "not e2e" -q

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	$(BIN)/python -m bench

docs: $(VENV)/.dev
	$(BIN)/python -m docs.build

wheel: $(VENV)/.dev
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation -w dist .

# uv writes the locks; no registry's address gets into them.
lock: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra postgresql -o requirements/run.lock
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra postgresql --group dev --group build -c requirements/run.lock -o requirements/dev.lock
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q --group tools -o requirements/tools.lock

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV); this is done once and takes a minute or two"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@touch $@

$(TOOLS)/.done: requirements/tools.lock
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

clean:
	rm -rf $(VENV) $(TOOLS) dist .pytest_cache .mypy_cache .ruff_cache .cache examples/shop/.ringwall examples/shop/data examples/shop/run
