"""Installing an app: where it is, how far it is, what it asks for, and how it ended."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.api.driving import Restriction
from carservices.api.installation import Installation, InstallStep, Package
from carservices.api.permissions import Permission
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.screens.base import Page
from carservices_ui.templates.entry import Entry
from carservices_ui.templates.host import named, why
from carservices_ui.templates.keyboard import Keyboard
from carservices_ui.templates.paged import Paged
from carservices_ui.widgets import Bar, Card, Column, Flow, Icon, IconButton, IconTile, Row, Text, TextButton, spacer

SCHEME = "https://"
WIDTH = 760


class InstallScreen(Page):
    """Follows the stream, so that it can be left and found again as it is."""

    name = "apps_install"
    title = "screen.apps_install"
    blocked_by = Restriction.NO_SETUP

    def build(self) -> None:
        back = IconButton("arrow_back")
        back.bind(on_release=lambda *_: self.ui.show("apps_manage"))
        self.head_start.add_widget(back)
        self.buttons: dict[str, TextButton] = {}
        self.field = Entry(SCHEME, t("apps.where"), icon="link")
        self.keyboard = Keyboard(self.field.put, self.field.erase, self._fetch)
        self.field.type(True)
        self.bar, self.amount = Bar(), Text()
        self._step: InstallStep | None = None
        self.ui.store.bind_stream(apps.INSTALLATION, self._show)

    def _fetch(self) -> None:
        apps.call(self.ui, "fetch", source=self.field.value)

    def _show(self, now: Installation | None) -> None:
        step = now.step if now else InstallStep.IDLE
        if step is not self._step:
            self._step = step
            self.buttons = {}
            self.body.clear_widgets()
            for widget in self._widgets(now or Installation()):
                self.body.add_widget(widget)
            self.ui.rebuilt()
        if now is not None and now.of:
            self.bar.share = now.done / now.of
            self.amount.text = t("apps.of", done=apps.size(now.done), of=apps.size(now.of))

    def _widgets(self, now: Installation) -> list[Widget]:
        package = now.package
        name = named(package.name) if package else now.source
        match now.step:
            case InstallStep.IDLE:
                return [self.field, spacer(), self.keyboard]
            case InstallStep.FETCHING | InstallStep.INSTALLING:
                self.bar, self.amount = Bar(size_hint=(None, None), width=dp(WIDTH)), Text(tone="text2")
                words = Text(t(f"apps.step_{now.step.value}", name=name), role="primary", strong=True, limit=WIDTH)
                return [_middle(words, self.bar, self.amount)]
            case InstallStep.REVIEW if package is not None:
                return self._review(package)
            case InstallStep.DONE if package is not None:
                done = Text(t("apps.step_done", name=name), role="primary", strong=True, limit=WIDTH)
                choices = self._choices(
                    ("close", "plain", self._forget), ("open", "primary", lambda: self._open(package))
                )
                return [_middle(IconTile("check_circle", tone="energy", side=76), done, choices)]
            case _:
                title = Text(t("apps.step_failed"), role="primary", strong=True)
                reason = Flow(now.error or "", tone="text2", halign="center")
                choices = self._choices(("close", "primary", self._forget))
                return [_middle(IconTile("error", tone="alert", side=76), title, reason, choices)]

    def _review(self, package: Package) -> list[Widget]:
        facts = [t("apps.version", version=package.version), apps.size(package.size)]
        if package.replaces:
            facts.append(t("apps.replaces", version=package.replaces))
        publisher = package.publisher or t("apps.unknown_key", name=package.key)
        head = Column(
            Text(named(package.name), role="primary", strong=True, limit=WIDTH),
            Text(" · ".join(facts), tone="text2", limit=WIDTH),
            Text(publisher, tone="text2" if package.publisher else "alert", limit=WIDTH),
            gap=None,
        )
        wants = [Wish(permission) for permission in package.permissions]
        rows = wants or [Text(t("apps.wants_nothing"), tone="text2")]
        choices = self._choices(
            ("cancel", "plain", self._forget), ("install", "primary", lambda: apps.call(self.ui, "install"))
        )
        return [head, Paged(*rows), choices]

    def _choices(self, *choices: tuple[str, str, Callable[[], None]]) -> Row:
        row = Row(gap="m")
        for word, kind, action in choices:
            button = self.buttons[word] = TextButton(t(f"apps.choice_{word}"), kind=kind)
            button.bind(on_release=lambda *_, action=action: action())
            row.add_widget(button)
        return row

    def _forget(self) -> None:
        apps.call(self.ui, "cancel_install")

    def _open(self, package: Package) -> None:
        self._forget()
        apps.call(self.ui, "open", app=package.id)


class Wish(Card):
    """One permission that a bundle asks for, why, and who decides on it."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(1, None), height=dp(96))
        reasons = [Flow(why(permission), tone="text2")] if permission.reasons else []
        level = t(f"apps.level_{permission.level.value}")
        lines: list[Any] = [Flow(named(permission.sentence), strong=True), Flow(level, tone="text2")]
        words = Column(*lines[:1], *reasons, *lines[1:], size_hint=(1, None))
        words.bind(height=lambda _, height: setattr(self, "height", max(dp(96), height + dp(28))))
        row = Row(Icon("shield", tone="accent"), words, gap="m", size_hint=(1, 1), padding=(dp(20), 0))
        row.pos_hint = {"x": 0, "y": 0}
        self.add_widget(row)


def _middle(*widgets: Widget) -> Column:
    return Column(spacer(), *widgets, spacer(), gap="l", align="center_x", size_hint=(1, 1))
