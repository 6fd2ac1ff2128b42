"""Failures of an app in the car of memory: each is told to the developer, and none ends the app."""

import asyncio

import pytest

from carservices.app import Action, App, MessageTemplate, PaneTemplate, Row
from carservices.app.testing.appcar import AppFailed
from tests.unit.app.shown import rows


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
    "None": (lambda app: None, "Nonsense.view(): returned nothing: return a template"),
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
