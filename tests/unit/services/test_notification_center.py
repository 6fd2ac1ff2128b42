"""What is shown: order, one at a time, dismissed and snoozed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from carservices.api.notifications import Message, Notice, Notification, Priority
from carservices.services.notifications.center import Center, Hidden

CRITICAL, HIGH, NORMAL, LOW = Priority


def notification(name, priority=NORMAL, since=0.0):
    return Notification(id=name, priority=priority, texts={"en": Message(title=name)}, since=since)


def center(*notifications):
    it = Center()
    for one in notifications:
        it.put(one)
    return it


def ids(notifications):
    return [one.id for one in notifications]


def showing(it, now, driving=True):
    current = it.current(now, driving)
    return current.id if current else None


@given(st.permutations([("a", LOW, 9.0), ("b", HIGH, 1.0), ("c", HIGH, 2.0), ("d", CRITICAL, 0.0), ("e", HIGH, 2.0)]))
def test_most_important_first_then_newest(given_order):
    it = center(*(notification(*one) for one in given_order))
    assert ids(it.active(10.0)) == ["d", "c", "e", "b", "a"]


def test_one_after_the_other_while_driving():
    it = center(notification("ice", NORMAL), notification("tyre", HIGH))
    assert showing(it, 0.0) == "tyre"
    assert it.next_change(0.0) == 15.0
    assert showing(it, 14.9) == "tyre"
    assert showing(it, 15.0) == "ice"
    assert showing(it, 23.0) is None
    assert it.next_change(23.0) is None
    assert ids(it.active(23.0)) == ["tyre", "ice"]


def test_a_critical_one_stays_until_it_ends():
    it = center(notification("door", CRITICAL))
    assert showing(it, 0.0) == "door"
    assert showing(it, 1e6) == "door"
    it.end("door")
    assert showing(it, 1e6) is None


def test_one_pushed_aside_is_shown_again_in_full():
    it = center(notification("ice", NORMAL))
    assert showing(it, 0.0) == "ice"
    it.put(notification("door", CRITICAL))
    assert showing(it, 7.0) == "door"
    it.end("door")
    assert showing(it, 20.0) == "ice"
    assert it.next_change(20.0) == 28.0


def test_unimportant_ones_wait_until_the_car_is_parked():
    it = center(notification("washer", LOW))
    assert showing(it, 0.0, driving=True) is None
    assert showing(it, 1.0, driving=False) == "washer"


def test_dismissed_until_the_cause_comes_again():
    it = center(notification("tyre"))
    it.dismiss("tyre")
    it.put(notification("tyre"))
    assert it.active(0.0) == ()
    assert it.end("tyre")
    it.put(notification("tyre"))
    assert ids(it.active(0.0)) == ["tyre"]


def test_snoozed_until_its_time_then_shown_again():
    it = center(notification("tyre"))
    assert showing(it, 0.0) == "tyre"
    it.snooze("tyre", until=60.0)
    assert showing(it, 1.0) is None
    assert it.next_change(1.0) == 60.0
    assert showing(it, 60.0) == "tyre"


def test_dismissed_and_snoozed_survive_a_restart():
    it = center(notification("tyre"), notification("ice"), notification("door"))
    it.dismiss("tyre")
    it.snooze("ice", until=60.0)
    again = Center(Hidden.model_validate_json(it.hidden.model_dump_json()))
    for name in ("tyre", "ice", "door"):
        again.put(notification(name))
    assert ids(again.active(0.0)) == ["door"]
    assert ids(again.active(60.0)) == ["door", "ice"]


def test_an_ended_cause_forgets_what_was_dismissed_before_a_restart():
    it = Center(Hidden(dismissed={"tyre"}))
    assert it.end("tyre")
    it.put(notification("tyre"))
    assert ids(it.active(0.0)) == ["tyre"]


@pytest.mark.parametrize(
    "fault",
    [
        {"id": "Not an id"},
        {"id": "a..b"},
        {"texts": {"de": Message(title="x")}},
        {"actions": [{"id": 0, "titles": {"de": "x"}}]},
        {"colour": "red"},
    ],
)
def test_posts_must_be_well_formed(fault):
    good = {"id": "route.recalculated", "texts": {"en": Message(title="x")}}
    Notice.model_validate(good)
    with pytest.raises(ValidationError):
        Notice.model_validate(good | fault)


def test_texts_of_a_post_cannot_reach_into_objects():
    notice = Notice(id="x", texts={"en": Message(title="{who.__class__} {who}")}, parameters={"who": "{soc}"})
    assert notice.say().title == "{who.__class__} {soc}"
