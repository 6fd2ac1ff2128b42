"""Pedals and steering from keys that are held: they move as fast as feet and hands do, and go back when let go."""

from dataclasses import dataclass, field

ACTIONS = {
    273: "go",
    119: "go",  # W
    274: "brake",
    115: "brake",  # S
    276: "left",
    97: "left",  # A
    275: "right",
    100: "right",  # D
    32: "stop",
}
"""Key codes of kivy's window: arrows, WASD, and the space bar for full braking."""
PRESS, RELEASE = 1.2, 4.0
"""Shares of a pedal per second."""
TURN, RETURN, LOCK = 160.0, 320.0, 180.0
"""Degrees of steering wheel per second, and at most by keys."""


@dataclass
class KeyDriver:
    """Feed it keys and time."""

    held: set[str] = field(default_factory=set)
    accelerator: float = 0.0
    brake: float = 0.0
    steering: float = 0.0

    @property
    def busy(self) -> bool:
        """Whether a key is held or something still goes back."""
        return bool(self.held) or bool(self.accelerator or self.brake or self.steering)

    def key(self, code: int, *, down: bool) -> bool:
        """A key goes down or up; whether it means something here."""
        action = ACTIONS.get(code)
        if action is None:
            return False
        if down:
            self.held.add(action)
        else:
            self.held.discard(action)
        return True

    def release(self) -> None:
        """Let go of all keys."""
        self.held.clear()

    def step(self, seconds: float) -> None:
        """Let time pass."""
        self.accelerator = _toward(self.accelerator, float("go" in self.held), PRESS, RELEASE, seconds)
        wanted = 1.0 if "stop" in self.held else 0.6 * ("brake" in self.held)
        self.brake = 1.0 if "stop" in self.held else _toward(self.brake, wanted, PRESS, RELEASE, seconds)
        side = ("left" in self.held) - ("right" in self.held)
        self.steering = _toward(self.steering, side * LOCK, TURN if side else RETURN, RETURN, seconds)


def _toward(now: float, wanted: float, there: float, back: float, seconds: float) -> float:
    rate = (there if abs(wanted) > abs(now) else back) * seconds
    return wanted if abs(wanted - now) <= rate else now + rate * (1 if wanted > now else -1)
