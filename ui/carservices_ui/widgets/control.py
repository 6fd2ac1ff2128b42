"""What every control shares: press motion, focus, rotary, and pending / confirmed / refused around an actuation."""

from typing import Any

from kivy.animation import Animation
from kivy.graphics import Color, InstructionGroup, SmoothLine
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, OptionProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.floatlayout import FloatLayout

from carservices_ui.look import color
from carservices_ui.tokens import MOTION, RADIUS, TARGET
from carservices_ui.widgets.shapes import plate

_OUTLINE = {"pending": "accent", "confirmed": "energy", "refused": "alert"}
_PRESSED = 0.14


class Control(ButtonBehavior, FloatLayout):
    """Something to press, at least 76 dp; `radius` (a token or ``pill``) is the shape of its motion and focus ring.

    ``on_release`` is the tap. `phase` is set by `bind_signal`; `available` is False while its signal has no value.
    With `engages`, Enter gives the rotary and the arrows to the control instead of tapping it.
    """

    engages = False

    phase = OptionProperty("idle", options=["idle", "pending", "confirmed", "refused"])
    available = BooleanProperty(True)

    def __init__(self, *, radius: str = "tile", **kwargs: Any) -> None:
        kwargs.setdefault("size_hint", (None, None))
        if "size" not in kwargs:  # it would win over a height given alone
            kwargs = {"width": dp(TARGET), "height": dp(TARGET), **kwargs}
        self._radius = radius
        self._overlay: _Patch | None = None
        self._outline: _Patch | None = None
        super().__init__(**kwargs)

    @property
    def corner(self) -> float:
        """The corner radius in pixels."""
        return float(min(self.width, self.height) / 2 if self._radius == "pill" else dp(RADIUS[self._radius]))

    @property
    def usable(self) -> bool:
        """Whether it can be focused and pressed now."""
        return not self.disabled and self.opacity > 0

    def turn(self, steps: int) -> None:
        """Rotary clicks while engaged; controls with `engages` do something."""

    def tap(self) -> None:
        """Press it as a finger would."""
        if self.usable:
            self.dispatch("on_press")
            self.dispatch("on_release")

    def on_state(self, _: Any, state: str) -> None:
        if state == "down":
            self._drop("_overlay")
            self._overlay = _Patch(self, "text", filled=True)
            Animation(a=_PRESSED, duration=MOTION["press"]).start(self._overlay.color)
        elif self._overlay:
            fade = Animation(a=0.0, duration=MOTION["release"], transition="out_quad")
            fade.bind(on_complete=lambda *_: self._drop("_overlay"))
            fade.start(self._overlay.color)

    def on_phase(self, _: Any, phase: str) -> None:
        self._drop("_outline")
        if phase not in _OUTLINE:
            return
        self._outline = _Patch(self, _OUTLINE[phase], filled=False)
        if phase == "pending":
            self._outline.color.a = 0.35
            Animation(a=0.9, duration=MOTION["release"]).start(self._outline.color)
        else:
            hold = Animation(duration=MOTION["confirmed"] * (1 if phase == "confirmed" else 3))
            fade = hold + Animation(a=0.0, duration=MOTION["release"])
            fade.bind(on_complete=lambda *_: self.property("phase").set(self, "idle"))
            self._outline.color.a = 1.0
            fade.start(self._outline.color)

    def on_available(self, _: Any, available: bool) -> None:
        self.disabled = not available
        self.opacity = 1.0 if available else 0.4

    def _drop(self, name: str) -> None:
        patch: _Patch | None = getattr(self, name)
        if patch:
            Animation.cancel_all(patch.color)
            patch.remove()
            setattr(self, name, None)


class ValueControl(Control):
    """A control with a `value`: `choose` is the person's doing and tells ``on_choose``, assigning `value` does not.

    A touch while it is blocked is told as ``on_blocked``.
    """

    value = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_choose")
        self.register_event_type("on_blocked")
        self._blocked = False
        super().__init__(**kwargs)

    @property
    def usable(self) -> bool:
        return super().usable and not self._blocked

    def block(self, blocked: bool) -> None:
        """Whether a restriction, which the screen names, dims it and keeps it from being used now."""
        self._blocked = blocked
        self.on_available(self, self.available)

    def on_available(self, widget: Any, available: bool) -> None:
        super().on_available(widget, available and not self._blocked)

    def on_touch_down(self, touch: Any) -> bool:
        if self._blocked and self.collide_point(*touch.pos):
            self.dispatch("on_blocked")
            return True
        handled: bool = super().on_touch_down(touch)
        return handled

    def choose(self, value: Any) -> None:
        """Take the person's choice."""
        self.value = value
        self.dispatch("on_choose", value)

    def on_choose(self, value: Any) -> None:
        """Event: the person chose `value`."""

    def on_blocked(self) -> None:
        """Event: the person touched what is blocked."""


class _Patch:
    """A rounded rectangle or outline over a control that follows its place."""

    def __init__(self, control: Control, tone: str, *, filled: bool) -> None:
        self._control = control
        self._filled = filled
        self.color = Color(*color(tone, 0.0))
        self._group = InstructionGroup()
        self._group.add(self.color)
        self._shape = plate(control.corner) if filled else SmoothLine(width=dp(1.5))
        self._group.add(self._shape)
        control.canvas.after.add(self._group)
        control.bind(pos=self._place, size=self._place)
        self._place()

    def remove(self) -> None:
        self._control.canvas.after.remove(self._group)
        self._control.unbind(pos=self._place, size=self._place)

    def _place(self, *_: Any) -> None:
        control, corner = self._control, max(1.0, self._control.corner)
        if self._filled:
            self._shape.pos, self._shape.size = control.pos, control.size
        else:
            self._shape.rounded_rectangle = (*control.pos, *control.size, corner)
