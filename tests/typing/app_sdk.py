"""What type checkers see of the SDK; checked by mypy and pyright, never run."""

from pathlib import Path
from typing import Any, assert_type

from PIL import Image as Pillow

from carservices.api.energy import Energy, Trip
from carservices.app import (
    App,
    Context,
    Image,
    ListTemplate,
    PaneTemplate,
    Response,
    Row,
    Screen,
    Sent,
    Signal,
    SignalSet,
    Sound,
    Spoken,
    Template,
    Timer,
)
from carservices.signals.value import Value


class Details(Screen):
    def view(self) -> PaneTemplate:
        return PaneTemplate("Details", [Row("a")])


class Typed(App):
    async def on_start(self) -> None:
        assert_type(self.every(1.0, self.refresh), Timer)
        assert_type(await self.spawn(self.number()), int)
        assert_type(await self.http.get("https://example.org"), Response)
        assert_type(await self.car.get("Vehicle.Speed"), Value)
        sent = await self.car.set("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 68.0, "Fahrenheit")
        assert_type(sent, Sent)
        assert_type(await sent.confirmed(), Value)
        energy = self.car.service(Energy)
        assert_type(energy, Energy)
        assert_type(await energy.reset(), None)
        assert_type(await energy.trip.last(), Trip | None)
        assert_type(await self.car.provide("Vehicle.Exterior.AirTemperature", -3.5), None)
        assert_type(await self.start_navigation(), None)
        assert_type(await self.audio.play("music:a.flac", 3.0), None)
        assert_type(await self.speech.say("One.", "en"), int)
        assert_type(await self.image_of(b""), Image)

    async def number(self) -> int:
        return 3

    def view(self) -> Template:
        assert_type(self.car["Vehicle.Speed"], Signal[Any])
        assert_type(self.car.signal("Vehicle.Speed", float).value, float | None)
        assert_type(self.car.signal("Vehicle.Speed", float).as_("mph"), float | None)
        assert_type(self.car.signal("Vehicle.VehicleIdentification.VIN", str).value, str | None)
        assert_type(self.car["Vehicle.Speed"].text("mph", 1), str)
        assert_type(self.car.all("Vehicle.Chassis.**"), SignalSet)
        assert_type(self.car.tyres(), list[tuple[str, Signal[Any]]])
        assert_type(self.car.state(Energy.trip), Trip | None)
        assert_type(self.image("icon.png"), Image)
        assert_type(self.image(Pillow.new("RGB", (2, 2))), Image)
        assert_type(self.audio.state, Sound)
        assert_type(self.speech.state, Spoken)
        assert_type(self.context, Context)
        assert_type(self.files, Path)
        assert_type(self.t("hello", n=3), str)
        return ListTemplate("Typed", [Row("Speed", on_click=lambda: self.push(Details()))])
