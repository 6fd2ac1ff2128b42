"""How much of its range an electric car has left at a temperature, as a rule of thumb."""

from typing import Final

POINTS: Final = ((-6.7, 0.59), (23.9, 1.0), (35.0, 0.83))
"""°C and share of the range at 23.9 °C, with heating and air conditioning, mean of five cars.

Source: AAA, Electric Vehicle Range Testing, 2019 (20 °F: −41 %, 95 °F: −17 %). In between it is taken as linear, and
beyond as at the last point: what was not measured is not made worse.
"""


def share(temperature: float) -> float:
    """The share of the best range that is left at this temperature in °C."""
    below = [point for point in POINTS if point[0] <= temperature]
    above = [point for point in POINTS if point[0] > temperature]
    if not below or not above:
        return (POINTS[0] if not below else POINTS[-1])[1]
    (t0, s0), (t1, s1) = below[-1], above[0]
    return s0 + (s1 - s0) * (temperature - t0) / (t1 - t0)
