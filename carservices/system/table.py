"""The process table: what the car consists of, when each part runs, and what it may do on the bus."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from carservices.bus.identity import EVERYTHING, Grants
from carservices.system.settings import settings_file
from carservices.system.spec import (
    CRITICAL,
    MODERATE,
    NORMAL,
    ProcessSpec,
    When,
    always,
    check_table,
    developer,
    has_display,
    has_doors,
    on_ignition,
    safe_mode,
)


class Service(NamedTuple):
    """A row of `SERVICES`: what implements it, what it may do on the bus, when it runs and how far it stands back."""

    target: str
    grants: Grants
    when: When = always
    nice: int = 0
    options: Callable[[], Mapping[str, Any]] = dict
    """What the service is made with."""


SERVICES: dict[str, Service] = {
    "driving": Service(
        "carservices.services.driving.service:DrivingService",
        Grants(read=("Vehicle.**",)),
    ),
    "notifications": Service(
        "carservices.services.notifications.service:NotificationsService",
        Grants(read=("Vehicle.**", "driving.*"), call=("apps", "driving")),
    ),
    "audio": Service(
        "carservices.services.audio.service:AudioService",
        Grants(read=("Vehicle.Cabin.Infotainment.Media.Volume",), actuate=("Vehicle.Cabin.Infotainment.Media.Volume",)),
    ),
    "energy": Service(
        "carservices.services.energy.service:EnergyService",
        Grants(read=("Vehicle.**",)),
    ),
    "navigation": Service(
        "carservices.services.navigation.service:NavigationService",
        Grants(
            read=("Vehicle.**",),
            actuate=(
                "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Latitude",
                "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Longitude",
                "Vehicle.Powertrain.TractionBattery.BatteryConditioning.RequestedMode",
            ),
        ),
        when=~safe_mode,
    ),
    "speech": Service(
        "carservices.services.speech.service:SpeechService",
        Grants(read=("audio.state", "navigation.guidance"), call=("audio",)),
        when=~safe_mode,
    ),
    "diagnostics": Service(
        "carservices.services.diagnostics.service:DiagnosticsService",
        Grants(
            read=("Vehicle.**", "driving.*", "notifications.*"),
            call=("notifications",),
            control=("hal.*.ecus", "hal.*.diagnose"),
        ),
    ),
    "apps": Service(
        "carservices.apphost.service:AppsService",
        Grants(
            read=("Vehicle.**", "audio.*", "driving.*", "energy.*", "navigation.*", "notifications.*", "speech.*"),
            actuate=("Vehicle.**",),
            provide=("Vehicle.Exterior.*",),
            call=("apps", "audio", "driving", "energy", "navigation", "notifications", "speech"),
        ),
        when=~safe_mode,
        nice=5,
        options=lambda: {"settings": settings_file()},
    ),
}
"""By bus name."""

DOORS = Grants(read=("Vehicle.**",), actuate=("Vehicle.**",))
"""The most that foreign clients may do; a token's scopes say what each may do of it."""
PILOT = Grants(
    read=("navigation.*",),
    call=("navigation",),
    control=("hal.emulator.status", "hal.emulator.drive_route", "hal.emulator.driver"),
)
SHELL = Grants(read=("**",), actuate=("Vehicle.**",), call=("*",))


def has_router(state_dir: Path) -> bool:
    """Whether the routing engine that runs as a process of its own is installed."""
    return (state_dir / "engines").is_dir() or find_spec("valhalla") is not None


def car_table(
    state_dir: Path,
    hals: Mapping[str, Mapping[str, Any]],
    *,
    must_start: bool = False,
    shell: Mapping[str, Any] | None = None,
    window_ends_car: bool = False,
    doors: Mapping[str, Any] | None = None,
    to: str | None = None,
) -> tuple[ProcessSpec, ...]:
    """A car with these HALs (name → options).

    With ``must_start`` a HAL or a cockpit that cannot start ends the car at once. ``shell`` are further arguments of
    the cockpit; with ``window_ends_car`` closing it ends the car. ``doors`` are options of those for foreign clients.
    ``to``: somebody drives the emulated car to this place, as the navigation says.
    """
    table = (
        ProcessSpec(
            "hub",
            "carservices.hub.main:run_hub",
            watch=CRITICAL,
            critical=True,
            arguments={"state_dir": state_dir},
        ),
        *(
            ProcessSpec(
                f"hal.{name}",
                "carservices.hub.host:run_hal",
                after=("hub",),
                watch=MODERATE,
                must_start=must_start,
                priority=1,
                arguments={"name": name, "options": dict(options)},
            )
            for name, options in hals.items()
        ),
        *(
            ProcessSpec(
                name,
                "carservices.services.runner:run_service",
                after=("hub",),
                watch=MODERATE,
                priority=2,
                nice=service.nice,
                when=service.when,
                arguments={"target": service.target, "options": dict(service.options())},
                grants=service.grants,
            )
            for name, service in SERVICES.items()
        ),
        ProcessSpec(
            "hal.door",
            "carservices_hal.doors.main:run_doors",
            when=has_doors & ~safe_mode,
            after=("hub",),
            watch=MODERATE,
            priority=2,
            arguments={"options": dict(doors or {})},
            grants=DOORS,
        ),
        *(
            [
                ProcessSpec(
                    "router",
                    "carservices.services.navigation.engine.sidecar:run_sidecar",
                    when=~safe_mode,
                    watch=MODERATE,
                    priority=1,
                    nice=2,
                    arguments={"state_dir": state_dir},
                )
            ]
            if has_router(state_dir)
            else []
        ),
        *(
            [
                ProcessSpec(
                    "pilot",
                    "carservices_emulator.pilot:run_pilot",
                    when=~safe_mode,
                    after=("hub",),
                    watch=NORMAL,
                    priority=3,
                    arguments={"to": to},
                    grants=PILOT,
                )
            ]
            if to
            else []
        ),
        ProcessSpec(
            "shell",
            "carservices_ui.shell:main",
            when=on_ignition & has_display,
            watch=NORMAL,
            start="fresh",
            must_start=must_start,
            priority=3,
            clean_end="car" if window_ends_car else "again",
            arguments=shell or {},
            grants=SHELL,
        ),
        ProcessSpec(
            "panel",
            "carservices_ui.panel:main",
            when=developer & has_display & ~safe_mode,
            after=("hub",),
            watch=NORMAL,
            clean_end="rest",
            start="fresh",
            priority=3,
            nice=5,
            grants=EVERYTHING,
        ),
    )
    check_table(table)
    return table
