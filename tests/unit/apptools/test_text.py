"""A template as text says all that the screen says."""

import pytest
from hypothesis import given

from carservices.app import templates as t
from carservices.apptools.text import as_text
from tests.unit.app.nodes import PATIENT, templates

ROWS = [
    t.Row("Front left", "240 kPa", "checked", on_click=1, browsable=True, badge="low"),
    t.Row("Wifi", toggle=t.Toggle(True)),
    t.Row("Far", distance_m=1200.0, actions=[t.Action(icon=t.Icon("delete"))]),
]
SECTIONS = [t.Section("Rows", [t.Row("a")]), t.GridSection("Tiles", [t.GridItem("b")])]
PANE = t.PaneTemplate("Two", [t.Row("a")], [t.Action("Go", primary=True), t.Action("Later", parked_only=True)])


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            t.ListTemplate("Tyres", ROWS, start=t.BACK, actions=[t.Action("Care")]),
            "[‹] Tyres [Care]\n  Front left: 240 kPa · checked (low) >\n  Wifi [x]\n  Far · 1200 m [delete]",
        ),
        (t.ListTemplate("None", empty="nothing there"), "None\n  (nothing there)"),
        (t.ListTemplate("Soon", loading=True), "Soon\n  …"),
        (PANE, "Two\n  a\n  [Go*] [Later (when parked)]"),
        (
            t.SectionedItemTemplate(
                "Two", [t.Section("Rows", [t.Row("a")]), t.GridSection("Tiles", [t.GridItem("b")])]
            ),
            "Two\n  — Rows —\n  a\n  — Tiles —\n  b",
        ),
        (t.MessageTemplate("Oh", "It broke.", detail="line 1\nline 2"), "Oh\n  It broke.\n  | line 1\n  | line 2"),
        (t.SearchTemplate([t.Row("hit")], text="cof"), "  search: cof\n  hit"),
        (t.SignInTemplate("In", t.InputSignIn(1, "name", "ab", password=True)), "In\n  type: ••"),
        (t.SignInTemplate("In", t.QrSignIn("https://a.example")), "In\n  scan: https://a.example"),
        (
            t.TabTemplate([t.Tab("a", "One"), t.Tab("b", "Two")], "b", t.GridTemplate("G", [t.GridItem("x", "y")])),
            "  One <Two>\n  G\n    x: y",
        ),
        (
            t.MapWithContentTemplate(PANE, map_actions=[t.PAN]),
            "  (map)\n  Two\n    a\n    [Go*] [Later (when parked)]\n  map: [✥]",
        ),
        (
            t.NavigationTemplate(
                t.RoutingInfo(t.Step("Turn left", "turn_left", "Main St"), 250.0),
                t.TravelEstimate(12_345.0, 600.0, 0.0),
                [t.Action("End")],
            ),
            "[End]\n  in 250 m: Turn left · Main St\n  12.3 km, 10 min left",
        ),
        (t.MediaPlaybackTemplate("Song"), "Song\n  (player)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, t.Node) else "",
)
def test_every_template(template, text):
    assert as_text(template) == text


@PATIENT
@given(templates())
def test_any_template_has_a_text_with_its_title(template):
    assert getattr(template, "title", "").strip() in as_text(template)
