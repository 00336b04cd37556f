# Two commands: `make demo` and `make test`. Each sets up `.venv` by itself.
PYTHON ?= python3
BIN := .venv/bin
WITH_TESTS := -e '.[postgres,office,mcp,dask]' --group dev
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
	$(BIN)/python -m pip install --quiet --upgrade pip uv

# Behind a company's own certificates uv needs the system's; where uv cannot, pip can.
define install
$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt $(1) \
	|| $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python -c constraints.txt $(1) \
	|| $(BIN)/python -m pip install --quiet -c constraints.txt $(1)
endef

.venv/.demo: .venv/bin/uv pyproject.toml constraints.txt
	$(call install,-e .)
	touch $@

.venv/.test: .venv/bin/uv pyproject.toml constraints.txt
	$(call install,$(WITH_TESTS))
	touch $@ .venv/.demo

clean:
	rm -rf .venv build *.egg-info
