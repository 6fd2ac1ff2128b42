"""Body: doors, windows, tailgate, lights, wipers, seats, mirrors, and the motors that move them."""

from dataclasses import dataclass, field

from carservices_emulator.weather import Weather

SEATS = ("Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide")
WINDOW_SPEED = 28.0
"""% per s: a window needs three to four seconds."""
TAILGATE_TIME = 4.0
DARK, BRIGHT = 25.0, 35.0
"""% of daylight between which the light sensor switches, with hysteresis."""
AUTO_LOCK = 10.0 / 3.6
"""m/s from which the doors lock themselves."""
SEAT_TRAVEL = 25.0
"""mm/s of a powered seat rail."""
RAIN_STEPS = ((60.0, "FAST"), (30.0, "MEDIUM"), (10.0, "SLOW"), (2.0, "INTERVAL"))
"""% of rain from which the rain sensor asks for a wiper speed, at the middle sensitivity."""
SENSITIVITY = 1.5
"""Factor on these thresholds between two of the six settings of the intensity (VSS: also the rain sensor's)."""
MIDDLE = 2
WIPER_POWER = {"OFF": 0.0, "INTERVAL": 15.0, "SLOW": 45.0, "MEDIUM": 60.0, "FAST": 80.0}
"""W of the front wiper's motor."""
REAR_WIPER = 0.5
"""Share of that which the smaller motor at the rear takes."""
LIGHT_POWER = {"low": 40.0, "high": 40.0, "running": 0.0, "parking": 10.0, "fog_front": 30.0, "fog_rear": 6.0}
"""W of a pair of LED lamps; the daytime running light is part of the base load."""
HEATER_POWER = {"seat": 60.0, "wheel": 50.0, "mirror": 15.0, "windscreen": 400.0, "rear_window": 200.0}
"""W on the 12 V side at full power."""


@dataclass(slots=True)
class Door:
    """One door with its window (0 closed, 100 open), which moves only while it knows its end stops."""

    open: bool = False
    locked: bool = False
    child_lock: bool = False
    window: float = 0.0
    window_target: float = 0.0
    referenced: bool = True


@dataclass(slots=True)
class Seat:
    """One seat; ``heat`` in % (negative cools), positions in mm, ``recline`` in degrees."""

    heat: int = 0
    belted: bool = False
    occupied: bool = False
    position: float = 300.0
    position_target: float = 300.0
    height: float = 60.0
    height_target: float = 60.0
    recline: float = 18.0


@dataclass(slots=True)
class Lights:
    """Lamps; ``switch`` AUTO, BEAM, POSITION and DAYTIME_RUNNING_LIGHTS drive the beams."""

    switch: str = "AUTO"
    low: bool = False
    high: bool = False
    running: bool = False
    parking: bool = False
    backup: bool = False
    brake: str = "INACTIVE"
    fog_front: bool = False
    fog_rear: bool = False
    hazard: bool = False
    left: bool = False
    right: bool = False
    low_defect: bool = False
    dark: bool = False

    def step(self, weather: Weather, *, on: bool, reverse: bool) -> None:
        """Follow switch and light sensor."""
        self.dark = weather.light < (BRIGHT if self.dark else DARK) or weather.rain > 40.0
        beam = self.switch == "BEAM" or (self.switch == "AUTO" and self.dark)
        self.low = on and beam and not self.low_defect
        self.high = self.high and self.low
        self.running = on and not beam and self.switch in ("AUTO", "DAYTIME_RUNNING_LIGHTS")
        self.parking = self.switch == "POSITION" or (on and beam)
        self.backup = on and reverse
        self.fog_front = self.fog_front and self.parking
        self.fog_rear = self.fog_rear and self.parking


@dataclass(slots=True)
class Mirror:
    folded: bool = False
    heating: bool = False


class Body:
    """Everything that opens, shines, wipes or warms."""

    def __init__(self) -> None:
        self.doors = {name: Door() for name in SEATS}
        self.seats = {name: Seat() for name in SEATS}
        self.lights = Lights()
        self.mirrors = {"DriverSide": Mirror(), "PassengerSide": Mirror()}
        self.window_lock = False
        self.hood = False
        self.tailgate = False
        self.tailgate_locked = False
        self.horn = False
        self.windscreen_heating = False
        self.washer = 100.0
        self.wiper_mode = "RAIN_SENSOR"
        self.wiper_intensity = MIDDLE
        self.rear_wiper = "OFF"
        self.wheel_heat = 0
        self.sunroof = 0
        self.wiping = self.rear_wiping = "OFF"
        """The speeds the wipers run at now."""
        self._tailgate_wanted = False
        self._tailgate_timer = 0.0

    @property
    def occupants(self) -> int:
        return sum(seat.occupied for seat in self.seats.values())

    @property
    def openness(self) -> float:
        """Share of the cabin that is open: a window counts 0.25 at its widest, a door a half, at most 1."""
        doors = sum(0.5 if door.open else 0.0025 * door.window for door in self.doors.values())
        return min(1.0, doors + (0.5 if self.tailgate else 0.0))

    @property
    def moving(self) -> bool:
        """Whether a motor still runs."""
        return (
            any(door.referenced and door.window != door.window_target for door in self.doors.values())
            or any(s.position != s.position_target or s.height != s.height_target for s in self.seats.values())
            or self._tailgate_timer > 0.0
        )

    def set_tailgate(self, wanted: bool) -> None:
        """Start the powered tailgate; it is open as soon as it leaves the lock, closed when it is down."""
        self._tailgate_wanted = wanted
        if wanted:
            self.tailgate = True
            self._tailgate_timer = 0.0
        elif self.tailgate:
            self._tailgate_timer = TAILGATE_TIME

    def lock(self, wanted: bool) -> None:
        """All doors and the tailgate at once (central locking)."""
        for door in self.doors.values():
            door.locked = wanted and not door.open
        self.tailgate_locked = wanted and not self.tailgate

    def step(self, dt: float, weather: Weather, *, on: bool, reverse: bool) -> None:
        """Advance every motor and every automatism by ``dt`` s."""
        for door in self.doors.values():
            if door.referenced and door.window != door.window_target:
                door.window = approach(door.window, door.window_target, WINDOW_SPEED * dt)
        for seat in self.seats.values():
            seat.position = approach(seat.position, seat.position_target, SEAT_TRAVEL * dt)
            seat.height = approach(seat.height, seat.height_target, SEAT_TRAVEL * dt)
        if self._tailgate_timer > 0.0:
            self._tailgate_timer -= dt
            if self._tailgate_timer <= 0.0:
                self.tailgate = False
        self.lights.step(weather, on=on, reverse=reverse)
        self.wiping = self._wiping(self.wiper_mode, weather.rain) if on else "OFF"
        self.rear_wiping = self._wiping(self.rear_wiper, weather.rain) if on else "OFF"
        if self.wiping != "OFF":
            self.washer = max(0.0, self.washer - 1e-3 * dt)

    def _wiping(self, mode: str, rain: float) -> str:
        if mode != "RAIN_SENSOR":
            return mode
        felt = rain * SENSITIVITY ** (self.wiper_intensity - MIDDLE)
        return next((speed for threshold, speed in RAIN_STEPS if felt >= threshold), "OFF")

    def load(self, *, on: bool, rear_window: bool) -> float:
        """W on the 12 V side; with the car off only lamps shine."""
        lights = self.lights
        lamps = sum(power for lamp, power in LIGHT_POWER.items() if getattr(lights, lamp))
        lamps += 12.0 * (lights.hazard or lights.left or lights.right) + 15.0 * (lights.brake == "ACTIVE")
        if not on:
            return lamps
        seats = sum(abs(seat.heat) for seat in self.seats.values()) / 100.0 * HEATER_POWER["seat"]
        heaters = (
            abs(self.wheel_heat) / 100.0 * HEATER_POWER["wheel"]
            + HEATER_POWER["mirror"] * sum(mirror.heating for mirror in self.mirrors.values())
            + HEATER_POWER["windscreen"] * self.windscreen_heating
            + HEATER_POWER["rear_window"] * rear_window
        )
        return lamps + seats + heaters + WIPER_POWER[self.wiping] + REAR_WIPER * WIPER_POWER[self.rear_wiping]


def approach(value: float, target: float, step: float) -> float:
    """``value`` moved towards ``target`` by at most ``step``."""
    if value < target:
        return min(target, value + step)
    return max(target, value - step)


@dataclass(slots=True)
class Ambience:
    """Cabin lights of one side."""

    on: bool = True
    intensity: int = 40
    color: str = "#3FA9F5"


@dataclass(slots=True)
class Cabin:
    """Lights inside."""

    dome: bool = False
    ambience: dict[str, Ambience] = field(
        default_factory=lambda: {"Row1.DriverSide": Ambience(), "Row1.PassengerSide": Ambience()}
    )
