# Two commands for a fresh machine: `make run` and `make test`. Python 3.11 or newer is all they need.

# The first that is new enough and really starts.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# They stand once what `make run` needs is installed, and what the tests need besides.
RUN := .venv/.ready-run
DEV := .venv/.ready-dev

.PHONY: run test check static bench chaos soak capacity clean
# A .venv that was not finished is begun anew.
.DELETE_ON_ERROR:

run: $(RUN)
	@echo "make run: starts the whole line on this machine as a demo"
	@exec $(BIN)/hotline up

test: $(DEV)
	@echo "make test: runs the tests on all cores"
	@# The first time, one process compiles the tests: the workers would each compile all of them, at once.
	@test -d tests/__pycache__ || $(BIN)/pytest --collect-only -qq >/dev/null
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# `static` reads the code on one core, while the tests have the other.
check: $(DEV)
	@echo "make check: style, then types, imports and content beside the tests"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --jobs=2 static test

static: $(DEV)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hotline content check

bench: $(DEV)
	@echo "make bench: measures the line against a bare Flask view"
	@$(BIN)/python -m bench

chaos: $(DEV)
	@echo "make chaos: breaks the line on purpose, by seeds, and counts what it promised"
	@$(BIN)/python -m bench.chaos --seeds 4

soak: $(DEV)
	@echo "make soak: launch day on the radio, for ten minutes, on SQLite; writes docs/soak.svg"
	@$(BIN)/python -m bench.soak --svg docs/soak.svg

capacity: $(DEV)
	@echo "make capacity: simulates the line and writes docs/capacity.md anew"
	@$(BIN)/python -m bench.capacity

clean:
	rm -rf .venv var

$(RUN): requirements-demo.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python .ci/install.py $<
	@touch $@

# This lock holds everything of requirements-demo.lock too, in the same versions.
$(DEV): requirements-dev.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python .ci/install.py $<
	@touch $(RUN) $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer, with its venv module, is needed" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
