# Needs make, a Rust toolchain and Python >= 3.11 with venv; everything else is set up in .venv.
#
#   make demo    build, then run the main job on real data
#   make test    Rust and Python tests
#   make test-all  and tests against real servers and a browser (Debian's packages)
#   make lint    formatting, lints, types, import law
#   make bench   the race against other libraries; writes docs/benchmarks.md
#                (BENCH="histogram ks": some sections of it)
#   make bench-scaling  how cost grows with rows and columns
#   make bench-check    fails if a case has lost against the committed run, or a loop has grown
#   make bench-instructions  commits to the instructions that the hottest loops take (valgrind)
#   make lock    choose the versions in requirements/ anew
#   make clean   remove everything that was built
#
# Stamps in .venv record what is done: requirements are installed again when the lock or
# pyproject.toml changes, the extension is built again when its sources change.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.done
CARGO  ?= cargo

EXTENSION    := python/tallystick/_core.abi3.so
RUST_SOURCES := Cargo.toml Cargo.lock $(shell find rust -name '*.rs' -o -name Cargo.toml)

# The same interpreter whoever asks for it, so that cargo and maturin share one build of pyo3.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-input --requirement

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test test-all test-rust test-python lint lint-rust lint-python bench bench-scaling \
        bench-check bench-instructions bench-rivals lock build clean

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

demo: build
	$(BIN)/tallystick demo

test: test-rust test-python

# In release, and for the whole workspace, so that the dependencies are built once, with the same
# features, for the tests and for the extension (which has no Rust tests of its own).
test-rust: build
	$(CARGO) test --release --locked --workspace
	for isa in baseline avx2; do \
	    TALLYSTICK_ISA=$$isa $(CARGO) test --release --locked -p tallystick-kernels || exit 1; \
	done

test-python: build $(STAMP)-dev
	$(BIN)/python -m pytest

# Debian's packages that it needs are named by the tests that miss them.
test-all: test $(STAMP)-outside
	$(BIN)/python -m pytest tests/outside

lint: lint-rust lint-python

# Not in release: maturin and clippy configure pyo3 differently and would undo each other's work.
lint-rust: $(STAMP)-venv
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- \
	    -D warnings -D clippy::undocumented_unsafe_blocks

lint-python: build $(STAMP)-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest tallystick._core --mypy-config-file pyproject.toml
	$(BIN)/lint-imports

# Numerical libraries choose their loops themselves: nothing in the environment holds them back.
RACE   := env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python -m
RIVALS := evidently nannyml torchmetrics whylogs

bench: build $(STAMP)-bench bench-rivals
	$(RACE) benches.race $(BENCH)

bench-scaling: build $(STAMP)-bench
	$(RACE) benches.scaling

bench-check: build $(STAMP)-bench
	$(RACE) benches.instructions
	$(RACE) benches.check $(BENCH)

bench-instructions: build $(STAMP)-bench
	$(RACE) benches.instructions --write

bench-rivals: $(RIVALS:%=.venv-%/.done)

# A rival that cannot be installed does not stop the race: the page says why, from failed.log.
.venv-%/.done: requirements/rivals/%.txt
	rm -rf .venv-$*
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --no-input --requirement $< 2> .venv-$*/pip.log \
	    || mv .venv-$*/pip.log .venv-$*/failed.log
	@touch $@

build: $(EXTENSION) $(STAMP)-installed

$(EXTENSION): $(RUST_SOURCES) pyproject.toml | $(STAMP)-demo
	$(BIN)/maturin develop --release --skip-install
	@touch $@

# In place: Python sources are used where they are.
$(STAMP)-installed: pyproject.toml | $(EXTENSION)
	$(BIN)/python -m pip install --quiet --no-input --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP)-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "tallystick needs Python >= 3.11; try make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(STAMP)-demo: requirements/demo.txt pyproject.toml $(STAMP)-venv
	$(PIP_INSTALL) requirements/demo.txt
	@touch $@

$(STAMP)-dev: requirements/dev.txt pyproject.toml $(STAMP)-demo
	$(PIP_INSTALL) requirements/dev.txt
	@touch $@

$(STAMP)-bench: requirements/bench.txt pyproject.toml $(STAMP)-dev
	$(PIP_INSTALL) requirements/bench.txt
	@touch $@

$(STAMP)-outside: requirements/outside.txt pyproject.toml $(STAMP)-dev
	$(PIP_INSTALL) requirements/outside.txt
	@touch $@

# bench.txt holds every tool; the smaller sets are the same versions.
DEV_EXTRAS := --extra demo --extra otel --extra postgres --extra prometheus --extra report
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate
lock: $(STAMP)-venv
	$(BIN)/python -m pip install --quiet --no-input 'uv>=0.13,<1'
	$(COMPILE) --upgrade pyproject.toml --extra all --group build --group dev --group bench --group outside -o requirements/bench.txt
	$(COMPILE) --upgrade pyproject.toml $(DEV_EXTRAS) --group build --group dev -c requirements/bench.txt -o requirements/dev.txt
	$(COMPILE) --upgrade pyproject.toml --extra all --group build --group dev --group outside -c requirements/bench.txt -o requirements/outside.txt
	$(COMPILE) --upgrade pyproject.toml --extra demo --group build -c requirements/bench.txt -o requirements/demo.txt
	for rival in $(RIVALS); do \
	    $(COMPILE) --upgrade --group rival-$$rival -o requirements/rivals/$$rival.txt || exit 1; done

clean:
	rm -rf $(VENV) $(RIVALS:%=.venv-%) target dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	rm -f python/tallystick/*.so
	find python tests benches -name __pycache__ -type d -prune -exec rm -rf {} +
