"""How a notification looks and reads: colour by priority, icon by topic, words in the driver's language and units."""

from collections.abc import Callable

from kivy.metrics import dp

from carservices.api.diagnostics import Diagnostics
from carservices.api.notifications import Message, Notification, Notifications, Priority, Quantity, Topic
from carservices_ui.i18n import language, number, t
from carservices_ui.store import Outcome, Store
from carservices_ui.ui import Ui
from carservices_ui.units import duration
from carservices_ui.widgets import TextButton

ACTIVE, CURRENT = f"{Notifications.name}.active", f"{Notifications.name}.current"
"""Streams."""

TONES = {Priority.CRITICAL: "alert", Priority.HIGH: "heat", Priority.NORMAL: "accent", Priority.LOW: "text2"}

ICONS = {
    Topic.BATTERY: "battery_alert",
    Topic.BRAKES: "car_repair",
    Topic.CHARGING: "ev_station",
    Topic.DOORS: "door_open",
    Topic.DRIVER: "person",
    Topic.LIGHTS: "lightbulb",
    Topic.SAFETY: "airline_seat_recline_normal",
    Topic.SERVICE: "build",
    Topic.SYSTEM: "info",
    Topic.TYRES: "tire_repair",
    Topic.WEATHER: "ac_unit",
}

SHOWN_AS = {"km": "distance", "m": "distance", "kPa": "pressure", "Celsius": "temperature", "km/h": "speed"}
"""Unit of a quantity in a notification → the quantity whose unit the driver chose."""

LEADS_TO = {Diagnostics.name: "health"}
"""Poster → the screen that has what its notifications are about, under the name they give it."""

SNOOZE_MINUTES = 30.0
BUTTON = 192
"""dp of the words on one of two buttons."""


def say(ui: Ui, notification: Notification) -> Message:
    """Title and sentence, cut to what may be read now."""
    message = notification.say(language(), lambda quantity: say_quantity(ui, quantity))
    return Message(title=ui.restrictions.text(message.title), text=ui.restrictions.text(message.text))


def say_quantity(ui: Ui, quantity: Quantity) -> str:
    """In the driver's units: ``230 km``, ``1.9 bar``, ``7 %``, ``11.4 V``."""
    name = SHOWN_AS.get(quantity.unit)
    if name == "distance":
        return ui.units.text(name, quantity.value * (1000 if quantity.unit == "km" else 1))
    if name:
        return ui.units.text(name, quantity.value)
    digits = 0 if quantity.value == round(quantity.value) else 1
    return f"{number(quantity.value, digits)} {'%' if quantity.unit == 'percent' else quantity.unit}"


def buttons(ui: Ui, notification: Notification) -> list[TextButton]:
    """Its own, as far as they may be used now."""
    parked = not ui.restrictions.flags
    made = []
    for action in notification.actions:
        if parked or not action.parked_only:
            button = TextButton(ui.restrictions.text(action.title(language())))
            button.label.relimit(dp(BUTTON))
            button.bind(on_release=lambda *_, action=action: act(ui, notification.id, action.id))
            made.append(button)
    return made


def act(ui: Ui, notification: str, action: int) -> None:
    """A button of a notification was tapped."""
    ui.store.call(Notifications, "act", ui.ended, notification=notification, action=action)


def leads(notification: Notification) -> bool:
    """Whether there is a screen for what it is about."""
    return bool(notification.about) and notification.poster in LEADS_TO


def follow(ui: Ui, notification: Notification) -> None:
    """Go to what it is about."""
    screen = LEADS_TO[notification.poster]
    ui.places[screen] = notification.about
    ui.show(screen)


def age(notification: Notification, now: float) -> str:
    """``now``, ``12 min``, ``1 h 05``; ``now`` is Unix time in s."""
    seconds = now - notification.since
    return t("notifications.now") if seconds < 60 else duration(seconds)


def dismiss(ui: Ui, notification: str) -> None:
    """Hide it until its cause comes again."""
    ui.store.call(Notifications, "dismiss", ui.ended, notification=notification)


def snooze(ui: Ui, notification: str) -> None:
    """Hide it for a while."""

    def ended(outcome: Outcome) -> None:
        ui.ended(outcome)
        if outcome.ok:
            ui.tell(t("notifications.snoozed", minutes=f"{SNOOZE_MINUTES:g}"), "bedtime", "accent")

    ui.store.call(Notifications, "snooze", ended, notification=notification, minutes=SNOOZE_MINUTES)


def bind_count(store: Store, callback: Callable[[int], None]) -> None:
    """Call back with how many are in force, now and with each change; none while the service is away."""
    store.bind_stream(ACTIVE, lambda board: callback(len(board.notifications) if board else 0))
