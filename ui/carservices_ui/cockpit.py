"""The root of the window: chrome around one screen, overlays above, keys, rotary and swipes."""

from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from carservices.api.driving import DrivingState, Restriction
from carservices.signals import Datum
from carservices_ui import i18n, look, units
from carservices_ui.chrome.climatebar import HEIGHT as CLIMATE_HEIGHT
from carservices_ui.chrome.climatebar import ClimateBar
from carservices_ui.chrome.notice import NoticeLayer
from carservices_ui.chrome.quickpanel import CLICKS, QuickPanel
from carservices_ui.chrome.rail import WIDTH as RAIL_WIDTH
from carservices_ui.chrome.rail import Rail
from carservices_ui.chrome.stage import Stage
from carservices_ui.chrome.statusbar import HEIGHT as STATUS_HEIGHT
from carservices_ui.chrome.statusbar import StatusBar
from carservices_ui.consent import Consent
from carservices_ui.daynight import LIGHT, MODE, wanted
from carservices_ui.dimmer import Dimmer
from carservices_ui.focus import ARROWS, Focus
from carservices_ui.foreground import Foreground
from carservices_ui.keys import KEYS
from carservices_ui.people import Follower
from carservices_ui.preferences import Preferences
from carservices_ui.restrictions import STREAM, Restrictions
from carservices_ui.screens import BY_NAME, SCREENS
from carservices_ui.screens.base import Screen
from carservices_ui.store import OnOutcome, Store, Unbind
from carservices_ui.ui import Ui
from carservices_ui.widgets import Banner, Dialog

DESIGN = (1280, 720)
"""The size in pixels at which one dp is one pixel."""
MARGIN = 24
GAP = 12


class Cockpit(FloatLayout):
    """One per window; `ui` is what everything in it shares."""

    def __init__(self, store: Store, preferences: Preferences, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ui = Ui(store, preferences, show=self.show, tell=self.tell, ask=self.ask, restyle=self.restyle)
        self.screen: Screen | None = None
        self.banner: Banner | None = None
        self.notice: NoticeLayer | None = None
        self.quick: QuickPanel | None = None
        self._bindings: list[Unbind] = []
        self.status: StatusBar | None = None
        self._stage = Stage(self._swipe)
        self._overlay = FloatLayout()
        self._restyle = Clock.create_trigger(lambda _: self._build())
        self.focus = Focus(lambda: self.dialog or self.quick or self)
        self._overlay.bind(children=lambda *_: self.focus.follow())
        self.ui.rebuilt = self.focus.repair
        self._dimmer = Dimmer(store)
        i18n.set_language(preferences.language)
        self.current = preferences.screen if preferences.screen in BY_NAME else SCREENS[0].name
        store.bind_stream(STREAM, self._restrict)
        for path in units.UNIT_SIGNALS:
            store.bind(path, partial(self._choose_unit, path))
        store.bind_link(self._dim)
        store.bind(MODE, lambda _: self._follow_theme())
        store.bind(LIGHT, lambda _: self._follow_light())
        self.bind(size=lambda *_: self._restyle())
        self._steps = Clock.schedule_interval(lambda _: self.ui.power.close_step(), self.ui.power.step)
        Window.bind(on_key_down=self._key, on_textinput=self._write)
        self.foreground = Foreground(self.ui, lambda: self.current)
        self._build()
        self.consent = Consent(self.ui)
        self.follower = Follower(self.ui)

    def close(self) -> None:
        """Let go of the window and the clock."""
        Window.unbind(on_key_down=self._key, on_textinput=self._write)
        if self.quick is not None:
            self._close_quick(self.quick)
        self._steps.cancel()
        self._restyle.cancel()
        self._drop()

    # -- what screens use --------------------------------------------------------------------------------------------

    def show(self, name: str) -> None:
        """Go to another screen; the one before fades away, unless nothing may move for the driver's sake."""
        if name == self.current and self.screen is not None:
            self.screen.revisit()
            return
        order = [info.name for info in SCREENS]
        forward = order.index(name) >= order.index(self.current)
        self.foreground.left(self.current)
        self.current = name
        self.ui.preferences.show(name)
        still = self.ui.restrictions.forbids(Restriction.NO_VIDEO)
        before = None if still else self._stage.picture()
        self._build()
        if self.dialog is None and self.quick is None:
            self.focus.into(self.screen)
        if before is not None:
            self._stage.fade(before, 1 if forward else -1)

    def _swipe(self, step: int) -> None:
        """Go to the next screen of the rail, or the one before."""
        names = [info.name for info in SCREENS if info.rail]
        if self.current in names and 0 <= (index := names.index(self.current) + step) < len(names):
            self.show(names[index])

    def tell(self, words: str, icon: str = "info", tone: str = "accent") -> None:
        """Say a sentence; it replaces the one before."""
        if self.banner is not None:
            self.banner.dismiss()
        self.banner = Banner(self.ui.restrictions.text(words), icon=icon, tone=tone)
        self._overlay.add_widget(self.banner)
        self._arrange()

    def ask(self, dialog: Widget) -> None:
        """Put a dialog over everything."""
        self._overlay.add_widget(dialog)

    def toggle_quick(self) -> None:
        """Open the quick panel, or take it away."""
        if self.quick is not None:
            self._close_quick(self.quick)
        else:
            self._open_quick()

    def _open_quick(self) -> QuickPanel:
        panel = QuickPanel(self.ui, self._close_quick, self._toggles_quick)
        self.quick = panel
        self._overlay.add_widget(panel)
        self._arrange()
        return panel

    def _toggles_quick(self, touch: Any) -> bool:
        return self.status is not None and bool(self.status.sound.collide_point(*touch.pos))

    def _close_quick(self, panel: QuickPanel) -> None:
        if panel is self.quick:
            self.quick = None
            panel.close()
            self._overlay.remove_widget(panel)
            self._arrange()

    def _arrange(self, *_: Any) -> None:
        """What lies over the screen hides neither the gear nor what is above it: notification, quick panel, banner."""
        edge = self._stage.top - dp(GAP)
        if self.notice is not None and self.notice.card is not None:
            edge = self.notice.lower_edge - dp(GAP)
        if self.quick is not None:
            self.quick.put(self.width - dp(MARGIN), edge)
            edge = self.quick.card.y - dp(GAP)
        if self.banner is not None:
            self.banner.pos_hint = {"center_x": self._stage.center_x / self.width, "top": edge / self.height}

    @property
    def dialog(self) -> Dialog | None:
        """The dialog on top, if any."""
        return next((child for child in self._overlay.children if isinstance(child, Dialog)), None)

    def restyle(self) -> None:
        """Build again with the next frame."""
        i18n.set_language(self.ui.preferences.language)
        self._restyle()
        self._follow_light(self.ui.ended)

    # -- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        fit = min(self.width / DESIGN[0], self.height / DESIGN[1])
        size = self.ui.preferences.scale
        look.set_scale(fit * min(size, 1.0), words=max(size, 1.0))
        look.set_theme(self._theme())
        Window.clearcolor = look.color("bg")
        ring = self.focus.place()
        self._drop()
        with self.ui.store.recording() as self._bindings:
            rail, climate = Rail(self.ui, self.current), ClimateBar(self.ui)
            status = self.status = StatusBar(self.ui, self.toggle_quick)
            self.screen = BY_NAME[self.current].load()(self.ui)
            self.notice = NoticeLayer(self.ui, self.current)
        self.notice.bind(lower_edge=self._arrange)
        self.screen.pos_hint = {"x": 0, "y": 0}
        self._stage.add_widget(self.screen)
        width, height = self.size
        rail.pos, rail.size = (0, 0), (dp(RAIL_WIDTH), height)
        left, right = dp(RAIL_WIDTH), width - dp(MARGIN)
        status.pos, status.size = (left, height - dp(STATUS_HEIGHT)), (right - left, dp(STATUS_HEIGHT))
        climate.pos, climate.size = (left, dp(14)), (right - left, dp(CLIMATE_HEIGHT))
        bottom = climate.top + dp(GAP)
        self._stage.pos, self._stage.size = (left, bottom), (right - left, status.y - dp(4) - bottom)
        self.notice.pos, self.notice.size = self._stage.pos, self._stage.size
        for widget in (rail, self._stage, status, climate, self.notice, self._overlay, self.focus, self._dimmer):
            self.add_widget(widget)
        for child in self._overlay.children:
            if isinstance(child, Dialog | QuickPanel):
                child.build()
        self._arrange()
        self.focus.follow()
        if ring is not None:
            self.focus.restore(ring)
        self.foreground.say_display()
        self.ui.plan.say_language()

    def _drop(self) -> None:
        self.focus.clear()
        for unbind in self._bindings:
            unbind()
        self._bindings = []
        if self.screen is not None:
            self.screen.close()
        if self.status is not None:
            self.status.close()
        self._stage.clear_widgets()
        self.clear_widgets()

    def _theme(self) -> str:
        mode = self.ui.store.get(MODE)
        rule = self.ui.preferences.theme
        now = look.theme().name if mode is None else str(mode).lower()
        return wanted(rule, self.ui.store.get(LIGHT), now) if mode is None else now

    def _follow_theme(self) -> None:
        if self._theme() != look.theme().name:
            self._restyle()

    def _follow_light(self, ended: OnOutcome = lambda _: None) -> None:
        """Ask for the theme that the rule wants; the car's answer changes it, a refusal is told to who chose the rule.

        The light changes all the time, and nobody asked it to.
        """
        mode = self.ui.store.get(MODE)
        if mode is None:
            self._follow_theme()
            return
        goal = wanted(self.ui.preferences.theme, self.ui.store.get(LIGHT), str(mode).lower())
        if goal != str(mode).lower():
            self.ui.store.set(MODE, goal.upper(), ended)

    def _choose_unit(self, path: str, choice: Datum | None) -> None:
        if self.ui.units.choose(path, choice):
            self._restyle()

    def _dim(self, up: bool) -> None:
        """Without a car the last values stay, greyed."""
        self._stage.opacity = 1.0 if up else 0.5

    def _restrict(self, state: DrivingState | None) -> None:
        self.ui.restrictions = Restrictions.of(state)
        if self.screen is not None:
            self.screen.restrict(self.ui.restrictions)
        if self.notice is not None:
            self.notice.restrict()

    # -- keys and rotary ---------------------------------------------------------------------------------------------

    def rotary(self, steps: int) -> None:
        """Clicks of a rotary controller, clockwise positive; its push is Enter."""
        self.focus.turn(steps)

    def _key(self, _: Any, code: int, __: int, ___: str | None, modifiers: list[str]) -> bool:
        name, screen = KEYS.get(code), self._written()
        if name is None or (screen is not None and screen.key(name)):
            return name is not None
        if name == "tab":
            self.focus.move(-1 if "shift" in modifiers else 1)
        elif name in ("pageup", "pagedown"):
            self.rotary(-1 if name == "pageup" else 1)
        elif name in ARROWS:
            self.focus.arrow(name)
        elif name in ("enter", "space"):
            self.focus.enter()
        elif name == "escape":
            self.back()
        elif name in CLICKS:
            (self.quick or self._open_quick()).click(CLICKS[name])
        if self.quick is not None:
            self.quick.stay()
        return True

    def _write(self, _: Any, text: str) -> None:
        if (screen := self._written()) is not None:
            screen.write(text)

    def _written(self) -> Screen | None:
        """The screen, unless the keyboard is for what lies over it: a dialog, or a quick panel that has the ring."""
        over = self.dialog is not None or (self.quick is not None and self.focus.current is not None)
        return None if over else self.screen

    def back(self) -> None:
        """Close the dialog, or go back in the screen or in the app, or go home."""
        if self.dialog is not None:
            self._overlay.remove_widget(self.dialog)
        elif self.quick is not None:
            self._close_quick(self.quick)
        elif not (self.screen is not None and self.screen.back()) and not self.foreground.back():
            self.show(SCREENS[0].name)
