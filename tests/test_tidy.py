"""Is the house in order? Style as a test, so that nobody has to argue about it.

Every rule gets a file's path and text and yields what it holds against it, as (line, rule and fix).
A planted offence beside each rule shows that the rule can see one.
"""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
CHECK_LINES_MAX = 60
LESSON_WORDS_MAX = 900
README_LINES_MAX = 120
TOP_LEVEL = {
    *("lessons", "exercises", "solutions", "grader", "site", "tests", "pyproject.toml"),
    *("README.md", "Makefile", "mkdocs.yml", "LICENSE", "CHANGELOG.md", ".github", ".ci"),
    ".devcontainer",
    *(".gitignore", ".pre-commit-config.yaml"),
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
CLOSENESS = {"allclose", "assert_close", "isclose", "approx"}
# Written so that this file does not match itself.
MACHINE = re.compile(
    r"/(?:work|farm|opt/pypi|root)/|pypi[.]org|pythonhosted[.]org|"
    r"download[.]pytorch[.]org|registry[.]npmjs|--(?:extra-)?index[-]url|find[-]links"
)
HOSTILE = "tests/system/hostile/"  # wrong on purpose; one is a syntax error, one is empty

Found = Iterator[tuple[int, str]]
Rule = Callable[[PurePosixPath, str], Found]


def _is_python(path: PurePosixPath) -> bool:
    kept = path.parts[0] in {"grader", "tests", "exercises", "solutions", "site"}
    return path.suffix == ".py" and kept and not str(path).startswith(HOSTILE)


def short_files(path: PurePosixPath, text: str) -> Found:
    """A Python file has at most 300 lines."""
    count = len(text.splitlines())
    if _is_python(path) and count > FILE_LINES_MAX:
        yield count, f"a file has at most {FILE_LINES_MAX} lines; split it by what it is about"


def short_functions(path: PurePosixPath, text: str) -> Found:
    """A function has at most 70 lines."""
    for node in ast.walk(ast.parse(text)) if _is_python(path) else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES_MAX:
                yield node.lineno, f"{node.name}() has {count} lines; at most {FUNCTION_LINES_MAX}"


def telling_names(path: PurePosixPath, _: str) -> Found:
    """A module is named after what is in it."""
    for word in VAGUE.intersection(path.stem.lower().split("_")) if _is_python(path) else ():
        yield 1, f"{word!r} says nothing; name the file after what is in it"


def one_equality(path: PurePosixPath, text: str) -> Found:
    """The grader knows equality of bytes, and no closeness."""
    if not (_is_python(path) and path.parts[0] == "grader"):
        return
    for node in ast.walk(ast.parse(text)):
        name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
        if name in CLOSENESS:
            line = getattr(node, "lineno", 1)
            yield line, f"{name} is closeness; equality is defined once, in grader/bits.py"


def module_docstrings(path: PurePosixPath, text: str) -> Found:
    """Every module says which question it answers."""
    if _is_python(path) and not ast.get_docstring(ast.parse(text)):
        yield 1, "no module docstring; its first line says what the file exists for"


def public_docstrings(path: PurePosixPath, text: str) -> Found:
    """Every public name of the grader states its guarantee."""
    if not (_is_python(path) and path.parts[0] == "grader"):
        return
    for node in _public(ast.parse(text)):
        if not ast.get_docstring(node):
            yield node.lineno, f"{node.name} has no docstring; say what it guarantees"


def _public(
    tree: ast.Module | ast.ClassDef,
) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def short_checks(path: PurePosixPath, text: str) -> Found:
    """A learner reads check.py in a minute."""
    count = len(text.splitlines())
    if path.match("exercises/*/check.py") and count > CHECK_LINES_MAX:
        yield count, f"check.py has at most {CHECK_LINES_MAX} lines; move machinery to grader/"


def short_pages(path: PurePosixPath, text: str) -> Found:
    """The page that one lands on is short, and so is the README."""
    words, lines = len(text.split()), len(text.splitlines())
    if path.match("lessons/ex*/index.md") and words > LESSON_WORDS_MAX:
        yield lines, f"{words} words; a lesson's first page has at most {LESSON_WORDS_MAX}"
    if str(path) == "README.md" and lines > README_LINES_MAX:
        yield lines, f"{lines} lines; README.md has at most {README_LINES_MAX}"


def no_machine(_: PurePosixPath, text: str) -> Found:
    """Nothing names a path of one machine, or a registry."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := MACHINE.search(line):
            yield number, f"{found[0]!r} belongs to one machine or registry; leave it out"


def known_top_level(path: PurePosixPath, _: str) -> Found:
    """The top level is the one of the design."""
    if path.parts[0] not in TOP_LEVEL:
        yield 1, "the top level is fixed; put this below one of its folders"


PLANTED: dict[Rule, tuple[str, str]] = {
    short_files: ("grader/long.py", "x = 1\n" * (FILE_LINES_MAX + 1)),
    short_functions: ("tests/f.py", "def f():\n" + "    f()\n" * FUNCTION_LINES_MAX),
    telling_names: ("grader/path_utils.py", ""),
    one_equality: ("grader/near.py", "import math\nmath.isclose(1, 1)\n"),
    module_docstrings: ("solutions/ex99_x/checkpoint.py", "x = 1\n"),
    public_docstrings: ("grader/bare.py", "class Bare:\n    def method(self): ...\n"),
    short_checks: ("exercises/ex99_x/check.py", "x = 1\n" * (CHECK_LINES_MAX + 1)),
    short_pages: ("lessons/ex99_x/index.md", "word " * (LESSON_WORDS_MAX + 1)),
    no_machine: ("README.md", "see /" + "work/main\n"),
    known_top_level: ("scratch.txt", ""),
}
"""Each rule with a file that breaks it."""


def tracked() -> list[PurePosixPath]:
    """Return every file of the repository, also those that are not committed yet."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [PurePosixPath(name) for name in names.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def read(path: PurePosixPath) -> str:
    """Return a file's text, "" where it is none."""
    data = (ROOT / path).read_bytes()
    return "" if b"\0" in data[:1024] else data.decode("utf-8", errors="replace")


@pytest.mark.parametrize("rule", PLANTED, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule) -> None:
    """No file breaks the rule; the message says path, line, rule and fix."""
    problems = [
        f"{path}:{line}: {what}" for path in tracked() for line, what in rule(path, read(path))
    ]

    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize("rule", PLANTED, ids=lambda rule: rule.__name__)
def test_rule_sees_a_planted_offence(rule: Rule) -> None:
    """A rule that could not fail would judge nothing."""
    path, text = PLANTED[rule]

    assert list(rule(PurePosixPath(path), text))


def test_every_glossary_word_occurs_in_the_code() -> None:
    """The words of the glossary are the words of the grader, but for those of later units."""
    page, _, later = read(PurePosixPath("lessons/glossary.md")).partition("## Words of later units")
    words = re.findall(r"^### (.+)$", page, re.MULTILINE)
    code = "\n".join(
        read(path) for path in tracked() if path.parts[0] == "grader" and path.suffix == ".py"
    ).lower()
    unused = [word for word in words if not re.search(word.replace(" ", "[ _-]"), code)]

    assert words
    assert later
    assert not unused, f"lessons/glossary.md: used nowhere in grader/: {unused}; use or remove it"
