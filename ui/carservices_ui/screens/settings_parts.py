"""What the parts of the settings share: a list of rows that fills its place."""

from kivy.uix.widget import Widget

from carservices_ui.i18n import t
from carservices_ui.ui import Ui
from carservices_ui.widgets import ListRow, Scroll

WIDTH = 544
"""Of a control at the end of a row, in dp."""


class Part(Scroll):
    """One category's rows; build them in `rows`."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(size_hint=(1, 1))
        self.ui = ui
        self.setup: list[Widget] = [self]
        """What cannot be used while driving."""
        for row in self.rows():
            self.body.add_widget(row)

    def rows(self) -> list[Widget]:
        """The rows from top to bottom."""
        raise NotImplementedError

    def close(self) -> None:
        """Called once when the part is left."""


def setting(key: str, icon: str, control: Widget) -> ListRow:
    """A row that is named by the words `key` and sets something by `control`."""
    return ListRow(t(key), icon=icon, end=control, inert=True)
