"""The feeds that are followed, fetched side by side, with what was there last for when the network is not."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carservices.app import CarError, HttpError, PermissionMissing, Response
from reader import feed
from reader.feed import Article, FeedError

SECONDS = 15.0
"""Until a server has answered."""
UNCHANGED = 304
log = logging.getLogger(__name__)
Get = Callable[..., Awaitable[Response]]


@dataclass(slots=True)
class Feed:
    """One feed: what it had last, when that was (Unix time in s), and why there is nothing newer."""

    address: str
    name: str
    language: str = ""
    """Two letters, if it says so."""
    articles: list[Article] = field(default_factory=list)
    fetched: float = 0.0
    etag: str = ""
    problem: str = ""


class Shelf:
    """``file`` keeps the articles; a damaged one is begun anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = _load(file)
        self.feeds: list[Feed] = []

    def follow(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Follow these feeds: name and address."""
        there = {feed.address: feed for feed in self.feeds}
        self.feeds = [
            there.get(address) or _feed(address, name, self._kept.get(address, {})) for name, address in wanted
        ]

    @property
    def newest(self) -> list[tuple[Feed, Article]]:
        """All articles, the newest first."""
        all_of_them = [(feed, article) for feed in self.feeds for article in feed.articles]
        return sorted(all_of_them, key=lambda one: -one[1].published)

    @property
    def fetched(self) -> float:
        """When the newest of what is there was fetched; 0 for never."""
        return max((feed.fetched for feed in self.feeds), default=0.0)

    @property
    def is_offline(self) -> bool:
        """No feed could be had."""
        return bool(self.feeds) and all(feed.problem for feed in self.feeds)

    async def fetch(self, get: Get) -> None:
        """Bring all of them up to date."""
        await asyncio.gather(*(_fetch(one, get) for one in self.feeds))
        self._kept = {one.address: _plain(one) for one in self.feeds}
        try:
            await asyncio.to_thread(_save, self._file, self._kept)
        except OSError as error:
            log.warning("the articles are not kept: %s", error)


async def _fetch(one: Feed, get: Get) -> None:
    headers = {"If-None-Match": one.etag} if one.etag else {}
    try:
        answer = await get(one.address, headers=headers, timeout=SECONDS)
        if answer.status != UNCHANGED:
            if not answer.ok:
                raise HttpError(f"{one.address}: the server answers {answer.status}")
            title, one.language, one.articles = await asyncio.to_thread(feed.parse, answer.body)
            one.name = one.name or title
        one.etag = answer.headers.get("etag", "")
        one.fetched, one.problem = time.time(), ""
    except PermissionMissing as error:
        one.problem = f"{error.permission.removeprefix('network:')} is not among the hosts of this app"
    except (CarError, FeedError) as error:
        one.problem = str(error)


def _feed(address: str, name: str, kept: Mapping[str, Any]) -> Feed:
    try:
        articles = [
            Article(str(one["title"]), str(one["text"]), float(one["published"])) for one in kept.get("articles", [])
        ]
        return Feed(
            address,
            name or str(kept.get("name", "")),
            str(kept.get("language", "")),
            articles,
            float(kept.get("fetched", 0)),
            kept.get("etag", ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return Feed(address, name)


def _plain(one: Feed) -> dict[str, Any]:
    articles = [article.plain() for article in one.articles]
    return {
        "name": one.name,
        "language": one.language,
        "articles": articles,
        "fetched": one.fetched,
        "etag": one.etag,
    }


def _load(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_bytes())
        return kept if isinstance(kept, dict) else {}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s is begun anew: %s", file.name, error)
        return {}


def _save(file: Path, kept: Mapping[str, Any]) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    new.replace(file)
