"""Weather on the car's screen: now, the next hours and days, and what it means for the road."""

import math
import time
from collections.abc import Callable
from dataclasses import astuple
from datetime import timedelta
from typing import Any, Final

from carservices.app import (
    App,
    CarError,
    Colour,
    HttpError,
    Icon,
    ListTemplate,
    MessageTemplate,
    Notification,
    PaneTemplate,
    PermissionMissing,
    Row,
    StorageError,
    Tab,
    TabTemplate,
    Template,
)
from forecast.openmeteo import Forecast, address, parse
from forecast.pace import Asked, due
from forecast.risks import RISKS, Level, coming
from forecast.sky import sky
from forecast.words import Words

LATITUDE: Final = "Vehicle.CurrentLocation.Latitude"
LONGITUDE: Final = "Vehicle.CurrentLocation.Longitude"
TICK: Final = 20.0
HOURS_SHOWN: Final = 12
AHEAD: Final = 6 * 3600.0
"""How far the road's risks look."""
WARN_AHEAD: Final = 2 * 3600.0
SAY_AGAIN: Final = 6 * 3600.0
COLOURS: Final[dict[Level, Colour]] = {Level.NONE: "green", Level.CARE: "yellow", Level.DANGER: "red"}
clock = time.time


class Weather(App):
    rate = 0.2
    tab: str = "now"
    forecast: Forecast | None = None
    at: float = 0.0
    """When the forecast came, Unix time in s."""
    asked: Asked | None = None
    trouble: str = ""
    told: tuple[float, float] = (0.0, 0.0)
    """Of which hour of which forecast navigation knows the wind."""

    def on_start(self) -> None:
        self.said: dict[str, float] = {}
        self.load()
        self.car.watch((LATITUDE, LONGITUDE), lambda _: self.tick())
        self.every(TICK, self.tick)

    async def on_foreground(self) -> None:
        await self.tick()

    # -- getting it --------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """What was known last."""
        try:
            if "asked" in self.storage:
                self.asked = Asked(*self.storage["asked"])
            if "last" in self.storage:
                last = self.storage["last"]
                self.forecast, self.at = parse(last["answer"]), float(last["at"])
        except (KeyError, TypeError, ValueError) as error:
            self.log.warning("what was kept cannot be used: %s", error)

    def keep(self, name: str, value: Any) -> None:
        try:
            self.storage[name] = value
        except (StorageError, ValueError) as error:  # a full disk; numbers that JSON has not
            self.log.warning("%s is not kept: %s", name, error)

    def place(self) -> tuple[float, float] | None:
        latitude, longitude = self.car.signal(LATITUDE, float), self.car.signal(LONGITUDE, float)
        if not (latitude.available and longitude.available):
            return None
        return latitude.value or 0.0, longitude.value or 0.0

    async def tick(self) -> None:
        place, now = self.place(), clock()
        if place is not None and due(self.asked, now, *place):
            self.asked = Asked(now, *place)
            await self.ask(*place)
        self.warn()
        await self.tell(now)

    async def tell(self, now: float) -> None:
        """The wind of this hour to navigation, whose trips take more or less energy by it."""
        hour = self.forecast.hour(now) if self.forecast else None
        if hour is None or hour.wind is None or hour.wind_from is None or self.told == (hour.at, self.at):
            return
        self.told = hour.at, self.at
        try:
            wind = {"speed_ms": hour.wind / 3.6, "comes_from": hour.wind_from}
            await self.car.call("navigation", "tell_wind", {"wind": wind})
        except CarError as error:
            self.log.info("navigation does not take the wind: %s", error)

    async def ask(self, latitude: float, longitude: float) -> None:
        try:
            answer = await self.http.get(address(latitude, longitude))
            if not answer.ok:
                raise HttpError(f"api.open-meteo.com answers {answer.status}")
            body = answer.json()
            self.forecast = parse(body)
        except (HttpError, PermissionMissing, ValueError) as error:
            self.trouble = self.t("no_answer")
            self.log.warning("no forecast: %s", error)
            return
        self.trouble = ""
        self.asked = Asked(clock(), latitude, longitude, answered=True)
        self.at = clock()
        self.keep("asked", astuple(self.asked))
        self.keep("last", {"answer": body, "at": self.at})

    def warn(self) -> None:
        """Say each danger of the next hours once, and again when it still is one long after."""
        now = clock()
        hours = self.forecast.between(now, now + WARN_AHEAD) if self.forecast else []
        for risk in RISKS:
            level, hour = coming(risk, hours)
            recently = abs(now - self.said.get(risk.key, -math.inf)) < SAY_AGAIN
            if level < Level.DANGER or hour is None or recently or not self.settings["warn"]:
                continue
            self.said[risk.key] = now
            title = self.t(f"risk.{risk.key}.title")
            text = self.t("from", time=self.words().time(max(now, hour.at)), what=self.t(f"risk.{risk.key}.danger"))
            self.notify(Notification(title, text, id=risk.key, level="warning", icon=Icon(risk.icon, "red")))

    # -- views -------------------------------------------------------------------------------------------------------

    def view(self) -> Template:
        forecast = self.forecast
        if forecast is None:
            return self.nothing()
        views: dict[str, Callable[[Forecast, float], Any]] = {
            "now": self.now,
            "hours": self.hours,
            "days": self.days,
            "road": self.road,
        }
        icons = {"now": "partly_cloudy_day", "hours": "schedule", "days": "calendar_month", "road": "add_road"}
        tabs = [Tab(key, self.t(f"tab.{key}"), Icon(icons[key])) for key in views]
        return TabTemplate(tabs, self.tab, views[self.tab](forecast, clock()), self.select)

    def select(self, tab: str) -> None:
        self.tab = tab

    def nothing(self) -> Template:
        denied = self.car[LATITUDE].denied or self.car[LONGITUDE].denied
        if denied is not None:
            text = self.t("no_permission")
        elif self.place() is None:
            text = self.t("no_place")
        else:
            text = self.trouble or self.t("asking")
        return MessageTemplate(self.t("title"), text, icon=Icon("cloud_off"))

    def words(self) -> Words:
        return Words(self.t, self.context, self.forecast.utc_offset if self.forecast else timedelta())

    def now(self, forecast: Forecast, now: float) -> Template:
        words, hour = self.words(), forecast.hour(now)
        level, text = self.worst(forecast, now)
        felt = self.t("felt", temperature=words.temperature(hour.felt if hour else None))
        old = " · ".join(filter(None, (felt, words.age(self.at, now), self.trouble)))
        icon = Icon(sky(hour.code if hour else None)[1])
        rows = [
            Row(self.t("tab.now"), words.sky(hour), old, image=icon),
            Row(self.t("wind"), words.wind(hour), image=Icon("air")),
            Row(self.t("tab.road"), text, image=Icon("add_road", COLOURS[level])),
            Row(self.t("range.title"), *words.reach(hour), image=Icon("battery_horiz_050")),
        ]
        return PaneTemplate(self.t("title"), rows)

    def worst(self, forecast: Forecast, now: float) -> tuple[Level, str]:
        """The greatest risk of the next hours in a sentence."""
        found = [(*coming(risk, forecast.between(now, now + AHEAD)), risk) for risk in RISKS]
        level, hour, risk = max(found, key=lambda one: one[0])
        if hour is None:
            return level, self.t("risk.none")
        what = self.t(f"risk.{risk.key}.{level.name.lower()}")
        return level, self.t("from", time=self.words().time(max(now, hour.at)), what=what)

    def hours(self, forecast: Forecast, now: float) -> Template:
        words, rows = self.words(), []
        for ahead in range(1, HOURS_SHOWN + 1):
            hour = forecast.hour(now + ahead * 3600)
            text = f"{words.time(hour.at)} · {words.sky(hour)}" if hour else "–"
            icon = Icon(sky(hour.code if hour else None)[1])
            rows.append(Row(self.t("in_hours", n=ahead), text, words.wind(hour), image=icon))
        return ListTemplate(self.t("title"), rows)

    def days(self, forecast: Forecast, now: float) -> Template:
        words, rows = self.words(), []
        today = words.local(now).date()
        for day in forecast.days:
            if day.day >= today:
                key, icon = sky(day.code)
                text = f"{words.temperature(day.low)} – {words.temperature(day.high)} · {self.t(f'sky.{key}')}"
                rows.append(Row(words.day(day.day, today), text, words.wind(day), image=Icon(icon)))
        return ListTemplate(self.t("title"), rows, empty=self.t("no_answer"))

    def road(self, forecast: Forecast, now: float) -> Template:
        """Always the same rows, so that a change is no step of the task."""
        words, rows = self.words(), []
        for risk in RISKS:
            level, hour = coming(risk, forecast.between(now, now + AHEAD))
            text, more = self.t("risk.none"), ""
            if hour is not None:
                text = self.t(f"risk.{risk.key}.{level.name.lower()}")
                more = self.t("at", time=words.time(max(now, hour.at)))
            rows.append(Row(self.t(f"risk.{risk.key}.title"), text, more, image=Icon(risk.icon, COLOURS[level])))
        return ListTemplate(self.t("title"), rows)
