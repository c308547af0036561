"""Does the container recipe ask for what the rest of the course asks for?

Nobody builds it here: there is no container engine where the tests run.
"""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".devcontainer"
RECIPE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
FACTS = json.loads((FOLDER / "devcontainer.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "lessons" / "instructors.md").read_text(encoding="utf-8")


def test_the_editor_builds_this_recipe_and_begins_with_the_demo() -> None:
    """Its environment lies in a volume: a .venv of the host's is for another system."""
    assert (FOLDER / FACTS["build"]["dockerfile"]).is_file()
    target, *rest = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert f"make {target}" == FACTS["postCreateCommand"]
    assert rest
    folder = "${containerWorkspaceFolder}/.venv"
    assert FACTS["mounts"][0].endswith(f"target={folder}")
    settings = FACTS["customizations"]["vscode"]["settings"]
    assert f"{folder}/bin/python" == settings["python.defaultInterpreterPath"]


def test_its_packages_are_those_of_the_gate() -> None:
    """What .ci/run installs on a bare machine but for the browser; git only brings the course."""
    found = re.search(r"--no-install-recommends (.+?) \\", RECIPE)
    assert found
    gate = set(re.findall(r"missing\+=\((\S+)\)", (ROOT / ".ci" / "run").read_text()))
    of_the_image = {"python3-venv"}
    assert gate - of_the_image - {"chromium"} == set(found[1].split()) - {"git"}


def test_its_python_is_one_that_the_course_is_tested_with() -> None:
    """The image's version stands in the matrix of the checks, and in what pyproject.toml allows."""
    found = re.search(r"^FROM python:(\d\.\d+)-slim$", RECIPE, re.MULTILINE)
    assert found
    assert f'"{found[1]}"' in (ROOT / ".github" / "workflows" / "check.yml").read_text()
    least = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert [*map(int, found[1].split("."))] >= [*map(int, least.removeprefix(">=").split("."))]


def test_by_hand_it_gets_what_the_editor_gives_it() -> None:
    """The page's command has the same recipe, memory and volume."""
    command = next(line for line in PAGE.splitlines() if line.startswith("docker run"))
    assert f"docker build --tag exact-resume {FOLDER.name}" in PAGE
    for option in FACTS["runArgs"]:
        assert option in command
    volume = re.search(r"source=([\w-]+)", FACTS["mounts"][0])
    assert volume
    assert f"--volume {volume[1]}:/course/.venv" in command
    assert "WORKDIR /course\n" in RECIPE
