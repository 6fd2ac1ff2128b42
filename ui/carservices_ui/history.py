"""A few minutes of one signal at a steady step, for curves; it goes on while no screen shows it."""

from collections import deque

from carservices.signals import Datum
from carservices_ui.store import Store
from carservices_ui.units import is_number


class History:
    """Averages of a numeric signal, one per `step` seconds, the last `span` seconds of them; unknown counts as zero."""

    def __init__(self, store: Store, path: str, *, span: float = 180.0, step: float = 2.0) -> None:
        self.step = step
        self.points: deque[float] = deque([0.0] * round(span / step), maxlen=round(span / step))
        self._sum = 0.0
        self._count = 0
        self._last = 0.0
        store.bind(path, self._add)

    def close_step(self) -> None:
        """End the current step; call it every `step` seconds."""
        self.points.append(self._sum / self._count if self._count else self._last)
        self._sum, self._count = 0.0, 0

    def _add(self, value: Datum | None) -> None:
        self._last = value if is_number(value) else 0.0
        self._sum += self._last
        self._count += 1
