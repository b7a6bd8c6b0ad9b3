# Everything a person or CI runs. Each target installs what it needs itself; nothing but Python >= 3.11 and make is assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Programs that send to riskbot, in a place of their own: nothing of ours runs with their dependencies.
SENDERS := .senders
# Test processes; each starts a PostgreSQL of its own. They mostly wait, so there are twice as many as a small machine has cores.
WORKERS ?= 4
# With it in the environment every test process would compile some thousand files anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 --no-header

.PHONY: setup demo test check senders bench faults lock clean

# pip reads the three files together so that every hash is checked in one resolution.
$(VENV)/.run: requirements.txt requirements-build.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt -r requirements-dev.txt
	touch $@

setup: $(VENV)/.dev

demo: $(VENV)/.run
	$(BIN)/riskbot demo $(DEMO)

# Whoever is done takes tests from those who are not, so that no long file is left to one process at the end.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(SENDERS)/.ready: requirements-senders.txt
	test -x $(SENDERS)/bin/python || $(PYTHON) -m venv $(SENDERS)
	$(SENDERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-senders.txt
	touch $@

senders: $(VENV)/.dev $(SENDERS)/.ready
	$(BIN)/python -m pytest -m senders tests/senders

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

faults: $(VENV)/.dev
	$(BIN)/python -m pytest -m faults tests/faults tests/stress tests/services

# For maintainers: writes the pinned, hashed requirements anew; needs uv on the PATH.
lock:
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) --group build -c requirements.txt -o requirements-build.txt
	$(COMPILE) --group dev -c requirements.txt -c requirements-build.txt -o requirements-dev.txt
	$(COMPILE) --group senders -o requirements-senders.txt

clean:
	rm -rf $(VENV) $(SENDERS)
