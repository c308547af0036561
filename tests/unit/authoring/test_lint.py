"""Each rule of the course, broken alone, is named with its file, what is wrong and what to do."""

import shutil
from pathlib import Path

import pytest

from grader.authoring.lint import lint
from grader.diagnosis import catalog
from tests.unit.authoring.breaks import EXERCISE, MISTAKE, RULES, SOLUTION, added, fewer, renamed
from tests.unit.authoring.conftest import NAME


def test_the_real_exercise_is_in_order(root: Path):
    """What is broken below is broken by the test alone."""
    assert [] == lint(root)


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_named_with_file_rule_and_fix(root: Path, rule: str):
    """There is one problem, in one line: path, what is wrong, what to do."""
    breaking, path, wrong, fix = RULES[rule]
    breaking(root)

    (problem,) = [found for found in lint(root) if found.path == path]

    assert wrong in problem.rule
    assert fix in problem.fix
    assert str(problem) == f"{path}: {problem.rule}. Fix: {problem.fix}"
    assert "\n" not in str(problem)
    assert str(root) not in str(problem)


_EACH_ALONE = set(RULES) - {
    "no_toml", "broken_toml", "foreign_bytes", "no_title", "no_minutes", "diagnosis_without_words",
    "nothing_to_do",  # the mistakes, which still have marks, are now further from the solution
    "wrong_marks",  # as above
}  # fmt: skip


@pytest.mark.parametrize("rule", sorted(_EACH_ALONE))
def test_one_offence_is_one_problem(root: Path, rule: str):
    """Nothing is reported twice, and nothing else is blamed."""
    RULES[rule][0](root)

    assert 1 == len(lint(root))


def test_all_problems_are_collected(root: Path):
    """An exercise that cannot even be read hides no problem of another."""
    shutil.copytree(root / EXERCISE, root / "exercises" / "ex02_broken")
    (root / "exercises" / "ex02_broken" / "exercise.toml").write_text("= nothing")
    for rule in ("stray_file", "stale_stub", "check_that_raises", "mistake_without_report"):
        RULES[rule][0](root)

    paths = [problem.path for problem in lint(root)]

    wanted = {RULES[r][1] for r in ("stray_file", "stale_stub", "check_that_raises")}
    assert wanted | {"exercises/ex02_broken/exercise.toml", MISTAKE} == set(paths)
    assert sorted(paths) == paths


def test_a_number_used_twice_is_held_against_both(root: Path):
    """Neither of the two is called the right one."""
    for kind in ("exercises", "solutions", "lessons"):
        shutil.copytree(root / kind / NAME, root / kind / "ex01_second")

    twice = [str(problem) for problem in lint(root) if "used twice" in problem.rule]

    assert 2 == len(twice)
    assert twice[0].startswith(f"{EXERCISE}: the number 01 is used twice. Fix: give")
    assert twice[1].startswith("exercises/ex01_second: the number 01 is used twice")


def test_a_name_that_is_none_is_held_against_the_folder(root: Path):
    """Capitals and dashes break the mirror on some file systems and in imports."""
    (root / EXERCISE).rename(root / "exercises" / "ex01_First-One")

    problems = {str(problem) for problem in lint(root)}

    assert any(p.startswith("exercises/ex01_First-One: is no exercise's name") for p in problems)
    assert any(p.startswith(f"{SOLUTION}: has no exercises/{NAME};") for p in problems)


def test_each_part_of_a_mistakes_name_needs_a_diagnosis(root: Path):
    """Two missing items are named by both, so both need words."""
    pair = f"{SOLUTION}/mistakes/missing_model_and_missing_optimizer"
    renamed(f"{pair}.py", "missing_model_and_nobody_and_no_one.py")(root)
    renamed(f"{pair}.txt", "missing_model_and_nobody_and_no_one.txt")(root)

    rules = [problem.rule for problem in lint(root)]

    assert 2 == len(rules)
    assert "nobody wrote [diagnosis.no_one]" in rules[0]
    assert "nobody wrote [diagnosis.nobody]" in rules[1]


def test_few_mistakes_are_counted(root: Path):
    """An exercise whose mistakes are few has hardly been tested."""
    fewer("mistakes", 3)(root)

    few = [str(problem) for problem in lint(root) if "fewer than" in problem.rule]

    assert [
        f"{SOLUTION}/mistakes: holds 3 mistakes, fewer than 4. Fix: add one from a real bug"
    ] == few


def test_a_shared_diagnosis_must_be_earned_where_the_tests_are(root: Path):
    """A hostile program's first lines or a mistake's name earn it; without tests none is asked."""
    hostile = root / "tests" / "system" / "hostile"
    (hostile / "deeper").mkdir(parents=True)
    for name in set(catalog.shared()) - {"too_slow", "unexplained", "starts_over"}:
        (hostile / "deeper" / f"{name}.py").write_text(f'# expect: failed {name}\n"""It is."""\n')
    late = "\n" * 9 + "# expect: failed too_slow\n"
    (hostile / "late.py").write_text("# expect: passed\n" + late)
    (hostile / "a_pair.py").write_text("# expect: failed unexplained_and_missing_model\n")

    (problem,) = lint(root)

    assert "grader/diagnosis/catalog.toml" == problem.path
    assert "[too_slow] is a diagnosis that no program of ours earns" == problem.rule
    assert "tests/system/hostile/" in problem.fix


def test_a_pair_of_mistakes_may_be_twice_as_far_away(root: Path):
    """Two ideas left out are twice ten lines."""
    added(f"{SOLUTION}/mistakes/missing_model_and_missing_optimizer.py", "x = 1\n" * 12)(root)

    assert [] == lint(root)


def test_caches_are_no_strays(root: Path):
    """What Python leaves beside check.py is nobody's fault."""
    (root / EXERCISE / "__pycache__").mkdir()

    assert [] == lint(root)
