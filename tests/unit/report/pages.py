"""Reads a report's page as a browser would, and refuses what does not nest."""

from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """The tags, links and text of a page.

    Attributes:
        tags: every tag with its attributes, in order.
        text: all text outside style.
        wrong: tags that were closed without being open.
    """

    def __init__(self, html):
        """Read *html*."""
        super().__init__()
        self.tags, self.open, self.wrong, self.pieces = [], [], [], []
        self.feed(html)
        self.close()

    @property
    def text(self):
        """All text, with single spaces."""
        return " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note a tag without contents."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close the innermost tag, which must be this one."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        """Note text."""
        if "style" not in self.open:
            self.pieces.append(data)

    def count(self, tag):
        """Return how many of a tag there are."""
        return sum(name == tag for name, _ in self.tags)

    def requests(self):
        """Return everything that a browser would fetch, or a click would open."""
        return [
            value
            for _, attributes in self.tags
            for name, value in attributes.items()
            if name in {"src", "href", "data", "action", "srcset", "xlink:href"}
        ]
