"""Reader: the newest headlines; while the car is parked each leads to its text."""

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
    def on_start(self) -> None:
        self.shelf = Shelf(self.files / "articles.json")
        self.loading = False
        self.follow()
        self.take()

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
        feeds = Action(self.t("feeds"), lambda: self.push(Feeds()))
        change = Action(icon=Icon("settings"), on_click=lambda: self.push_settings(self.t("settings")))
        if self.loading:
            return ListTemplate(self.t("title"), loading=True, actions=[feeds, change])
        if not self.shown:
            reason = self.t("no_feeds") if not self.shelf.feeds else self.t("nothing")
            return ListTemplate(self.t("title"), empty=reason, actions=[feeds, change])
        rows = [self.row(feed, article) for feed, article in self.shown]
        return ListTemplate(self.t("title"), sections=[Section(self.state, rows)], actions=[feeds, change])

    def row(self, feed: Feed, article: Article) -> Row:
        text = " · ".join(filter(None, (feed.name, clock_time(article.published))))
        if not self.context.parked or not article.text:
            return Row(article.title, text)
        return Row(article.title, text, browsable=True, on_click=lambda: self.push(Text(text, article)))


class Text(Screen):
    """The text of an article; the car hides it while driving."""

    def __init__(self, source: str, article: Article, page: int = 0) -> None:
        self.source = source
        self.article = article
        self.page = page

    def view(self) -> Template:
        pages = prose.pages(f"{self.article.title}\n\n{self.article.text}", PAGE)
        text, last = pages[self.page], min(len(pages), PAGES) - 1
        if self.page < last:
            more = Action(
                self.t("more"), lambda: self.push(Text(self.source, self.article, self.page + 1)), primary=True
            )
            return LongMessageTemplate(self.source or self.t("title"), text, [more])
        return LongMessageTemplate(self.source or self.t("title"), text if last == len(pages) - 1 else f"{text} …")


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
