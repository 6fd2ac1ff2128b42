"""Text that takes the width it is given and breaks into lines."""

from typing import Any

from carservices_ui.widgets import Text


class Flow(Text):
    """As high as its words need at its width; `lines` is the most it shows, 0 for any number."""

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

    def _wrap(self, *_: Any) -> None:
        self.text_size = (self.width, None)

    def _grow(self, *_: Any) -> None:
        self.height = self.texture_size[1]
