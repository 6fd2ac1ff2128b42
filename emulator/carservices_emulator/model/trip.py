"""Odometer, trip meter, averages, service interval and the range that is left."""

from carservices_emulator.profile import Profile

SERVICE_INTERVAL = 30_000e3
SERVICE_TIME = 2.0 * 365.0 * 86400.0
"""m and s between two services (makers' plans for these cars: 30 000 km or two years)."""
WINDOW = 20e3
"""m over which the consumption behind the range estimate is averaged."""


class TripComputer:
    """Counts distance and energy."""

    def __init__(self, profile: Profile, odometer: float) -> None:
        self.odometer = odometer
        self.since_start = 0.0
        self.meter_start = odometer
        self.duration = 0.0
        self.driving = 0.0
        self.service_at = (odometer // SERVICE_INTERVAL + 1) * SERVICE_INTERVAL
        self.service_time = SERVICE_TIME * (1.0 - odometer % SERVICE_INTERVAL / SERVICE_INTERVAL)
        self.consumption = profile.battery.usable * 3.6e6 / (profile.official.range * 1e3)
        """J/m, starting from the certificate."""

    @property
    def meter(self) -> float:
        return self.odometer - self.meter_start

    @property
    def service_due(self) -> bool:
        return self.odometer >= self.service_at or self.service_time <= 0.0

    @property
    def average_speed(self) -> float:
        """m/s over the time the car was on the move since the start."""
        return self.since_start / self.driving if self.driving else 0.0

    def reset(self, meter: float = 0.0) -> None:
        """Set the trip meter to ``meter`` m."""
        self.meter_start = self.odometer - meter

    def start(self) -> None:
        """A new journey."""
        self.since_start = self.duration = self.driving = 0.0

    def step(self, dt: float, distance: float, energy: float) -> None:
        """Count ``distance`` m and ``energy`` J from the battery over ``dt`` s."""
        distance = abs(distance)
        self.odometer += distance
        self.since_start += distance
        self.duration += dt
        self.service_time -= dt
        if distance:
            self.driving += dt
            share = distance / WINDOW
            self.consumption += energy / WINDOW - self.consumption * share
            self.consumption = max(200.0, self.consumption)

    def range(self, energy: float) -> float:
        """m that ``energy`` J in the battery will take the car."""
        return energy / self.consumption
