"""Text that takes the width it is given and breaks into lines."""

from typing import Any

from carservices_ui.widgets.text import Text

ELLIPSIS = "…"


class Flow(Text):
    """As high as its words need at its width; `lines` is the most it shows, 0 for any number.

    What does not fit ends in an ellipsis, and `is_shortened` tells; `text` stays whole.
    """

    def __init__(self, text: str = "", *, lines: int = 0, **kwargs: Any) -> None:
        super().__init__(text, **{"size_hint": (1, None), "valign": "top", **kwargs})  # kivy keeps the last lines else
        self.max_lines = lines
        if lines == 1:
            self.shorten, self.shorten_from = True, "right"
        self.bind(width=self._wrap, texture_size=self._grow)
        self._grow()  # words that are as wide as their place have their size already

    def show(self, text: str) -> None:
        """Other words."""
        self.text = text

    def texture_update(self, *largs: Any) -> None:
        """Draw as many lines as there may be: kivy's own `shorten` knows one line only."""
        self._label.text = self.text
        shown = self._shown() if self.max_lines > 1 and self.text_size[0] else self.text
        self._label.text = shown
        super().texture_update(*largs)
        if shown != self.text:
            self.is_shortened = True

    def _shown(self) -> str:
        """The words that fit `max_lines` lines, with those lines' breaks when they are not all."""
        label, most = self._label, self.max_lines
        left, _, right, _ = label.options["padding"]
        room = self.text_size[0] - left - right
        if "\n" not in self.text and label.get_extents(self.text)[0] <= room:
            return self.text  # as most do: at a fifth of the time that the lines take
        label.options["max_lines"] = most + 1
        label.render()
        label.options["max_lines"] = most
        # kivy keeps the lines nowhere else
        lines = ["".join(word.text for word in line.words).rstrip() for line in label._cached_lines]
        if len(lines) <= most:
            return self.text
        *whole, last = lines[:most]
        while last and label.get_extents(last + ELLIPSIS)[0] > room:
            last = last[:-1].rstrip()
        return "\n".join([*whole, last + ELLIPSIS])

    def _wrap(self, *_: Any) -> None:
        self.text_size = (self.width, None)

    def _grow(self, *_: Any) -> None:
        self.height = self.texture_size[1]
