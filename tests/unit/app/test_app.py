"""An app in the car of memory: views, actions, timers, the stack, and failures that end nothing."""

import asyncio
from pathlib import Path

import pytest

from carservices.app import Action, App, ListTemplate, MessageTemplate, Notification, PaneTemplate, Row, Screen, Toggle
from carservices.app.templates import MediaState, SearchTemplate, Track
from carservices.app.testing.appcar import AppFailed
from carservices.app.wire import Kind

ICON = Path(__file__).parents[3] / "apps" / "org.carservices.tyres" / "icon.png"
SPEED = "Vehicle.Speed"
RANGE = "Vehicle.Powertrain.Range"
DOORS = "Vehicle.Cabin.Door.*.*.IsOpen"


def rows(*texts):
    return ListTemplate("x", [Row(text) for text in texts])


class Reads(App):
    """Shows the speed, and the range while it stands."""

    views = 0

    def view(self):
        self.views += 1
        speed = self.car[SPEED]
        standing = speed.value == 0
        return ListTemplate("x", [Row("Speed", speed.text()), Row("Range", self.range() if standing else "")])

    def range(self):
        return self.car[RANGE].text("km", 0)


# -- views -----------------------------------------------------------------------------------------------------------


def test_the_first_view_waits_for_the_values_it_reads(app_car):
    app_car.update({SPEED: 0.0, RANGE: 250_000})
    app_car.start(Reads)
    assert app_car.rows == [("Speed", "0 km/h"), ("Range", "250 km")]
    assert app_car.host.views == 1


def test_a_view_is_made_again_when_what_it_read_has_changed_and_only_then(app_car):
    app_car.update({SPEED: 0.0, RANGE: 250_000})
    app = app_car.start(Reads)
    app_car[RANGE] = 249_000
    assert app_car.rows[1] == ("Range", "249 km")
    app_car[SPEED] = 50.0
    made = app.views
    app_car[RANGE] = 1
    app_car[DOORS.replace("*.*", "Row1.DriverSide")] = True
    assert (app.views, app_car.host.subscribed) == (made, (SPEED,))


def test_many_values_make_one_view(app_car):
    app_car.update({SPEED: 30.0})
    app = app_car.start(Reads)
    made = app.views
    for speed in range(100):
        app_car.host.values[SPEED] = float(speed)
        app_car.host.changed(SPEED)
    app_car.advance(1.0)
    assert app.views - made <= 2
    assert app_car.rows[0] == ("Speed", "99 km/h")


def test_a_signal_that_never_speaks_is_waited_for_once_and_briefly(app_car):
    class Two(App):
        def view(self):
            return ListTemplate("x", [Row("a", self.car[SPEED].text()), Row("b", self.car[RANGE].text())])

    class Begins(Two):
        def on_start(self):
            app_car.host.silent.add(RANGE)

    app_car[SPEED] = 1.0
    app_car.start(Begins)
    assert app_car.host.views == 0
    app_car.advance(0.5)
    assert app_car.rows == [("a", "1 km/h"), ("b", "–")]
    app_car[SPEED] = 2.0
    assert app_car.rows == [("a", "2 km/h"), ("b", "–")]


def test_a_view_that_cannot_do_without_its_values_gets_them_first(app_car):
    class Bold(App):
        def view(self):
            return ListTemplate("x", [Row("a", f"{self.car[SPEED].value:.1f}")])

    app_car[SPEED] = 1.0
    app_car.start(Bold)
    assert (app_car.rows, app_car.host.views) == ([("a", "1.0")], 1)
    app_car.may_fail()
    app_car[SPEED] = None
    assert "unsupported format string passed to NoneType" in app_car.failure
    app_car[SPEED] = 2.0
    assert app_car.rows == [("a", "2.0")]


def test_a_signal_that_the_car_does_not_have_is_never_available(app_car):
    class Silent(App):
        def view(self):
            return rows(self.car["Vehicle.Nowhere"].text(), str(self.car["Vehicle.Nowhere"].available))

    app_car.start(Silent)
    assert [title for title, _ in app_car.rows] == ["–", "False"]


def test_the_view_follows_the_surroundings_it_reads(app_car):
    class Follows(App):
        def view(self):
            width, height = self.context.size
            state = "parked" if self.context.parked else "driving"
            return ListTemplate("x", [Row("a", f"{state} {self.context.theme} {width}x{height}")])

    app_car.start(Follows)
    assert app_car.rows == [("a", "parked night 1280x720")]
    app_car.drive()
    app_car.context(theme="day", width=1920, height=1080, of_a_newer_host=1)
    assert app_car.rows == [("a", "driving day 1920x1080")]
    sent = app_car.host.views
    app_car.context(limits={"list": 6})
    app_car.park()
    assert app_car.host.views == sent + 1


def test_a_view_that_did_not_change_is_not_sent_again_and_its_newest_handlers_count(app_car):
    class Same(App):
        count = 0
        taken = ()

        def view(self):
            count = self.count
            return ListTemplate("x", [Row("a", on_click=lambda: self.take(count))])

        def take(self, count):
            self.count += 1
            self.taken = (*self.taken, count)

    app = app_car.start(Same)
    app_car.tap("a")
    app_car.tap("a")
    assert (app.taken, app_car.host.views) == ((0, 1), 1)


def test_a_tap_on_an_older_version_means_what_was_seen(app_car):
    class Moving(App):
        first = "a"
        taken = None

        def view(self):
            names = (self.first, "b")
            return ListTemplate("x", [Row(name, on_click=lambda name=name: self.take(name)) for name in names])

        def take(self, name):
            self.taken = name

    app = app_car.start(Moving)
    old = app_car.host.seq
    app.first = "z"
    app_car.park()
    app.refresh()
    app_car.advance(0)
    assert app_car.host.seq > old
    app_car.host.send(Kind.ACTION, old, 0, [])
    app_car.advance(0)
    assert app.taken == "a"
    app_car.host.send(Kind.ACTION, 999, 0, [])
    app_car.host.send(Kind.ACTION, old, 77, [])
    app_car.advance(0)
    assert app_car.rows[0][0] == "z"


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


# -- failures --------------------------------------------------------------------------------------------------------


class Fails(App):
    """Fails in view, action, async action or timer as told, until it is healed."""

    broken = ""

    def view(self):
        if self.broken:
            raise ValueError(self.broken)
        buttons = [Action("action", self.fail), Action("async", self.fail_later)]
        return PaneTemplate("fine", [Row("a")], buttons)

    def fail(self):
        raise ValueError("in an action")

    async def fail_later(self):
        await asyncio.sleep(1)
        raise ValueError("in an async action")


@pytest.mark.parametrize("button", ["action", "async"])
def test_an_action_that_fails_shows_a_card_and_the_app_goes_on(app_car, button):
    app_car.start(Fails)
    app_car.may_fail()
    app_car.tap(button)
    app_car.advance(2)
    assert app_car.screen.message == "Something went wrong in this app. It goes on."
    assert f"ValueError: in an {button}" in app_car.failure
    app_car.tap("Try again")
    assert app_car.screen.title == "fine"
    app_car.context(language="de")
    app_car.tap(button)
    app_car.advance(2)
    app_car.tap("Noch einmal")
    assert app_car.screen.title == "fine"


def test_a_view_that_fails_shows_a_card_with_the_apps_lines_only(app_car):
    app = app_car.start(Fails)
    app_car.may_fail()
    app.broken = "no view today"
    app.refresh()
    app_car.advance(0)
    assert "ValueError: no view today" in app_car.failure
    assert "raise ValueError(self.broken)" in app_car.failure
    app.broken = ""
    app_car.tap("Try again")
    assert app_car.screen.title == "fine"


def test_a_failure_of_the_app_fails_the_test(app_car):
    app_car.start(Fails)
    with pytest.raises(AppFailed, match="ValueError: in an action"):
        app_car.tap("action")


NONSENSE = {
    "None": (lambda app: None, "view(): None cannot stand here, only ListTemplate"),
    "a row": (lambda app: Row("a"), "view(): Row cannot stand here"),
    "a number": (lambda app: rows(3), "ListTemplate.rows[0].title: 3 cannot stand here, only str"),
    "against a rule": (lambda app: MessageTemplate("x"), "MessageTemplate.message: must not be empty [text.required]"),
    "too long a text": (lambda app: rows("x" * 5000), "a text of 5000 bytes, at most 4096"),
    "a very long complaint": (lambda app: int("\ud800ü" * 4000), "invalid literal"),
    "a push": (lambda app: app.push(app), "view() only reads and returns a template: push and pop in an action"),
    "too large": (lambda app: rows(*["x" * 4000] * 20), "VIEW of 8"),
}


@pytest.mark.parametrize(("view", "said"), NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_said_to_the_developer(app_car, view, said):
    app_car.may_fail()
    app_car.start(type("Nonsense", (App,), {"view": view}))
    assert said in app_car.failure


def test_an_async_view_is_refused_with_the_cure(app_car):
    class Async(App):
        async def view(self):
            return rows("a")

    app_car.may_fail()
    app_car.start(Async)
    assert "must not be async: load in on_start or in an action" in app_car.failure


def test_a_hook_that_fails_is_a_card_too(app_car):
    class Bad(App):
        async def on_start(self):
            raise KeyError("nothing here")

        def view(self):
            return rows("here all the same")

    app_car.may_fail()
    app_car.start(Bad)
    assert "KeyError: 'nothing here'" in app_car.failure
    app_car.tap("Try again")
    assert app_car.rows == [("here all the same", "")]


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
