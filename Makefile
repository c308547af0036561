# Each target is one or two commands that can be typed by hand, as README.md shows.
# Python 3.11 or newer: `make demo PYTHON=python3.12` chooses one.
PYTHON ?= python3
BIN := .venv/bin
PIN := .ci/constraints.txt
MISTAKE := solutions/ex01_first_checkpoint/mistakes/missing_optimizer.py
FOUND := runs/ex01_first_checkpoint/latest

# mkdocs-material prints a banner about a release of MkDocs that it does not use.
export NO_MKDOCS_2_WARNING := 1

.PHONY: demo test test-processes test-units test-course test-site test-gpu matrix bench captures site site-offline clean

# A right answer passes; a classic mistake fails (exit code 1, not 2 or 3), and by its own name.
demo: .venv/learner
	@$(BIN)/grader run ex01 --solution
	@echo; $(BIN)/grader run ex01 --file $(MISTAKE); test $$? -eq 1
	@grep -q '"name": "missing_optimizer"' $(FOUND)/verdict.json
	@printf '\nThe right answer passed, the wrong one failed by name: its picture is\n'
	@printf '%s/report.html, to be opened in a browser. Now it is your turn:\n\n' $(FOUND)
	@$(BIN)/grader next

test: .venv/author .venv/browser
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo
	$(BIN)/grader author sync --check && $(BIN)/grader author lint
	$(BIN)/mkdocs build --strict
	$(MAKE) -j4 test-processes test-course test-site test-units

# Four parts beside each other: each alone waits half of its time, for what is killed or hangs.
test-processes: .venv/author
	$(BIN)/pytest tests/system

test-units: .venv/author
	$(BIN)/pytest tests/unit

test-course: .venv/author
	$(BIN)/pytest tests/course tests/test_tidy.py

test-site: .venv/author .venv/browser
	$(BIN)/pytest tests/site

# Where there is a GPU, and a torch that was built for it.
test-gpu: .venv/author
	$(BIN)/pytest tests/gpu

matrix: .venv/author
	$(BIN)/pytest tests/course --seeds 20 --repeats 30 --matrix lessons/matrix.json
	$(BIN)/pytest tests/matrix
	$(BIN)/python -m course_site.captures --check
	WAYS=all $(BIN)/pytest tests/system/test_in_save.py
	PAGES=all $(BIN)/pytest tests/site/test_everybody.py
	COLD=all $(BIN)/pytest tests/system/test_cold.py
	TIERS=all $(BIN)/pytest tests/system/test_sandbox.py tests/system/test_outside.py tests/system/test_elsewhere.py

bench: .venv/author
	$(BIN)/python -m tests.bench

# Runs the lessons' examples and every resume of their figures, and keeps what they show.
captures: .venv/author
	$(BIN)/python -m course_site.captures
	$(BIN)/python -m course_site.formgrader

site: .venv/author
	$(BIN)/mkdocs serve

# A folder and a zip that are read without a server, search included.
site-offline: .venv/author
	$(BIN)/mkdocs build --strict
	cd build && $(abspath $(BIN))/python -m zipfile -c exact-resume-site.zip site
	@echo "Open build/site/index.html, or take build/exact-resume-site.zip along."

# What the learner made stays: answers/ and runs/.
clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/learner: pyproject.toml $(PIN)
	$(PYTHON) -m venv .venv && $(BIN)/pip install --quiet -c $(PIN) -e . && touch $@

.venv/author: .venv/learner
	$(BIN)/pip install --quiet -c $(PIN) -e '.[dev,site,instructor,cluster]' && touch $@

# A browser for the tests of the site: the machine's own, else one that Playwright fetches.
.venv/browser: .venv/author
	command -v chromium || command -v chromium-browser || command -v google-chrome \
		|| $(BIN)/playwright install --with-deps chromium
	touch $@
