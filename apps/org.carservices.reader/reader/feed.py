"""RSS 0.9 to 2.0 and Atom, read without trust: no entities, no depth without end, a bounded number of articles."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.parsers import expat

from reader import prose

MAX_BYTES = 2 << 20
MAX_ARTICLES = 40
MAX_DEPTH = 64
MAX_FIELD = 200_000
"""Characters of one element."""
LONGEST_TITLE = 160
ITEMS = frozenset({"item", "entry"})
FIELDS = {
    "title": "title",
    "description": "summary",
    "summary": "summary",
    "encoded": "content",
    "content": "content",
    "pubdate": "date",
    "published": "date",
    "date": "date",
    "updated": "changed",
}
"""Name of an element, without its namespace → what it says."""


class FeedError(ValueError):
    """It is no feed, or one that wants to do harm; one sentence."""


@dataclass(frozen=True, slots=True)
class Article:
    """``published`` is Unix time in s, 0 when the feed does not say."""

    title: str
    text: str = ""
    published: float = 0.0

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class _Parser:
    def __init__(self) -> None:
        self.title = ""
        self.language = ""
        self.found: list[dict[str, str]] = []
        self.is_feed = False
        self._path: list[str] = []
        self._item: dict[str, str] | None = None
        self._text: list[str] = []
        self._length = 0
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.EntityDeclHandler = self._entity

    def parse(self, data: bytes) -> None:
        try:
            self._expat.Parse(data, True)
        except expat.ExpatError as error:
            raise FeedError(f"not XML (line {error.lineno}: {expat.ErrorString(error.code)})") from None
        except (LookupError, ValueError) as error:
            raise error if isinstance(error, FeedError) else FeedError(f"not XML ({error})") from None

    def _entity(self, name: str, *_: object) -> None:
        raise FeedError(f"it declares the entity '{name[:40]}', which no feed needs")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(" ")[2].lower()
        if not self._path:
            self.is_feed = local in ("rss", "rdf", "feed")
            self.language = next((text for key, text in attributes.items() if key.endswith(" lang")), "")  # xml:lang
        self._path.append(local)
        if len(self._path) > MAX_DEPTH:
            raise FeedError(f"its elements are nested more than {MAX_DEPTH} deep")
        if self._item is None and local in ITEMS:
            self._item = {}
        self._text, self._length = [], 0

    def _data(self, data: str) -> None:
        self._length += len(data)
        if self._length <= MAX_FIELD:
            self._text.append(data)

    def _end(self, name: str) -> None:
        local = self._path.pop()
        above = self._path[-1] if self._path else ""
        text = "".join(self._text).strip()
        if self._item is not None and local in ITEMS:
            if len(self.found) < MAX_ARTICLES:
                self.found.append(self._item)
            self._item = None
        elif self._item is not None and above in ITEMS and local in FIELDS:
            self._item.setdefault(FIELDS[local], text)
        elif local == "title" and above in ("channel", "feed") and not self.title:
            self.title = text
        elif local == "language" and above == "channel":
            self.language = text
        self._text, self._length = [], 0


def parse(data: bytes) -> tuple[str, str, list[Article]]:
    """Title of a feed, its language (two letters) if it says so, and its articles in its order. Raises FeedError."""
    if len(data) > MAX_BYTES:
        raise FeedError(f"{len(data)} bytes are more than a feed may have")
    parser = _Parser()
    parser.parse(data)
    if not parser.is_feed:
        raise FeedError("neither RSS nor Atom")
    articles = [article for item in parser.found if (article := _article(item))]
    return prose.line(parser.title, LONGEST_TITLE), parser.language[:2].lower(), articles


def _article(item: Mapping[str, str]) -> Article | None:
    title = prose.line(item.get("title", ""), LONGEST_TITLE)
    text = prose.plain(item.get("content", "") or item.get("summary", ""))
    title = title or prose.line(text, LONGEST_TITLE)
    return Article(title, text, _time(item.get("date") or item.get("changed") or "")) if title else None


def _time(text: str) -> float:
    """RFC 822 as in RSS, or RFC 3339 as in Atom; 0 for anything else."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return 0.0
