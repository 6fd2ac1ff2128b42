"""The templates about one thing: details, a message, a long text, and what their buttons do."""

from typing import Any

from kivy.metrics import dp

from carservices.app.templates import PaneTemplate
from carservices_ui.i18n import t as words
from carservices_ui.templates.actions import buttons
from carservices_ui.templates.paged import Paged
from carservices_ui.templates.pictures import PictureView
from carservices_ui.templates.rows import TemplateRow
from carservices_ui.templates.states import Waiting, cut_notes
from carservices_ui.templates.view import View, nth
from carservices_ui.widgets import Column, Flow, Row, TextButton, spacer

PICTURE = 260
ICON = 88
READING = 900


def body(view: View) -> Row:
    """The buttons below the content."""
    return Row(*buttons(view, lambda node: node.buttons), gap="m", size_hint=(1, None))


class PaneView(View):
    """Rows, a large picture beside them, and the buttons below."""

    def build(self) -> None:
        node: PaneTemplate = self.node
        self.rows: list[TemplateRow] = []
        if node.loading:
            self.add_widget(Waiting(self.host))
            return
        for index, row in enumerate(node.rows):
            widget = TemplateRow(self.host, row)
            self.rows.append(self.keep(widget, nth(lambda whole: whole.rows, index)))
        upper = Row(Paged(*self.rows, *cut_notes(self.host)), gap="l", size_hint=(1, 1))
        if node.image is not None:
            picture = self.keep(PictureView(self.host, PICTURE), lambda whole: whole.image)
            picture.pos_hint = {"top": 1}
            upper.add_widget(picture)
        self.add_widget(
            Column(upper, *([body(self)] if node.buttons else []), gap="m", size_hint=(1, 1), pos_hint={"x": 0, "y": 0})
        )


class MessageView(View):
    """Icon, sentence and buttons in the middle; what is for the developer only on request."""

    def build(self) -> None:
        node = self.node
        if node.loading:
            self.add_widget(Waiting(self.host))
            return
        self.message = Flow(role="primary", halign="center", size_hint=(None, None), width=dp(READING))
        self.detail = Flow(tone="text2", size_hint=(1, None))
        self.details: TextButton | None = None
        parts: list[Any] = [spacer()]
        if node.icon is not None:
            parts.append(self.keep(PictureView(self.host, ICON), lambda whole: whole.icon))
        parts.append(self.keep(self.message, lambda whole: whole.message))
        row = Row(*buttons(self, lambda whole: whole.buttons), gap="m")
        if node.detail and not self.host.still:
            self.keep(self.detail, lambda whole: whole.detail)
            self.details = TextButton(words("template.details"), icon="code")
            self.details.bind(on_release=lambda *_: self._tell())
            row.add_widget(self.details)
        self._column = Column(
            *parts, row, spacer(), gap="l", align="center_x", size_hint=(1, 1), pos_hint={"x": 0, "y": 0}
        )
        self.add_widget(self._column)
        self.bind(width=self._fit)

    def _fit(self, *_: Any) -> None:
        self.message.width = min(dp(READING), self.width - dp(32))

    def _tell(self) -> None:
        """Details in the place of the message."""
        self._column.clear_widgets()
        self._column.padding = 0
        self._column.add_widget(Paged(self.detail))


class LongMessageView(View):
    """A text to scroll, and the buttons below it."""

    def build(self) -> None:
        self.message = self.keep(Flow(), lambda whole: whole.message)
        self.paged = Paged(self.message)
        self.add_widget(
            Column(
                self.paged,
                *([body(self)] if self.node.buttons else []),
                gap="m",
                size_hint=(1, 1),
                pos_hint={"x": 0, "y": 0},
            )
        )

    @property
    def scroll(self) -> float:
        return self.paged.position

    @scroll.setter
    def scroll(self, position: float) -> None:
        self.paged.position = position
