"""The developer's overlay tells what the app host says of the app in front, and asks only while it is shown."""

import pytest

from carservices.api.inspection import Inspection, LinkMessage
from carservices.app.templates import ListTemplate, Row
from carservices_ui import apps
from carservices_ui.store import Outcome
from tests.ui.templates import APP, front

SAID = Inspection(
    app=APP,
    state="foreground",
    template="ListTemplate",
    step=2,
    restrictions=("NO_VIDEO", "LIMIT_CONTENT"),
    cuts=("ListTemplate.rows: 2 items less (LIMIT_CONTENT)",),
    messages=(
        LinkMessage(number=7, at=0.0, sender="app", kind="view", text="tree=ListTemplate('One')"),
        LinkMessage(number=8, at=0.0, sender="host", kind="values", text="<12>\nmore"),
    ),
)


def open_app(drive, **preferences):
    driver = drive(screen="app", **preferences)
    driver.store.put_stream(apps.FRONT, front(ListTemplate("One", [Row("a")])))
    driver.frames(3)
    return driver


def asked(driver):
    return [(arguments["after"], answer) for _, method, arguments, answer in driver.car.calls if method == "inspect"]


def test_it_tells_step_restrictions_cuts_and_messages(drive):
    driver = open_app(drive, developer=True)
    inspector = driver.cockpit.screen.inspector
    ((after, answer),) = asked(driver)
    inspector.ask()  # the last look has not been answered yet
    assert (after, len(asked(driver))) == (0, 1)
    answer(Outcome(True, SAID))
    driver.frames(2)
    assert inspector.texts == [
        "ListTemplate · Step 2 of 5",
        "Restrictions: NO_VIDEO, LIMIT_CONTENT",
        "ListTemplate.rows: 2 items less (LIMIT_CONTENT)",
        "← view tree=ListTemplate('One')",
        "→ values <12>",
    ]
    assert inspector.top <= driver.cockpit.height
    inspector.ask()
    assert asked(driver)[-1][0] == 8


@pytest.mark.parametrize("developer", [True, False])
def test_it_is_there_for_developers_only(drive, developer):
    driver = open_app(drive, developer=developer)
    assert (driver.cockpit.screen.inspector is not None) is developer
    assert bool(asked(driver)) is developer
