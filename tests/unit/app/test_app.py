"""An app in the car of memory: actions, timers, its life, the stack, and what it does beside the screen."""

import asyncio
from pathlib import Path

import pytest

from carservices.app import Action, App, ListTemplate, MessageTemplate, Notification, PaneTemplate, Row, Screen, Toggle
from carservices.app.templates import MediaState, SearchTemplate, Track
from carservices.app.testing.appcar import AppFailed
from carservices.app.wire import Kind
from tests.unit.app.shown import SPEED, rows

ICON = Path(__file__).parents[3] / "apps" / "org.carservices.tyres" / "icon.png"

# -- actions, timers, life -------------------------------------------------------------------------------------------


class Acts(App):
    """Sync and async actions, and a field."""

    said = "nothing"
    on = False

    def view(self):
        return ListTemplate(
            self.said,
            [
                Row("now", on_click=lambda: self.say("now")),
                Row("later", on_click=self.later),
                Row("switch", toggle=Toggle(self.on, self.switch)),
                Row("search", on_click=lambda: self.push(lambda: SearchTemplate(on_submit=self.say, hint=self.said))),
            ],
        )

    def say(self, text):
        self.said = text

    def switch(self, on):
        self.on = on

    async def later(self):
        await asyncio.sleep(3600)
        self.say("an hour later")


def test_actions_run_and_the_view_follows(app_car):
    app = app_car.start(Acts)
    app_car.tap("now")
    assert app_car.screen.title == "now"
    app_car.tap("later")
    app_car.advance(3599)
    assert app_car.screen.title == "now"
    app_car.advance(1)
    assert app_car.screen.title == "an hour later"
    app_car.tap("switch")
    assert app_car.find(Toggle)[0].checked is app.on is True
    app_car.tap("search")
    app_car.type("coffee")
    assert app_car.screen.hint == "coffee"
    with pytest.raises(AssertionError, match="nothing titled 'now' can be tapped"):
        app_car.tap("now")


def test_timers(app_car):
    class Clock(App):
        ticks = 0
        rang = False

        def on_start(self):
            self.timer = self.every(10, self.tick)
            self.after(25, self.ring)

        async def tick(self):
            self.ticks += 1

        def ring(self):
            self.rang = True

        def view(self):
            return ListTemplate("x", [Row("a", f"{self.ticks} {self.rang}")])

    app = app_car.start(Clock)
    app_car.advance(24)
    assert app_car.rows == [("a", "2 False")]
    app_car.advance(3)
    assert app_car.rows == [("a", "2 True")]
    app_car.advance(73)
    assert app_car.rows == [("a", "10 True")]
    app.timer.cancel()
    app_car.advance(100)
    assert app_car.rows == [("a", "10 True")]
    with pytest.raises(ValueError, match="has to be more than 0 s"):
        app.every(0, app.tick)


def test_timers_of_an_app_that_has_ended_do_nothing(app_car):
    class Ticking(App):
        ticks = 0

        def on_start(self):
            self.every(1, self.tick)

        def tick(self):
            self.ticks += 1

        def view(self):
            return ListTemplate("Ticking")

    first = app_car.start(Ticking)
    app_car.start(Ticking)
    app_car.advance(5)
    assert (first.ticks, app_car.app.ticks) == (0, 5)


def test_hooks_run_one_after_the_other_and_views_are_made_in_front_only(app_car):
    class Lives(App):
        life = ()

        async def on_start(self):
            await asyncio.sleep(0.01)
            self.life = (*self.life, "start")

        def on_foreground(self):
            self.life = (*self.life, "front")

        async def on_background(self):
            self.life = (*self.life, "back")

        def on_stop(self):
            self.life = (*self.life, "stop")

        def view(self):
            return rows(" ".join(self.life), self.car[SPEED].text())

    app_car[SPEED] = 1.0
    app = app_car.start(Lives)
    assert app_car.rows[0][0] == "start front"
    app_car.background()
    seen = app_car.host.views
    app_car[SPEED] = 2.0
    assert app_car.host.views == seen
    app_car.foreground()
    assert [title for title, _ in app_car.rows] == ["start front back front", "2 km/h"]
    app_car.stop()
    assert app.life[-1] == "stop"


def test_a_long_start_shows_that_it_loads(app_car):
    class Patient(App):
        async def on_start(self):
            await asyncio.sleep(30)
            self.ready = True

        def view(self):
            return ListTemplate("ready" if self.ready else "not ready", [Row("a")])

    app_car.start(Patient)
    app_car.advance(2)
    assert (app_car.screen.title, app_car.screen.loading) == ("Patient", True)
    app_car.advance(30)
    assert (app_car.screen.title, app_car.screen.loading) == ("ready", False)


def test_what_is_used_too_early_is_said():
    with pytest.raises(RuntimeError, match=r"Acts is not running yet: use self\.car"):
        _ = Acts().car


# -- the stack -------------------------------------------------------------------------------------------------------


class Deep(App):
    """Each screen leads to the next."""

    def view(self):
        return self.level(1)

    def level(self, n):
        return ListTemplate(f"level {n}", [Row("deeper", on_click=lambda: self.push(lambda: self.level(n + 1)))])


def test_the_language_may_be_changed_as_often_as_the_person_likes(app_car):
    class Said(App):
        def view(self):
            return MessageTemplate("Said", f"in {self.context.language}")

    app_car.start(Said)
    for language in ("de", "fr", "en") * 3:
        app_car.context(language=language)
        assert app_car.screen.message == f"in {language}"
    assert app_car.host.violations == []


def test_no_screen_lies_deeper_than_the_driver_may_go(app_car):
    app_car.start(Deep)
    app_car.drive()
    for _ in range(3):
        app_car.tap("deeper")
    assert (app_car.screen.title, app_car.depth) == ("level 4", 3)
    app_car.back()
    assert (app_car.screen.title, app_car.depth) == ("level 2", 2)


def test_screens_go_back_one_by_one_and_leave_at_the_first(app_car):
    app = app_car.start(Deep)
    for _ in range(3):
        app_car.tap("deeper")
    assert (app_car.screen.title, app_car.depth) == ("level 4", 4)
    app_car.back()
    assert (app_car.screen.title, app_car.depth) == ("level 3", 3)
    app.pop_to_root()
    app_car.advance(0)
    assert (app_car.screen.title, app_car.depth) == ("level 1", 1)
    assert not app_car.host.finished
    app_car.back()
    assert app_car.host.finished


def test_a_step_too_many_fails_the_test_and_is_logged(app_car):
    app_car.start(Deep)
    for _ in range(3):
        app_car.tap("deeper")
    with pytest.raises(AppFailed, match="step 5 has to be one of NavigationTemplate, PaneTemplate"):
        app_car.tap("deeper")
    assert any(level == "error" and "step 5" in text for level, text in app_car.host.log)


def test_a_screen_has_what_the_app_has(app_car):
    class Details(Screen):
        def __init__(self, name):
            self.name = name

        def view(self):
            return PaneTemplate(self.name, [Row(self.car[SPEED].text())])

    class Main(App):
        def view(self):
            return ListTemplate("main", [Row("go", on_click=lambda: self.push(Details("details")))])

    app_car[SPEED] = 12.0
    app_car.start(Main)
    app_car.tap("go")
    app_car[SPEED] = 13.0
    assert (app_car.screen.title, app_car.rows) == ("details", [("13 km/h", "")])
    app_car.back()
    assert app_car.host.subscribed == ()


# -- beside the screen -----------------------------------------------------------------------------------------------


def test_notifications_and_media_have_actions_that_outlive_the_template(app_car):
    class Radio(App):
        state = "paused"

        def view(self):
            return rows(self.state)

        def on_start(self):
            self.notify(Notification("New", "a song", actions=[Action("Play", self.begin)]))

        def begin(self):
            self.state = "playing"
            self.play(MediaState("playing", Track("Song"), on_pause=self.pause))

        def pause(self):
            self.state = "paused"

    app_car.start(Radio)
    app_car.tap_notification("Play")
    assert (app_car.rows[0][0], app_car.host.media.track.title) == ("playing", "Song")
    app_car.host.send(Kind.ACTION, 0, app_car.host.media.on_pause, [])
    app_car.advance(0)
    assert app_car.rows[0][0] == "paused"


@pytest.mark.parametrize(("where", "said"), [("stage", "view() of Slow took"), ("runtime", "Slow.act took")])
def test_what_takes_long_is_logged(app_car, monkeypatch, where, said):
    class Slow(App):
        def act(self):
            self.acted = True

        def view(self):
            return PaneTemplate("x", [Row("a")], [Action("act", self.act)])

    monkeypatch.setattr(f"carservices.app.{where}.SLOW", -1.0)
    app_car.start(Slow)
    app_car.tap("act")
    assert next(level for level, text in app_car.host.log if said in text) == "warning"


def test_a_picture_from_the_web(app_car):
    class Gallery(App):
        picture = None

        async def on_start(self):
            self.picture = await self.image_from("https://pictures.example/tyre.png")

        def view(self):
            return ListTemplate("x", [Row("a", image=self.picture)])

    app_car.pages["https://pictures.example/tyre.png"] = ICON.read_bytes()
    app_car.start(Gallery)
    assert app_car.host.images == {app_car.screen.rows[0].image.id: (192, 192)}


class Guides(App):
    """Guides the driver until something else does."""

    stopped = 0

    def view(self):
        guides = self.context.has_focus("navigation")
        switch = self.end_navigation if guides else self.start_navigation
        return ListTemplate("Guides", [Row("switch", "guides" if guides else "rests", on_click=switch)])

    def on_stop_navigation(self):
        self.stopped += 1


def test_an_app_hears_that_something_else_guides_but_not_what_it_did_itself(app_car):
    app = app_car.start(Guides)
    app_car.tap("switch")
    assert app_car.rows == [("switch", "guides")]
    app_car.tap("switch")
    assert (app_car.rows, app.stopped) == ([("switch", "rests")], 0)
    app_car.tap("switch")
    app_car.take_navigation()
    assert (app_car.rows, app.stopped) == ([("switch", "rests")], 1)
