"""The rules of the Car App Library: each is noticed, at its place, and nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.app import templates as t
from carservices.app.rules import MAP, NAVIGATION, SIMPLE, check
from tests.unit.app.nodes import PATIENT, templates

ICON = t.Icon("star")
BUTTON = t.Action("Go", 1)
SYMBOL = t.Action(icon=ICON, on_click=1)
TABS = [t.Tab("a", "A"), t.Tab("b", "B")]
LIST = t.ListTemplate("x", [t.Row("a")])
HERE = t.Place(48.1, 11.5, t.Marker("A"))


def listed(*rows, **more):
    return t.ListTemplate("x", rows, **more)


ALLOWED = {
    "list": listed(t.Row("a", "b", "c", image=ICON, on_click=1), t.Row("b", toggle=t.Toggle(True, 1))),
    "sections": t.ListTemplate("x", sections=[t.Section("s", [t.Row("a")])]),
    "an empty list": t.ListTemplate("x", empty="nothing yet"),
    "no title but a start": t.ListTemplate("", start=t.BACK),
    "two lines": t.ListTemplate("one\ntwo"),
    "strip": listed(actions=[BUTTON, SYMBOL]),
    "grid": t.GridTemplate("x", [t.GridItem("a", image=ICON), t.GridItem("b", loading=True)]),
    "pane": t.PaneTemplate("x", [t.Row("a", actions=[SYMBOL, SYMBOL])], [BUTTON, t.Action("B", 2, primary=True)]),
    "message": t.MessageTemplate("x", "y", buttons=[BUTTON, BUTTON]),
    "places": t.PlaceListMapTemplate(
        "x", [t.Row("a", place=HERE, distance_m=3.0), t.Row("b", on_click=1, browsable=True)]
    ),
    "tabs": t.TabTemplate(TABS, "a", LIST),
    "navigation": t.NavigationTemplate(
        t.RoutingInfo(t.Step("Turn left")), None, [BUTTON] * 4, [t.PAN, SYMBOL], alert=t.Alert(1, "x", 5.0)
    ),
    "map": t.MapWithContentTemplate(LIST, actions=[BUTTON] * 4, map_actions=[t.PAN]),
    "pin": t.SignInTemplate("x", t.PinSignIn("123456789012")),
}

BROKEN = {
    "row.title": (listed(t.Row(" ")), "text.required", "ListTemplate.rows[0].title"),
    "row.browsable": (listed(t.Row("a", browsable=True)), "row.browsable", "ListTemplate.rows[0]"),
    "browsable toggle": (
        listed(t.Row("a", on_click=1, browsable=True, actions=[SYMBOL])),
        "row.browsable",
        "ListTemplate.rows[0]",
    ),
    "toggle and click": (
        listed(t.Row("a", on_click=1, toggle=t.Toggle(True, 1))),
        "row.toggle_click",
        "ListTemplate.rows[0]",
    ),
    "row actions": (listed(t.Row("a", actions=[SYMBOL] * 3)), "actions.count", "ListTemplate.rows[0].actions"),
    "row action title": (listed(t.Row("a", actions=[BUTTON])), "actions.titles", "ListTemplate.rows[0].actions"),
    "rows and sections": (
        t.ListTemplate("x", [t.Row("a")], [t.Section("s")]),
        "list.sections",
        "ListTemplate",
    ),
    "section header": (
        t.ListTemplate("x", sections=[t.Section("")]),
        "text.required",
        "ListTemplate.sections[0].title",
    ),
    "header": (t.ListTemplate(""), "header.required", "ListTemplate"),
    "start": (t.ListTemplate("x", start=BUTTON), "header.start", "ListTemplate.start"),
    "three lines": (t.ListTemplate("1\n2\n3"), "title.lines", "ListTemplate.title"),
    "loading list": (listed(t.Row("a"), loading=True), "loading", "ListTemplate"),
    "strip count": (listed(actions=[SYMBOL] * 3), "actions.count", "ListTemplate.actions"),
    "strip titles": (listed(actions=[BUTTON] * 2), "actions.titles", "ListTemplate.actions"),
    "strip primary": (
        listed(actions=[t.Action("a", 1, primary=True)]),
        "actions.primary",
        "ListTemplate.actions",
    ),
    "pan in a strip": (listed(actions=[t.PAN]), "actions.kind", "ListTemplate.actions[0]"),
    "empty action": (t.MessageTemplate("x", "y", buttons=[t.Action()]), "action.empty", "MessageTemplate.buttons[0]"),
    "grid image": (t.GridTemplate("x", [t.GridItem("a")]), "loading", "GridTemplate.items[0]"),
    "grid loading": (
        t.GridTemplate("x", [t.GridItem("a", image=ICON, loading=True)]),
        "loading",
        "GridTemplate.items[0]",
    ),
    "pane rows": (t.PaneTemplate("x"), "pane.rows", "PaneTemplate.rows"),
    "pane click": (t.PaneTemplate("x", [t.Row("a", on_click=1)]), "row.click", "PaneTemplate.rows[0].on_click"),
    "pane toggle": (
        t.PaneTemplate("x", [t.Row("a", toggle=t.Toggle(True))]),
        "row.toggle",
        "PaneTemplate.rows[0].toggle",
    ),
    "pane buttons": (t.PaneTemplate("x", [t.Row("a")], [SYMBOL] * 3), "actions.count", "PaneTemplate.buttons"),
    "two primary": (
        t.MessageTemplate("x", "y", buttons=[t.Action("a", 1, primary=True)] * 2),
        "actions.primary",
        "MessageTemplate.buttons",
    ),
    "message": (t.MessageTemplate("x"), "text.required", "MessageTemplate.message"),
    "search toggle": (
        t.SearchTemplate([t.Row("a", toggle=t.Toggle(True))]),
        "row.toggle",
        "SearchTemplate.rows[0].toggle",
    ),
    "search loading": (t.SearchTemplate([t.Row("a")], loading=True), "loading", "SearchTemplate"),
    "place distance": (
        t.PlaceListMapTemplate("x", [t.Row("a", place=HERE)]),
        "place.distance",
        "PlaceListMapTemplate.rows[0]",
    ),
    "place marker": (
        t.PlaceListMapTemplate("x", [t.Row("a", image=ICON, place=HERE, distance_m=1.0)]),
        "place.marker",
        "PlaceListMapTemplate.rows[0]",
    ),
    "place range": (
        t.PlaceListMapTemplate("x", anchor=t.Place(91.0, 0.0)),
        "place.range",
        "PlaceListMapTemplate.anchor",
    ),
    "marker": (
        t.PlaceListMapTemplate("x", anchor=t.Place(0.0, 0.0, t.Marker("ABCD"))),
        "marker.label",
        "PlaceListMapTemplate.anchor.marker.label",
    ),
    "one tab": (t.TabTemplate(TABS[:1], "a", LIST), "tabs.count", "TabTemplate.tabs"),
    "five tabs": (t.TabTemplate([t.Tab(c, c) for c in "abcde"], "a", LIST), "tabs.count", "TabTemplate.tabs"),
    "tab ids": (t.TabTemplate([*TABS, t.Tab("a", "C")], "a", LIST), "tabs.unique", "TabTemplate.tabs"),
    "active tab": (t.TabTemplate(TABS, "c", LIST), "tabs.active", "TabTemplate.active"),
    "inside a tab": (
        t.TabTemplate(TABS, "a", t.PaneTemplate("x", [t.Row("a", on_click=1)])),
        "row.click",
        "TabTemplate.content.rows[0].on_click",
    ),
    "map strip": (
        t.MapWithContentTemplate(LIST, map_actions=[BUTTON]),
        "actions.titles",
        "MapWithContentTemplate.map_actions",
    ),
    "centre": (t.MapWithContentTemplate(LIST, t.MapView(1.0)), "map.centre", "MapWithContentTemplate.map"),
    "route": (
        t.MapWithContentTemplate(LIST, t.MapView(route=[1.0, 2.0, 3.0])),
        "map.route",
        "MapWithContentTemplate.map.route",
    ),
    "guidance without actions": (t.NavigationTemplate(), "navigation.actions", "NavigationTemplate.actions"),
    "routing": (
        t.NavigationTemplate(t.RoutingInfo(), actions=[BUTTON]),
        "loading",
        "NavigationTemplate.info",
    ),
    "alert": (
        t.NavigationTemplate(actions=[BUTTON], alert=t.Alert(1, "x", 0.0)),
        "alert.duration",
        "NavigationTemplate.alert.seconds",
    ),
    "alert actions": (
        t.NavigationTemplate(actions=[BUTTON], alert=t.Alert(1, "x", 1.0, actions=[SYMBOL] * 3)),
        "actions.count",
        "NavigationTemplate.alert.actions",
    ),
    "pin": (t.SignInTemplate("x", t.PinSignIn("1" * 13)), "sign_in.pin", "SignInTemplate.method.pin"),
    "qr": (t.SignInTemplate("x", t.QrSignIn("")), "text.required", "SignInTemplate.method.url"),
}


@pytest.mark.parametrize("template", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_is_allowed_is_found_good(template):
    assert check(template) == []


@pytest.mark.parametrize(("template", "rule", "place"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_is_found_once_and_at_its_place(template, rule, place):
    (found,) = check(template)
    assert (found.rule, found.place) == (rule, place)
    assert str(found).endswith(f"[{rule}]")


@pytest.mark.parametrize(
    ("template", "category", "rules"),
    [
        (ALLOWED["navigation"], "navigation", []),
        (ALLOWED["navigation"], "media", ["category"]),
        (t.MediaPlaybackTemplate(), "media", []),
        (t.MediaPlaybackTemplate(), "utility", ["category"]),
    ],
)
def test_some_templates_belong_to_a_category(template, category, rules):
    assert [violation.rule for violation in check(template, category)] == rules


@pytest.mark.parametrize("strip", [SIMPLE, NAVIGATION, MAP], ids=lambda strip: strip.where)
@given(titles=st.integers(0, 6), symbols=st.integers(0, 6))
@settings(PATIENT, max_examples=30)
def test_a_strip_is_good_exactly_within_its_limits(strip, titles, symbols):
    actions = [BUTTON] * titles + [SYMBOL] * symbols
    node = {
        SIMPLE: lambda: listed(actions=actions),
        NAVIGATION: lambda: t.MapWithContentTemplate(LIST, actions=actions),
        MAP: lambda: t.MapWithContentTemplate(LIST, map_actions=actions),
    }[strip]()
    assert (check(node) == []) is (titles + symbols <= strip.most and titles <= strip.titles)


@given(templates())
@PATIENT
def test_any_template_can_be_checked(template):
    for violation in check(template, "utility"):
        assert violation.place.startswith(type(template).__name__)
        assert violation.sentence


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (t.MessageTemplate("x", "y", actions=[BUTTON, BUTTON]), "stand below the content, in buttons"),
        (listed(actions=[BUTTON, BUTTON]), "at most 1 action with a title may stand, not 2"),
    ],
)
def test_an_action_too_many_is_told_where_others_may_stand(template, said):
    [violation] = check(template)
    assert violation.sentence.endswith(said)
