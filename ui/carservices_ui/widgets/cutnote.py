"""What a restriction took away, and why, as the last row of a list: ``4 more · when parked``."""

from kivy.metrics import dp

from carservices_ui.tokens import TARGET
from carservices_ui.widgets.layout import Row
from carservices_ui.widgets.text import Icon, Text


class CutNote(Row):
    """``words`` say what is missing, ``why`` names the reason."""

    def __init__(self, words: str, why: str) -> None:
        self.words, self.why = Text(words), Text(why, tone="text2")
        super().__init__(
            Icon("block", size="small", tone="heat"),
            self.words,
            self.why,
            gap="m",
            size_hint=(1, None),
            height=dp(TARGET),
            padding=(dp(20), 0),
        )
