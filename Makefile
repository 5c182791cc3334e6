# Every command of the project; `make` lists them. Each sets up what it needs in .venv, once.

PYTHON ?= python3
# Plain =, so that a HOST or PORT in the environment of some other program is not taken for ours.
HOST = 127.0.0.1
PORT = 7860
ARGS =

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input
BASE := $(VENV)/.base
TEST := $(VENV)/.test

# As it was typed: a question may hold quotes, dollar signs and apostrophes.
override Q := $(value Q)
export Q

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help chat ask test check bench ablation pages soak hostile pins clean rebuild

help:  ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-13s %s\n", $$1, $$2}'

chat: $(BASE)  ## Open the web chat on HOST and PORT (http://127.0.0.1:7860); more options in ARGS
	@exec $(PY) -m qa_bot serve --host "$(HOST)" --port "$(PORT)" $(ARGS)

ask: $(BASE)  ## Ask one question: make ask Q="Who resigned?"
	@test -n "$$Q" || { echo 'make ask: no question. Give one: make ask Q="Who resigned?"' >&2; exit 2; }
	@$(PY) -m qa_bot ask $(ARGS) -- "$$Q" || { code=$$?; test $$code = 3 || exit $$code; }

test: $(TEST)  ## Run every test, the browser's in CHROMIUM=path or the one on PATH; more options in ARGS
	@CHROMIUM=$$(tools/chromium.sh); found=$$?; export CHROMIUM; \
	if [ $$found = 0 ]; then exec $(PY) -m pytest $(ARGS); fi; \
	if [ $$found != 3 ] || [ -n "$$CI" ]; then exit 1; fi; \
	$(PY) -m pytest -m "not browser" $(ARGS) && \
	echo "The browser tests were left out: they need Chromium (apt-get install chromium, or CHROMIUM=/path/to/it)."

check: $(TEST)  ## Hold format, lint and types
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

bench: $(TEST)  ## Measure on real articles: make bench NEWS=path/to/eval/news
	@test -n "$(NEWS)" || { echo 'make bench: no articles. Name a folder: make bench NEWS=path/to/eval/news' >&2; exit 2; }
	@exec $(PY) tools/bench.py "$(NEWS)" $(ARGS)

ablation: $(TEST)  ## Measure what each part of the ranking is worth: make ablation NEWS=path/to/eval/news
	@test -n "$(NEWS)" || { echo 'make ablation: no articles. Name a folder: make ablation NEWS=path/to/eval/news' >&2; exit 2; }
	@exec $(PY) tools/ablation.py "$(NEWS)" $(ARGS)

pages: $(TEST)  ## Measure how articles are taken from web pages: make pages HTML=path/to/eval/html
	@test -n "$(HTML)" || { echo 'make pages: no pages. Name a folder: make pages HTML=path/to/eval/html' >&2; exit 2; }
	@exec $(PY) tools/pages.py "$(HTML)"

soak: $(TEST)  ## Read and write one index from many processes for a while
	@exec $(PY) tools/soak.py $(ARGS)

hostile: $(TEST)  ## Index 300 files that are broken, endless or made to harm
	@exec $(PY) tools/hostile.py $(ARGS)

pins: $(TEST)  ## Write requirements/*.txt from pyproject.toml; UPGRADE=1 moves every pin up
	@UPGRADE="$(UPGRADE)" tools/pins.sh $(VENV)/bin/uv

clean:  ## Remove .venv, caches and build outputs; the index stays
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment whose Python has gone is made anew, and so is what was installed in it.
$(VENV)/pyvenv.cfg: $(if $(shell $(PY) -c "" 2>/dev/null && echo ok),,rebuild)
	@$(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo 'qa_bot needs Python 3.10 to 3.13 with venv, and $(PYTHON) is not that. Name one that is: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

# pip refuses hashes together with a local folder: first the pins, then the project alone.
$(BASE): requirements/base.txt pyproject.toml $(VENV)/pyvenv.cfg
	@echo 'Setting up .venv (about a minute, once) ...' >&2
	@$(PIP) --only-binary :all: --require-hashes -r requirements/base.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): requirements/test.txt $(BASE)
	@echo 'Adding what tests and checks need ...' >&2
	@$(PIP) --only-binary :all: --require-hashes -r requirements/test.txt
	@touch $@
