"""Reader: the newest headlines; while the car is parked each leads to its text, while it is driven it is read aloud."""

import itertools
import time

from carservices.app import (
    Action,
    App,
    Icon,
    ListTemplate,
    LongMessageTemplate,
    MessageTemplate,
    Row,
    Screen,
    Section,
    Template,
)
from reader import prose
from reader.aloud import Aloud
from reader.feed import Article
from reader.shelf import Feed, Shelf

FEEDS = {
    "tagesschau": ("tagesschau", "https://www.tagesschau.de/infoservices/alle-meldungen-100~rss2.xml"),
    "deutschlandfunk": ("Deutschlandfunk", "https://www.deutschlandfunk.de/nachrichten-100.rss"),
    "heise": ("heise online", "https://www.heise.de/rss/heise-atom.xml"),
    "bbc": ("BBC News", "https://feeds.bbci.co.uk/news/rss.xml"),
    "guardian": ("The Guardian", "https://www.theguardian.com/world/rss"),
    "nasa": ("NASA", "https://www.nasa.gov/feed/"),
}
"""Setting → name and address; the own address is a setting without a name."""
FRESH = 300.0
"""s for which what was fetched is not fetched again."""
MOST = 60
PAGE, PAGES = 4000, 3
"""Bytes of one page, as many as a template takes, and pages of an article: a task has five steps, each page is one."""


class Reader(App):
    async def on_start(self) -> None:
        self.aloud = Aloud(self)
        self.shelf = Shelf(self.files / "articles.json")
        self.loading = False
        self.follow()
        self.take()
        await self.speech.watch(self.aloud.hear)

    def follow(self) -> None:
        """What the settings say now."""
        self.followed = [feed for name, feed in FEEDS.items() if self.settings[name]]
        if own := str(self.settings["own"]).strip():
            self.followed.append(("", own if "://" in own else f"https://{own}"))
        self.shelf.follow(self.followed)

    def take(self) -> None:
        """Show what the shelf has. Other titles are a step of the task: only once each time the app is opened."""
        self.shown = self.shelf.newest[:MOST]
        self.state = self.as_of()

    def on_foreground(self) -> None:
        before = self.followed
        self.follow()
        if self.followed != before or self.shelf.is_offline or time.time() - self.shelf.fetched >= FRESH:
            self.spawn(self.update())

    async def update(self) -> None:
        """Fetch; what is there already stays on screen meanwhile."""
        self.loading = not self.shown
        self.refresh()
        await self.shelf.fetch(self.http.get)
        self.loading = False
        self.take()
        self.refresh()

    def as_of(self) -> str:
        """How old it is."""
        clock = clock_time(self.shelf.fetched)
        return self.t("offline" if self.shelf.is_offline else "as_of", time=clock)

    def view(self) -> Template:
        actions = self.actions()
        if self.loading:
            return ListTemplate(self.t("title"), loading=True, actions=actions)
        if not self.shown:
            reason = self.t("no_feeds") if not self.shelf.feeds else self.t("nothing")
            return ListTemplate(self.t("title"), empty=reason, actions=actions)
        rows = [self.row(feed, article) for feed, article in self.shown]
        return ListTemplate(self.t("title"), sections=[Section(self.state, rows)], actions=actions)

    def actions(self) -> list[Action]:
        """While it reads, what a driver needs; else what there is to choose."""
        if not self.aloud.reads:
            change = Action(icon=Icon("settings"), on_click=lambda: self.push_settings(self.t("settings")))
            return [Action(self.t("feeds"), lambda: self.push(Feeds())), change]
        pause = Action(self.t("pause"), self.aloud.pause, Icon("pause"))
        return [pause, Action(icon=Icon("skip_next"), on_click=self.aloud.next)] if self.aloud.has_next else [pause]

    def row(self, feed: Feed, article: Article) -> Row:
        text = " · ".join(filter(None, (feed.name, clock_time(article.published))))
        how = self.how_far(article)
        if not article.text:
            return Row(article.title, text)
        if self.context.parked:
            return Row(article.title, text, how, browsable=True, on_click=lambda: self.push(Text(text, article)))
        if self.speech.state.engine is None:
            return Row(article.title, text, how)
        reads = self.aloud.reads and article == self.aloud.article
        icon = Icon("pause" if reads else "play_arrow", "primary" if reads else "default")
        return Row(article.title, text, how, icon, on_click=lambda: self.read(article))

    def how_far(self, article: Article) -> str:
        """Of the one that is read aloud, or was."""
        if article != self.aloud.article:
            return ""
        if self.aloud.paused:
            return self.aloud.problem or self.t("paused")
        spoken = self.speech.state
        return self.t("reads", n=spoken.sentence + 1, of=spoken.sentences) if spoken.sentences else ""

    async def read(self, article: Article) -> None:
        """This one aloud, and those below it after it; or pause, and go on."""
        below = itertools.dropwhile(lambda entry: entry[1] != article, self.shown)
        await self.aloud.tap([entry for entry in below if entry[1].text])


class Text(Screen):
    """The text of an article; the car hides it while driving."""

    app: Reader

    def __init__(self, source: str, article: Article, page: int = 0) -> None:
        self.source = source
        self.article = article
        self.page = page

    def view(self) -> Template:
        pages = prose.pages(f"{self.article.title}\n\n{self.article.text}", PAGE)
        text, last = pages[self.page], min(len(pages), PAGES) - 1
        buttons = [self.listen()] if self.app.speech.state.engine else []
        if self.page < last:
            more = Text(self.source, self.article, self.page + 1)
            buttons.append(Action(self.t("more"), lambda: self.push(more), primary=True))
        elif last < len(pages) - 1:
            text = f"{text} …"
        return LongMessageTemplate(self.source or self.t("title"), text, buttons)

    def listen(self) -> Action:
        reads = self.app.aloud.reads and self.app.aloud.article == self.article
        return Action(
            self.t("pause" if reads else "listen"),
            lambda: self.app.read(self.article),
            Icon("pause" if reads else "volume_up"),
        )


class Feeds(Screen):
    """What each feed has, or why it has nothing."""

    app: Reader

    def view(self) -> Template:
        if not self.app.shelf.feeds:
            return MessageTemplate(self.t("feeds"), self.t("no_feeds"))
        return ListTemplate(self.t("feeds"), [self.row(feed) for feed in self.app.shelf.feeds])

    def row(self, feed: Feed) -> Row:
        count = self.t("articles", n=len(feed.articles))
        if feed.problem:
            return Row(feed.name or feed.address, feed.problem, count, image=Icon("cloud_off"))
        return Row(feed.name or feed.address, count, clock_time(feed.fetched))


def clock_time(when: float) -> str:
    """Hours and minutes, with the day unless it is today's; nothing for an unknown time."""
    if not when:
        return ""
    local = time.localtime(when)
    return time.strftime("%H:%M" if local[:3] == time.localtime()[:3] else "%d.%m. %H:%M", local)
