"""Words and icons in the type scale of the tokens."""

from typing import Any

from kivy.metrics import dp, sp
from kivy.uix.label import Label

from carservices_ui.icons import glyph
from carservices_ui.look import ICONS, ICONS_FILLED, MEDIUM, SEMIBOLD, color
from carservices_ui.tokens import ICON, TYPE


class Text(Label):
    """One text, as large as its words.

    `role` is a size of `tokens.TYPE`, `tone` a colour token. `wrap` (dp) breaks lines at that width; `limit` (dp)
    cuts one line with an ellipsis, after it has given up larger words. `fixed` text has no room for larger words.
    """

    def __init__(
        self,
        text: str = "",
        *,
        role: str = "body",
        tone: str = "text",
        strong: bool = False,
        wrap: float | None = None,
        limit: float | None = None,
        fixed: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("size_hint", (None, None))
        self._least = dp(TYPE[role])
        self._wanted = self._least if fixed else sp(TYPE[role])
        super().__init__(
            text=text,
            font_name=SEMIBOLD if strong else MEDIUM,
            font_size=self._wanted,
            font_hinting=None,
            color=color(tone),
            disabled_color=color(tone),
            **kwargs,
        )
        self._limit = dp(limit) if limit else None
        if wrap:
            self.text_size = (dp(wrap), None)
        elif self._limit:
            self.shorten = True
            self.shorten_from = "right"
        self.bind(texture_size=self._fit)
        self.texture_update()
        self._fit()  # no words, no size: kivy tells only changes

    def tone(self, token: str) -> None:
        """Change the colour."""
        self.color = self.disabled_color = color(token)

    def _stretch(self) -> None:
        self.text_size = (None, None)
        self.font_size = self._wanted

    def relimit(self, pixels: float) -> None:
        """Another width at which the one line is cut, in pixels."""
        self._limit = max(1.0, pixels)
        self.shorten, self.shorten_from = True, "right"
        self._stretch()
        self.texture_update()
        self._fit()

    def _fit(self, *_: Any) -> None:
        if self._limit and self.texture_size[0] > self._limit and self.text_size[0] is None:
            if self.font_size > self._least:
                self.font_size = self._least
                self.texture_update()
                return
            self.text_size = (self._limit, None)
        if self.size_hint == [None, None]:
            self.size = self.texture_size

    def on_text(self, *_: Any) -> None:
        if getattr(self, "_limit", None):
            self._stretch()


class Icon(Label):
    """One icon by its name in `icons.ICONS`; `filled` means active."""

    def __init__(
        self, name: str, *, size: str = "medium", tone: str = "text", filled: bool = False, **kwargs: Any
    ) -> None:
        side = dp(ICON[size])
        kwargs.setdefault("size_hint", (None, None))
        super().__init__(font_size=side, font_hinting=None, size=(side, side), **kwargs)
        self.show(name, tone=tone, filled=filled)

    def show(self, name: str | None = None, *, tone: str | None = None, filled: bool | None = None) -> None:
        """Change the icon, its colour or its fill."""
        if name is not None:
            self.text = glyph(name)
        if tone is not None:
            self.color = self.disabled_color = color(tone)
        if filled is not None:
            self.font_name = ICONS_FILLED if filled else ICONS
