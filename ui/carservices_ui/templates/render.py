"""Which view draws which template; the codec has made sure that there is no other."""

from typing import Any

from carservices.app import templates as t
from carservices_ui.templates.host import Host
from carservices_ui.templates.lists import GridView, ListView, NarrowGrid, NarrowSections, SectionedView
from carservices_ui.templates.media import MediaView
from carservices_ui.templates.navigation import NavigationView
from carservices_ui.templates.pane import LongMessageView, MessageView, PaneView
from carservices_ui.templates.places import MapContentView, PlacesView
from carservices_ui.templates.search import SearchInside, SearchView
from carservices_ui.templates.sign_in import SignInView
from carservices_ui.templates.tabs import TabsView
from carservices_ui.templates.view import View

VIEWS: dict[type[t.Node], type[View]] = {
    t.ListTemplate: ListView,
    t.GridTemplate: GridView,
    t.SectionedItemTemplate: SectionedView,
    t.PaneTemplate: PaneView,
    t.MessageTemplate: MessageView,
    t.LongMessageTemplate: LongMessageView,
    t.SearchTemplate: SearchView,
    t.SignInTemplate: SignInView,
    t.TabTemplate: TabsView,
    t.PlaceListMapTemplate: PlacesView,
    t.MapWithContentTemplate: MapContentView,
    t.NavigationTemplate: NavigationView,
    t.MediaPlaybackTemplate: MediaView,
}
INNER: dict[type[t.Node], type[View]] = {t.SearchTemplate: SearchInside}
"""What differs inside tabs, and beside a map."""
NARROW: dict[type[t.Node], type[View]] = {t.GridTemplate: NarrowGrid, t.SectionedItemTemplate: NarrowSections}
FULL = (t.NavigationTemplate,)
"""Templates without a header: they fill the screen."""


def inner(host: Host, node: Any, narrow: bool) -> View:
    """The view of a template inside another one; `narrow` for one beside a map."""
    table = {**INNER, **NARROW} if narrow else INNER
    return table.get(type(node), VIEWS[type(node)])(host, node)
