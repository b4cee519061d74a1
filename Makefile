# make       set up, build the book, grade the demo class        make check   format, lint, types
# make test  set up, all tests                                   make soak    the long tests: all seeds
# make book  the book alone                                      make bench   speed, as ratios
# make mutants  mechanical mistakes in every reference, and which survive
# make data  train again what the figures show (minutes; the results are kept in the repository)
SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONSAFEPATH := 1
SETUP := .venv/.pins .venv/.course node_modules/.package-lock.json

.PHONY: all setup book demo test soak mutants check format bench data attacks-on-stock publish clean
all: book demo
	@echo; echo "The book:        _build/html/index.html"
	@echo "The demo class:  demo/ (feedback pages in demo/feedback/)"

setup: $(SETUP) .venv/.debian

.venv/.pins: requirements.txt
	test -d .venv || python3 -m venv .venv
	pip install --quiet -r requirements.txt
	touch $@

.venv/.course: .venv/.pins pyproject.toml $(shell find course -name '*.py' -o -name '*.md' -o -path '*templates/*')
	rm -rf build dist && pip wheel --quiet --no-deps --no-build-isolation -w dist .
	pip install --quiet --no-deps --force-reinstall dist/gradients_through_time-*.whl
	touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

.venv/.debian: debian.txt | .venv/.pins
	bash .ci/debian
	touch $@

book: $(SETUP)
	jupyter-book build . --path-output . -n -W --keep-going

demo: $(SETUP)
	course demo demo

# The cluster's tests keep a scheduler and four workers, and wait for what these start: by themselves.
test: setup book
	pytest -n 2 --dist worksteal -m "not soak" --ignore tests/sandbox/test_cluster.py tests
	pytest -m "not soak" tests/sandbox/test_cluster.py

soak: setup book
	pytest -n 2 --dist worksteal tests

mutants: $(SETUP)
	pytest -n 2 -rP -m soak tests/test_mutants.py

check: $(SETUP)
	ruff format --check . && ruff check . && mypy

format: $(SETUP)
	ruff format . && ruff check --fix .

bench: $(SETUP)
	python tests/benchmarks/run.py $(ARGS)

data: $(SETUP)
	set -e; for script in $(notdir $(basename $(wildcard book/figures/*_training.py))); do \
	  echo "$$script"; PYTHONPATH=book python -m figures.$$script; done

attacks-on-stock: $(SETUP)
	python tests/attacks/stock.py

publish: $(SETUP) book
	course publish public

clean:
	rm -rf _build build dist demo public
