"""The notifications service on the bus: raised by signals, posted by others, hidden by people."""

import pytest

from carservices.api.notifications import Message, Notice, Notifications, Priority, Quantity
from carservices.bus import CallError
from carservices.hal.virtual import VirtualHal
from carservices.services.driving.service import GEAR, SPEED, DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.signals import Catalogue
from carservices.testing import car

PARK, DRIVE = 126, 127
PRESSURE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
DOOR = "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"
WASHER = "Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow"
LOW_TYRE = "tyre_low.wheel_row1_left"
ROUTE = Notice(
    id="navigation.traffic",
    priority=Priority.HIGH,
    texts={"en": Message(title="Traffic", text="{delay} later"), "de": Message(title="Stau", text="{delay} später")},
    parameters={"delay": Quantity(value=12, unit="min")},
)


@pytest.fixture(autouse=True)
def state_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSERVICES_STATE_DIR", str(tmp_path))
    return tmp_path


def hal(**values):
    known = Catalogue.default()
    signals = {GEAR: PARK, SPEED: 0.0, PRESSURE: 250, DOOR: False, WASHER: False} | values
    rates = {SPEED: {"min_rate": 1, "max_rate": 50}}
    return VirtualHal.of(*(known.config(path, **rates.get(path, {})) for path in signals), values=signals)


def showing(*ids):
    return lambda board: [notification.id for notification in board.notifications] == list(ids)


def current(name):
    return lambda state: (state.notification.id if state.notification else None) == name


async def test_a_signal_raises_and_ends_a_notification():
    virtual = hal()
    async with car(virtual, [NotificationsService]) as c:
        service = c.service(Notifications)
        await virtual.inject(PRESSURE, 180)
        board = await c.until_state(service.active, showing(LOW_TYRE))
        assert board.notifications[0].say("de").text == "Der Reifen vorne links hat 180 kPa. Prüfen Sie ihn bald."
        await virtual.inject(PRESSURE, 250)
        await c.until_state(service.active, showing())


async def test_the_most_important_one_is_current_while_driving_and_small_ones_wait():
    virtual = hal(**{GEAR: DRIVE, SPEED: 30.0, WASHER: True})
    async with car(virtual, [DrivingService, NotificationsService]) as c:
        service = c.service(Notifications)
        await c.until_state(service.active, showing("washer_fluid"))
        await c.until_state(service.current, current(None))
        await virtual.inject(PRESSURE, 180)
        await c.until_state(service.current, current(LOW_TYRE))
        await virtual.inject(DOOR, True)
        await c.until_state(service.current, current("door_open.door_row1_driver"))
        board = await c.until_state(service.active, lambda b: len(b.notifications) == 3)
        assert board.driving
        await virtual.inject(SPEED, 0.0)
        await virtual.inject(GEAR, PARK)
        await c.until_state(service.active, lambda b: not b.driving and len(b.notifications) == 2)


async def test_dismissed_stays_hidden_over_a_restart_until_the_cause_comes_again():
    virtual = hal(**{PRESSURE: 180})
    async with car(virtual, [NotificationsService]) as c:
        service = c.service(Notifications)
        await c.until_state(service.active, showing(LOW_TYRE))
        await service.dismiss(LOW_TYRE)
        await c.until_state(service.active, showing())
        await c.kill_service("notifications")
        await c.start_service(NotificationsService)
        await virtual.inject(WASHER, True)
        await c.until_state(service.active, showing("washer_fluid"))
        await virtual.inject(PRESSURE, 250)
        await virtual.inject(PRESSURE, 170)
        await c.until_state(service.active, showing(LOW_TYRE, "washer_fluid"))


async def test_snoozed_is_hidden():
    async with car(hal(**{PRESSURE: 180}), [NotificationsService]) as c:
        service = c.service(Notifications)
        await c.until_state(service.active, showing(LOW_TYRE))
        await service.snooze(LOW_TYRE, minutes=30)
        await c.until_state(service.active, showing())


async def test_snooze_ends_by_itself():
    async with car(hal(**{PRESSURE: 180}), [NotificationsService]) as c:
        service = c.service(Notifications)
        await c.until_state(service.active, showing(LOW_TYRE))
        await service.snooze(LOW_TYRE, minutes=0.001)
        await c.until_state(service.active, showing(LOW_TYRE))


async def test_posts_of_others():
    async with car(hal(), [NotificationsService]) as c:
        service = c.service(Notifications)
        await service.post(ROUTE)
        board = await c.until_state(service.active, showing(ROUTE.id))
        assert board.notifications[0].say("de").text == "12 min später"
        await service.post(ROUTE.model_copy(update={"parameters": {"delay": Quantity(value=20, unit="min")}}))
        await c.until_state(service.active, lambda b: b.notifications[0].say().text == "20 min later")
        await service.retract(ROUTE.id)
        await c.until_state(service.active, showing())


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("dismiss", {"notification": "nothing"}, "NOT_FOUND"),
        ("snooze", {"notification": "nothing"}, "NOT_FOUND"),
        ("snooze", {"notification": LOW_TYRE, "minutes": 0}, "INVALID_ARGUMENT"),
        ("retract", {"notification": LOW_TYRE}, "NOT_FOUND"),
        ("post", {"notice": ROUTE.model_copy(update={"id": LOW_TYRE})}, "INVALID_ARGUMENT"),
    ],
)
async def test_refused_calls(method, arguments, code):
    async with car(hal(**{PRESSURE: 180}), [NotificationsService]) as c:
        service = c.service(Notifications)
        await c.until_state(service.active, showing(LOW_TYRE))
        with pytest.raises(CallError) as caught:
            await getattr(service, method)(**arguments)
        assert caught.value.code == code


async def test_a_dead_hal_is_told():
    async with car(hal(), [NotificationsService]) as c:
        service = c.service(Notifications)
        await c.until(GEAR, PARK)
        await c.until(SPEED, 0.0)
        await c.until_state(service.current, current(None))
        await c.kill_hal("virtual")
        await c.until_state(service.current, current("car_lost"))
