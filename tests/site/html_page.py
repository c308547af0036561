"""What a built page has and asks for."""

from html.parser import HTMLParser
from pathlib import Path

# What a browser fetches by itself; <a href> is only followed by a person.
FETCHED = {
    *(("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")),
    *(("video", "src"), ("audio", "src"), ("object", "data"), ("embed", "src")),
}


class HtmlPage(HTMLParser):
    """What a page has and asks for: ids, fetched addresses, links."""

    def __init__(self, path: Path) -> None:
        """Read the page."""
        super().__init__()
        self.ids: set[str] = set()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names and needs."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if (tag, name) in FETCHED and value:
                self.fetched.append(value)
            if (tag, name) == ("a", "href") and value:
                self.links.append(value)
