"""The permission dialog: what an app wants and why; decided while parked, or by the passenger."""

from collections.abc import Callable

from carservices.api.appscreen import Front
from carservices.api.permissions import Asked, Question
from carservices_ui import apps
from carservices_ui.i18n import t
from carservices_ui.templates.host import named, why
from carservices_ui.ui import Ui
from carservices_ui.widgets import Dialog

Choice = tuple[str, str, Callable[[], None]]


class Consent:
    """Follows the stream of questions; there is at most one dialog, and it goes when its question has gone.

    While driving only the app that is in front may ask: what others want waits until the car is parked.
    """

    def __init__(self, ui: Ui) -> None:
        self._ui = ui
        self.dialog: Dialog | None = None
        self._shown: tuple[int, bool] | None = None
        ui.store.bind_stream(apps.ASKED, lambda _: self._follow())
        ui.store.bind_stream(apps.FRONT, lambda _: self._follow())

    def _follow(self) -> None:
        asked: Asked | None = self._ui.store.stream(apps.ASKED)
        question = asked.question if asked else None
        if asked is None or question is None or not (asked.driver_may_answer or question.app == self._front):
            self._take_away()
        elif self._shown != (question.id, asked.driver_may_answer):
            self._take_away()
            self._shown = (question.id, asked.driver_may_answer)
            self._put(question, self._choices(question, asked.driver_may_answer))

    @property
    def _front(self) -> str | None:
        front: Front | None = self._ui.store.stream(apps.FRONT)
        return front.screen.app if front and front.screen else None

    def _choices(self, question: Question, parked: bool) -> list[Choice]:
        if parked:
            return self._decisions(question, passenger=False)
        passenger = lambda: self._put(question, self._decisions(question, passenger=True))  # noqa: E731
        return [(t("consent.later"), "plain", self._forget), (t("consent.passenger"), "primary", passenger)]

    def _decisions(self, question: Question, passenger: bool) -> list[Choice]:
        def answer(granted: bool) -> None:
            self.dialog = None
            apps.call(self._ui, "answer", question=question.id, granted=granted, passenger=passenger)

        return [
            (t("consent.deny"), "plain", lambda: answer(False)),
            (t("consent.allow"), "primary", lambda: answer(True)),
        ]

    def _put(self, question: Question, choices: list[Choice]) -> None:
        permission = question.permission
        quoted = t("consent.reason", reason=why(permission)) if permission.reasons else ""
        text = "\n".join(words for words in (named(permission.sentence), quoted) if words)
        title = t("consent.title", app=named(question.name))
        self.dialog = Dialog(title, text, choices)
        self._ui.ask(self.dialog)

    def _forget(self) -> None:
        self.dialog = None

    def _take_away(self) -> None:
        self._shown = None
        if self.dialog is not None and self.dialog.parent is not None:
            self.dialog.parent.remove_widget(self.dialog)
        self.dialog = None
