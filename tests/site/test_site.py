"""Does the site build, lead where the reports say, and ask nobody else for anything?"""

import gzip
import re
from pathlib import Path

from grader import course
from grader.diagnosis import catalog
from tests.site.html_page import HtmlPage

ROOT = Path(__file__).resolve().parents[2]
LANDING_WORDS = 900
LESSON_BYTES = 100_000
ELSEWHERE = ("http://", "https://", "//")


def lessons() -> list[tuple[str, str]]:
    """Return (diagnosis, where it is taught) for every diagnosis that a report can name."""
    found = [(name, entry.lesson) for name, entry in catalog.shared().items()]
    for exercise in course.exercises(ROOT):
        found += [(name, entry.lesson) for name, entry in exercise.diagnoses.items()]
    return found


def _source(name: str) -> str:
    """Return a lesson as it was written."""
    return (ROOT / "lessons" / name / "index.md").read_text(encoding="utf-8")


def page_of(lesson: str) -> tuple[str, str]:
    """Return the page of the site and the anchor that a diagnosis's lesson names."""
    name, _, anchor = lesson.partition("#")
    return (
        f"{name}.html" if (ROOT / f"lessons/{name}.md").exists() else f"{name}/index.html"
    ), anchor


def test_every_diagnosis_is_explained(pages: dict[str, HtmlPage]) -> None:
    """The section that a report sends its reader to exists, under the diagnosis's own name."""
    nowhere = []
    for name, lesson in lessons():
        page, anchor = page_of(lesson)
        if page not in pages or anchor not in pages[page].ids or anchor != name:
            nowhere.append(f"{name} -> {lesson}")

    assert not nowhere, f"no such section in lessons/: {nowhere}"


def test_every_exercise_has_its_page(pages: dict[str, HtmlPage]) -> None:
    """A lesson stands under the exercise's name, and the first page leads to it."""
    for exercise in course.exercises(ROOT):
        page = f"{exercise.name}/index.html"

        assert page in pages
        assert page in pages["index.html"].links


def test_a_landing_page_is_short() -> None:
    """The page of an exercise is read in a few minutes; code that it includes is not counted."""
    long = {
        exercise.name: count
        for exercise in course.exercises(ROOT)
        if (count := len(_source(exercise.name).split())) > LANDING_WORDS
    }

    assert not long


def test_nothing_is_asked_for_elsewhere(pages: dict[str, HtmlPage]) -> None:
    """A browser fetches every script, style and picture from the site itself."""
    asked = {
        f"{name}: {address}"
        for name, page in pages.items()
        for address in page.fetched
        if address.startswith(ELSEWHERE)
    }

    assert set() == asked


def test_a_lesson_is_light(site: Path, pages: dict[str, HtmlPage]) -> None:
    """With its scripts and styles it is under 100 KB compressed; search fetches its index later."""
    heavy = {}
    for name in (name for name in pages if name.startswith("ex")):
        folder = (site / name).parent
        # A <link> may name the next page, which nobody fetches.
        asked = [at for at in pages[name].fetched if ":" not in at and not at.endswith(".html")]
        files = {site / name, *((folder / address).resolve() for address in asked)}
        weight = sum(len(gzip.compress(path.read_bytes())) for path in files)
        if weight >= LESSON_BYTES:
            heavy[name] = weight

    assert {} == heavy


def test_pages_fetch_and_link_only_what_exists(site: Path, pages: dict[str, HtmlPage]) -> None:
    """Every address within the site is a file and has its anchor, in raw HTML, too."""
    broken = []
    for name, page in pages.items():
        for address in [*page.fetched, *page.links]:
            if address.startswith((*ELSEWHERE, "mailto:", "data:", "javascript:")):
                continue
            path, _, anchor = address.partition("#")
            where = (site / name).parent / path if path else site / name
            if path.startswith("/"):
                where = site / path.lstrip("/")
            target = where.resolve()
            if target.is_dir():
                target /= "index.html"
            key = target.relative_to(site.resolve()).as_posix()
            known = key in pages and (not anchor or anchor in pages[key].ids)
            if not (known if target.suffix == ".html" else target.is_file()):
                broken.append(f"{name}: {address}")

    assert not broken


def test_what_pages_include_is_there(site: Path) -> None:
    """No page shows a snippet's mark; the first shows what its example really does."""
    built = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    first = re.sub(r"<[^>]+>", "", built[site / "ex01_first_checkpoint" / "index.html"])

    assert [] == [str(path) for path, text in built.items() if "--8" in text]
    assert "optimizer.state_dict()" in first
    assert "first loss with other bits: step 41" in first
