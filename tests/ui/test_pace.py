"""Pace: a quiet window waits for what is next, and anything that happens ends the wait."""

from threading import Timer

import pytest
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch

from carservices_ui.pace import Pace

LATE = 20.0
"""s to the next turn of a quiet window here, in which a whole test fits."""


@pytest.fixture
def turns(imported):
    """One turn of the loop: what was done in it, of two things that the clock is to do, one of them late."""
    EventLoop.ensure_window()
    EventLoop.idle()
    done = []
    pace = Pace(quiet_hz=1 / LATE)
    late = Clock.schedule_once(lambda _: done.append("late"), LATE / 2)

    def turn():
        EventLoop.idle()
        return done

    turn.pace, turn.done = pace, done
    yield turn
    late.cancel()
    pace.close()


def test_another_thread_ends_the_wait(turns):
    trigger = Clock.create_trigger(lambda _: turns.done.append("woken"))
    thread = Timer(0.05, turns.pace.waking(trigger))
    thread.start()
    while not turns():  # what earlier tests left in the clock may end a turn
        pass
    assert turns.done == ["woken"]
    thread.join()


def test_what_the_clock_has_to_do_is_done_in_time(turns):
    Clock.schedule_once(lambda _: turns.done.append("soon"), 0.03)
    while not turns():
        pass
    assert turns.done == ["soon"]


def test_after_a_touch_the_next_one_is_looked_for_at_once(turns):
    touch = UnitTestTouch(1, 1)
    Window.dispatch("on_motion", "begin", touch)
    assert turns() == turns() == []
