"""Are the pages that a learner gets, of a verdict and of a strip, for everybody?"""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from grader import course, survival
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.process.servers import ForkServers
from grader.report import replay, strip, webpage
from grader.workloads.workload import PROGRAM

ROOT = Path(__file__).resolve().parents[2]
WAYS = [
    ROOT / "lessons/ex07_atomic_files/ways" / f"{name}.py" for name in ("in_place", "two_slots")
]
GRADED = {
    "passed": ("ex01", "checkpoint.py", ""),
    "state": ("ex03", "mistakes/missing_optimizer.py", "kill@5:save"),
    "in_a_save": ("ex07", "mistakes/in_place.py", ""),
    "damaged": ("ex09", "mistakes/trusts_newest.py", ""),
    "never_struck": ("ex01", "checkpoint.py", "kill@5:call99"),
}
REPLAYED = {"state", "in_a_save"}  # with a table for every step, and with none


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Return a page of each kind, from real gradings."""
    made = {}
    with ForkServers(PROGRAM) as servers:
        for name, (exercise, file, fault) in GRADED.items():
            found = course.find(exercise)
            path = found.solution.parent / file
            request = Request(found, path, 0, Schedule.parse(fault) if fault else None)
            graded, again = grade(request, servers), f"grader run {exercise}"
            made[name] = webpage.render(graded, found, again)
            if name in REPLAYED:
                made[f"replay_{name}"] = replay.page(graded, found, again, command="grader")
        made["strip"] = strip.page(survival.survive(WAYS, 0, servers=servers), "grader strip x.py")
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_them(
    browser: Browser, pages: dict[str, str], tmp_path: Path, scheme: str
) -> None:
    """Axe finds nothing at 320 pixels, nothing scrolls sideways, and nobody else is asked."""
    context = browser.new_context(
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": 320, "height": 800},
    )
    page, found = context.new_page(), []
    page.on("request", lambda asked: found.append(asked.url) if asked.url[:5] != "file:" else None)
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        page.goto(f"file://{tmp_path}/{name}.html")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{name} scrolls sideways"] if wide else []
        for one in Axe().run(page).response["violations"]:
            found.append(
                f"{name}: {one['id']}: {json.dumps([n['html'][:150] for n in one['nodes'][:2]])}"
            )
    context.close()

    assert "" == "\n".join(found)
