# Each target is what you can also type by hand; README.md lists the lines for Windows.
PYTHON ?= python3
BIN := .venv/bin
MISTAKE := solutions/ex01_first_checkpoint/mistakes/missing_optimizer.py

.PHONY: demo test matrix bench site clean

demo: .venv/learner
	@$(BIN)/grader run ex01 --solution
	@$(BIN)/grader run ex01 --file $(MISTAKE); test $$? -eq 1
	@echo && echo "A right answer passed, a wrong one failed by name. Now it is your turn:" && $(BIN)/grader next

test: .venv/author
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/grader author sync --check && $(BIN)/grader author lint
	$(BIN)/pytest

matrix: .venv/author
	$(BIN)/pytest tests/course --seeds 20 --repeats 30

bench: .venv/author
	$(BIN)/python -m tests.bench

site: .venv/author
	$(BIN)/mkdocs serve

clean:
	rm -rf .venv build runs

.venv/learner: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv && $(BIN)/pip install --quiet -c constraints.txt -e . && touch $@

.venv/author: .venv/learner
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev,site]' && touch $@
