"""One app that says a word and hears taps, for tests of its whole life."""

from pathlib import Path

from tests.unit.apphost.conftest import listed, shown

APP = "org.example.one"
SAYS = """
from carservices.app import *
class Main(App):
    said = "nothing"
    def view(self):
        return ListTemplate("One", [Row(self.said, on_click=self.tap)])
    def tap(self):
        {tap}
"""


def says(tap):
    return SAYS.format(tap=tap)


def row(screen, index=0):
    return screen.tree[1]["rows"][index][1]


def titled(title):
    return shown(lambda screen: screen.tree is not None and row(screen)["title"] == title)


def gone(pid):
    """No such process, or only its exit status is left."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def tapped(c):
    """Open the app and tap its first row."""
    await c.apps.open(APP)
    front = await c.until_state(c.apps.screen, shown())
    await c.apps.action(APP, front.screen.seq, row(front.screen)["on_click"])
    return front.screen


async def state(c, wanted):
    catalog = await c.until_state(c.apps.apps, listed(lambda one: one.state is wanted))
    return next(one for one in catalog.apps if one.id == APP)
