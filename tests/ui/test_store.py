"""The store: latest value wins, one callback per key and frame, thread-safe, unbindable as a whole."""

from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from carservices.signals import Status, Value
from carservices_ui.planning import Asking
from carservices_ui.store import Outcome, Store

SPEED = "Vehicle.Speed"


def test_only_the_latest_value_of_a_frame_is_handed_out():
    store, seen = Store(), []
    store.bind(SPEED, seen.append)
    for speed in range(5):
        store.put(Value(SPEED, speed, 0))
    store.drain()
    store.drain()
    assert seen == [None, 4]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers())) | st.just("drain")))
def test_it_ends_with_the_latest_of_each_signal(events):
    store, latest = Store(), {}
    seen = {}
    for path in "abc":
        store.bind(path, lambda value, path=path: seen.__setitem__(path, value))
    for event in events:
        if event == "drain":
            store.drain()
        else:
            path, number = event
            latest[path] = number
            store.put(Value(path, number, 0, Status.UNAVAILABLE if number is None else Status.AVAILABLE))
    store.drain()
    assert {path: store.get(path) for path in "abc"} == seen == {path: latest.get(path) for path in "abc"}


def test_values_that_cannot_be_trusted_are_nothing():
    store = Store()
    store.put(Value(SPEED, 50, 0, Status.ERROR))
    store.drain()
    assert store.get(SPEED) is None
    assert store.value(SPEED).status is Status.ERROR


def test_it_wakes_the_frame_from_any_thread():
    store, woken = Store(), []
    store.wake = lambda: woken.append(True)
    threads = [Thread(target=store.put, args=(Value(f"Vehicle.S{n}", n, 0),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.drain()
    assert woken
    assert [store.get(f"Vehicle.S{n}") for n in range(20)] == list(range(20))


def test_what_was_bound_in_a_recording_can_be_dropped_at_once():
    store, kept, dropped = Store(), [], []
    store.bind(SPEED, kept.append)
    with store.recording() as bindings:
        store.bind(SPEED, dropped.append)
        store.bind_stream("driving.state", dropped.append)
        store.bind_link(dropped.append)
    for unbind in bindings:
        unbind()
    store.put(Value(SPEED, 1, 0))
    store.put_stream("driving.state", "x")
    store.put_link(True)
    store.drain()
    assert kept == [None, 1]
    assert dropped == [None, None, False]


def test_a_callback_may_bind_and_unbind():
    store, seen = Store(), []

    def once(value):
        if value is not None:
            unbind()
            store.bind(SPEED, seen.append)

    unbind = store.bind(SPEED, once)
    store.put(Value(SPEED, 1, 0))
    store.drain()
    store.put(Value(SPEED, 2, 0))
    store.drain()
    assert seen == [1, 2]


def test_without_a_car_sets_and_calls_are_refused():
    store, outcomes = Store(), []
    store.set(SPEED, 1, outcomes.append)
    store.call(object, "reset", outcomes.append)
    assert outcomes == [Outcome(False)] * 2


def test_outcomes_come_with_a_frame():
    class Backend:
        def set(self, path, value, on_outcome):
            on_outcome(Outcome(True))

    store, outcomes = Store(), []
    store.backend = Backend()
    store.set(SPEED, 1, outcomes.append)
    assert outcomes == []
    store.drain()
    assert outcomes == [Outcome(True)]


def test_what_a_screen_asked_is_answered_to_nobody_once_it_is_left():
    class Backend:
        def call(self, contract, method, arguments, on_outcome):
            calls.append(on_outcome)

    store, calls, told = Store(), [], []
    store.backend = Backend()
    with store.recording() as bindings:
        left = Asking(store, "places", lambda: told.append(left.answer))
    stays = Asking(store, "places", lambda: told.append(stays.answer))
    for asking in (left, stays):
        asking.ask()
    for unbind in bindings:
        unbind()
    for answer in calls:
        answer(Outcome(True, "here"))
    store.drain()
    assert told == [None, None, "here"]
