"""Signing in: typing, a QR code or a PIN for the phone, or a provider's button."""

import segno
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.widget import Widget

from carservices.app.templates import InputSignIn, PinSignIn, ProviderSignIn, QrSignIn, SignInTemplate
from carservices_ui.i18n import t
from carservices_ui.templates.actions import AppButton, buttons
from carservices_ui.templates.entry import Entry
from carservices_ui.templates.keyboard import Keyboard
from carservices_ui.templates.states import Waiting
from carservices_ui.templates.view import View
from carservices_ui.tokens import TARGET
from carservices_ui.widgets import Card, Column, Flow, Row, Text, spacer

QR = 300
QUIET = 4
"""Modules of white around the code (ISO/IEC 18004, 6.3.8)."""
BESIDE = 420
"""Width of the words beside the field: above it there is no room, with the keyboard below."""


class QrCode(Widget):
    """The code of a text, dark on white by day and night: readers want it that way."""

    def __init__(self, text: str, side: float = QR) -> None:
        super().__init__(size_hint=(None, None), size=(dp(side), dp(side)), pos_hint={"center_y": 0.5})
        with self.canvas:
            Color(1, 1, 1, 1)
            self._square = Rectangle(texture=qr_texture(text))
        self.bind(pos=self._place, size=self._place)

    def _place(self, *_: object) -> None:
        self._square.pos, self._square.size = self.pos, self.size


def qr_texture(text: str) -> Texture:
    """One pixel per module, the quiet zone with it; enlarged without smoothing."""
    modules = list(segno.make_qr(text, error="m").matrix_iter(border=QUIET))
    pixels = bytes(0 if dark else 255 for row in modules for dark in row)
    texture = Texture.create(size=(len(modules), len(modules)), colorfmt="luminance")
    texture.blit_buffer(pixels, colorfmt="luminance")
    texture.min_filter = texture.mag_filter = "nearest"
    texture.flip_vertical()
    return texture


class SignInView(View):
    """Instructions beside the one method there is."""

    def build(self) -> None:
        node: SignInTemplate = self.node
        self.field: Entry | None = None
        self.provider: AppButton | None = None
        if node.loading:
            self.add_widget(Waiting(self.host))
        elif isinstance(node.method, InputSignIn):
            self._type(node, node.method)
        else:
            self._beside(node)

    def _texts(self, node: SignInTemplate) -> list[Widget]:
        texts = [Flow(node.instructions)] if node.instructions else []
        return [*texts, *([Flow(node.extra, tone="text2")] if node.extra else [])]

    def _beside(self, node: SignInTemplate) -> None:
        method = node.method
        below = buttons(self, lambda whole: whole.buttons)
        if isinstance(method, ProviderSignIn):
            self.provider = self.keep(AppButton(self.host, method.action), lambda whole: whole.method.action)
            below.insert(0, self.provider)
        words = Column(
            spacer(),
            *self._texts(node),
            *([Row(*below, gap="m")] if below else []),
            spacer(),
            gap="l",
            size_hint=(1, 1),
        )
        parts: list[Widget] = [words]
        if isinstance(method, QrSignIn):
            parts.append(QrCode(method.url))
        elif isinstance(method, PinSignIn):
            parts.append(Pin(method.pin))
        self.add_widget(Row(*parts, gap="xl", size_hint=(1, 1), padding=(dp(24), 0), pos_hint={"x": 0, "y": 0}))

    def _type(self, node: SignInTemplate, method: InputSignIn) -> None:
        self.field = Entry(
            method.text, method.hint, icon="lock" if method.password else "person", password=method.password
        )
        self.field.type(True)
        self.keyboard = Keyboard(self.field.put, self.field.erase, self._submit)
        said, tone = (method.error, "alert") if method.error else (node.instructions or node.extra, "text2")
        words = Flow(said, tone=tone, lines=3, size_hint=(None, None), width=dp(BESIDE), pos_hint={"center_y": 0.5})
        line = Row(*([words] if said else []), self.field, *buttons(self, lambda whole: whole.buttons), gap="m")
        line.size_hint, line.height = (1, None), dp(TARGET)
        self.add_widget(Column(line, spacer(), self.keyboard, size_hint=(1, 1), pos_hint={"x": 0, "y": 0}))

    def _submit(self) -> None:
        if self.field is not None:
            self.host.act(self.node.method.on_submit, self.field.value)

    def update(self, node: SignInTemplate) -> bool:
        same = (node.instructions, node.extra, node.method) == (
            self.node.instructions,
            self.node.extra,
            self.node.method,
        )
        return same and super().update(node)


class Pin(Card):
    """A PIN to type on the phone, in large digits."""

    def __init__(self, pin: str) -> None:
        super().__init__(tone="surface2", radius="tile", size_hint=(None, None), size=(dp(440), dp(200)))
        self.pos_hint = {"center_y": 0.5}
        center = {"center_x": 0.5, "center_y": 0.5}
        self.add_widget(
            Column(
                Text(t("template.pin"), tone="text2"),
                Text(pin, role="display", strong=True),
                align="center_x",
                pos_hint=center,
            )
        )
