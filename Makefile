# Every target sets up what it needs itself (Debian packages, .venv, the C++ build), and only what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
SETUP := tools/setup.sh
CXX_FILES = $(shell git ls-files '*.h' '*.cpp')

.PHONY: help
help: ## This list
	@echo "Stateroom, the workbench for Matrix room versions. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: setup
setup: ## Debian packages by apt where some are missing, .venv with the Python packages
	@$(SETUP) packages venv

.PHONY: build
build: ## Set-up and the C++ build; then .venv/bin/stateroom runs
	@$(SETUP) packages venv build

.PHONY: demo
demo: build ## Vet a proposal and version 12 against version 11, and say where the two reports are
	@tools/demo.sh

.PHONY: test
test: build ## All tests but the long ones; says what was skipped and why
	ctest --preset default
	$(PYTHON) -m pytest -n 2 -m "not long"

.PHONY: test-long
test-long: build ## The long tests: installing the library and the package afresh, larger scopes
	$(PYTHON) -m pytest -m long

.PHONY: oracles
oracles: setup ## The implementations that people run, as separate processes (needs cargo and go); tests use them when they are there
	@tools/oracles.sh

.PHONY: bench
bench: build ## Measurements, with the machine and the commit that gave them
	@echo "machine: $$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $$(nproc) cores; commit: $$(git describe --always --dirty)"
	@build/bench/goals/goals
	cmake --build build --target run_bench -- -j1

.PHONY: sanitize
sanitize: setup ## The C++ tests under the address and undefined behaviour sanitizers
	cmake --preset sanitize
	cmake --build --preset sanitize
	ctest --preset sanitize

MINUTES ?= 5
.PHONY: fuzz
fuzz: setup ## Fuzz each target for MINUTES=5 (TARGETS="json text": those alone), on from the inputs found before
	@$(SETUP) fuzz-packages
	cmake --preset fuzz
	cmake --build --preset fuzz
	$(PYTHON) tools/fuzz.py --minutes $(MINUTES) $(TARGETS)

.PHONY: stubs
stubs: build ## Write the type stub of the extension again, after a change of bindings/core
	$(PYTHON) tools/stubs.py

.PHONY: format
format: setup ## Lay out all C++ and Python files
	.venv/bin/clang-format -i $(CXX_FILES)
	.venv/bin/ruff format --quiet .
	.venv/bin/ruff check --quiet --fix .

.PHONY: lint
lint: setup ## Check the layout of all files, and the Python package's style and types
	.venv/bin/clang-format --dry-run -Werror $(CXX_FILES)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

.PHONY: clean
clean: ## Remove what was built (not .venv, not the packages)
	rm -rf build build-debug build-sanitize build-fuzz bindings/stateroom/_core.*.so
