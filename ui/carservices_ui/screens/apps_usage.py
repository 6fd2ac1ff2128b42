"""How often an app has used a permission: in words, and a bar for each of the last seven days."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from kivy.graphics import Color
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout

from carservices.api.permissions import Permission, Usage
from carservices_ui.i18n import number, t
from carservices_ui.look import color
from carservices_ui.widgets import Text
from carservices_ui.widgets.shapes import plate

DAYS = 7
STEP, BAR, HIGH, FLOOR = 26, 14, 34, 26
"""dp: from day to day, of a bar, of the highest one, and below the bars for the days."""
LEAST = 4
"""dp of a day with any use; one without is a line of 2."""


def days(today: date) -> list[date]:
    """The last seven, today at the end."""
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def sentence(permission: Permission, usage: Iterable[Usage], held_back: int, today: date) -> str:
    """``used 12 × today · 84 × in 7 days · refused 3 × · 7 held back``; what is zero is left out, but for today."""
    week = [one for one in usage if one.permission == permission.id and one.day >= days(today)[0].isoformat()]
    used, denied = sum(one.used for one in week), sum(one.denied for one in week)
    now = permission.used_today
    parts = [t("apps.used", n=number(now)) if now else t("apps.unused")]
    if used > now:
        parts.append(t("apps.used_week", n=number(used)))
    if denied:
        parts.append(t("apps.refused_week", n=number(denied)))
    if held_back:
        parts.append(t("apps.held_back", n=number(held_back)))
    return " · ".join(parts)


class Week(FloatLayout):
    """A bar for each day, as high as its uses, the refused ones in red at its top; hidden without any."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None), size=(0, dp(HIGH + FLOOR)), opacity=0)
        self.counts: list[tuple[int, int]] = []
        """Uses and refusals by day."""
        self.letters = [Text(role="caption", tone="text2") for _ in range(DAYS)]
        for letter in self.letters:
            self.add_widget(letter)
        self.bind(pos=self._draw)

    def show(self, permission: str, usage: Iterable[Usage], today: date) -> None:
        """What an app has done with a permission."""
        found = {one.day: (one.used, one.denied) for one in usage if one.permission == permission}
        self.counts = [found.get(day.isoformat(), (0, 0)) for day in days(today)]
        known = any(map(sum, self.counts))
        self.opacity = 1.0 if known else 0.0
        self.width = dp(DAYS * STEP) if known else 0
        names = t("apps.weekdays").split()
        for letter, day in zip(self.letters, days(today), strict=True):
            letter.text = names[day.weekday()]
            letter.tone("text" if day == today else "text2")
        self._draw()

    def _draw(self, *_: Any) -> None:
        self.canvas.before.clear()
        if not self.counts:
            return
        highest = max(1, *map(sum, self.counts))
        with self.canvas.before:
            for index, (used, denied) in enumerate(self.counts):
                self._bar(index, used, denied, highest)
        for index, letter in enumerate(self.letters):
            letter.center = (self.x + dp(STEP * (index + 0.5)), self.y + dp(FLOOR / 2))

    def _bar(self, index: int, used: int, denied: int, highest: int) -> None:
        left, bottom = self.x + dp(STEP * index + (STEP - BAR) / 2), self.y + dp(FLOOR)
        height = dp(max(LEAST, HIGH * (used + denied) / highest)) if used + denied else dp(2)
        part = height * denied / (used + denied) if denied else 0.0
        Color(*color("accent" if used or denied else "track"))
        _block(left, bottom, height - part)
        if part:
            Color(*color("alert"))
            _block(left, bottom + height - part, part)


def _block(left: float, bottom: float, height: float) -> None:
    if height > 0:
        block = plate(dp(min(4.0, height / 2)))
        block.pos, block.size = (left, bottom), (dp(BAR), height)
