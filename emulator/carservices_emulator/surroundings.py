"""The person at the wheel and the traffic around, as the car's cameras and radars see them."""

from dataclasses import dataclass


@dataclass(slots=True)
class Person:
    """Attention (percentages), hands, lane, and the gaps in m to whoever is ahead and behind."""

    eyes_on_road: bool = True
    hands_on_wheel: bool = True
    fatigue: float = 8.0
    distraction: float = 5.0
    drifting: bool = False
    gap_ahead: float = 120.0
    gap_behind: float = 20.0
