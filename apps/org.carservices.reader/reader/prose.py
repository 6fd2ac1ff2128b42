"""HTML of a feed as plain text: paragraphs, list items and nothing that is not to be read."""

from html.parser import HTMLParser

SILENT = frozenset({"script", "style", "template", "noscript", "svg", "figure", "iframe"})
BREAKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "table"}
)
LONGEST = 12_000
"""Characters of one article that are kept."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        elif tag in BREAKS:
            self.parts.append("\n• " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent and self._silent.pop() != tag:
                pass
        elif tag in BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))


def plain(html: str) -> str:
    """Paragraphs, with an empty line between them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n\n".join(line for line in lines if line not in ("", "•"))[:LONGEST]


def line(text: str, longest: int) -> str:
    """One line, cut at a word."""
    flat = " ".join(plain(text).split())
    if len(flat) <= longest:
        return flat
    return flat[:longest].rpartition(" ")[0].rstrip(" ,;:–-") + " …"


def pages(text: str, longest: int) -> list[str]:
    """Cut at paragraphs, else at words; ``longest`` is in bytes of UTF-8."""
    found: list[str] = []
    while len(data := text.encode()) > longest:
        head = data[:longest].decode(errors="ignore")
        at = max(head.rfind("\n\n"), 0) or max(head.rfind(" "), 0) or len(head)
        found.append(text[:at].strip())
        text = text[at:].strip()
    return [*found, text]
