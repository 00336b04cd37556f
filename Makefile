# Two commands: `make demo` and `make test`. Each sets up `.venv` by itself.
PYTHON ?= python3
BIN := .venv/bin
.PHONY: demo test check setup clean

demo: .venv/.demo
	$(BIN)/sop demo

test: .venv/.test
	$(BIN)/python -m pytest

check: .venv/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/.test

# uv installs in seconds where pip takes minutes; it is put into the environment if missing.
.venv/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.venv/.demo: .venv/bin/uv pyproject.toml constraints.txt
	$(BIN)/uv pip install --python $(BIN)/python -c constraints.txt -e .
	touch $@

.venv/.test: .venv/bin/uv pyproject.toml constraints.txt
	$(BIN)/uv pip install --python $(BIN)/python -c constraints.txt -e '.[postgres,office,mcp]' --group dev
	touch $@ .venv/.demo

clean:
	rm -rf .venv build *.egg-info
