"""What an app shows: restrictions with the next frame, newer versions in place, what cannot be shown as a card."""

from pathlib import Path

import pytest
from kivy.metrics import dp

from carservices.api.appscreen import Card, Front, ImageFile
from carservices.api.appstatus import AppStatus, Catalog
from carservices.app.rules import check
from carservices.app.templates import (
    Action,
    ListTemplate,
    MessageTemplate,
    Row,
    Tab,
    TabTemplate,
    Toggle,
)
from carservices.app.templates import Icon as IconNode
from carservices_ui.apps import CATALOG, FRONT, AppIcon
from carservices_ui.restrictions import STREAM
from carservices_ui.templates.actions import AppButton
from carservices_ui.templates.states import CutPill, Empty, Waiting
from carservices_ui.templates.tabs import TabButton
from carservices_ui.widgets import CutNote, Flow, Icon, Text
from tests.ui import templates
from tests.ui.hosted import actions, content, rest, show, view
from tests.ui.states import MOVING, PARKED

SCREEN = "app"
APPS = Path(__file__).parents[2] / "apps"


@pytest.fixture
def driver(cockpit):
    return rest(cockpit)


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_the_examples_keep_the_rules(name):
    assert check(templates.TEMPLATES[name]) == []


@pytest.mark.parametrize("name", ["sign_in", "long_message"])
def test_what_waits_for_a_parked_car_is_covered_with_the_next_frame(driver, name):
    show(driver, templates.TEMPLATES[name])
    assert view(driver) is not None
    driver.store.put_stream(STREAM, MOVING)
    driver.frames(1)
    assert (view(driver), content(driver).card.kind) == (None, Card.PARKED_ONLY)
    driver.store.put_stream(STREAM, PARKED)
    driver.frames(1)
    assert view(driver) is not None


def test_a_cut_list_says_what_is_missing_and_why_with_the_next_frame(driver):
    template = templates.TEMPLATES["list"]
    show(driver, template)
    assert (len(view(driver).rows), list(driver.widgets(CutPill))) == (8, [])
    driver.store.put_stream(STREAM, MOVING)
    driver.store.put_stream(FRONT, templates.front(template, rules=templates.MOVING_RULES))
    driver.frames(1)
    assert len(view(driver).rows) == 6
    note = next(driver.widgets(CutNote))
    assert (note.words.text, note.why.text) == ("2 more when parked", "Not while driving")
    assert next(driver.widgets(CutPill)).words.text == "2 more when parked"


def test_the_map_is_where_it_belongs_after_two_builds_in_one_frame(driver):
    show(driver, templates.TEMPLATES["map_content"])
    driver.until(lambda: view(driver).map.map is not None)
    driver.store.put_stream(STREAM, MOVING)
    driver.store.put_stream(FRONT, templates.front(templates.TEMPLATES["navigation"], rules=templates.MOVING_RULES))
    driver.frames(3)
    drawn = driver.cockpit.ui.map._view
    assert (drawn.parent, drawn.pos, drawn.size) == (view(driver).map, view(driver).pos, view(driver).size)


@pytest.mark.parametrize(("count", "lines", "cut"), [(4, 2, False), (40, 2, True), (40, 3, True), (40, 0, False)])
def test_words_that_do_not_fit_their_lines_end_in_an_ellipsis(driver, count, lines, cut):
    words = Flow("range " * count, lines=lines, text_size=(dp(240), None))
    words.texture_update()
    assert words.is_shortened is cut
    assert words._label.text.endswith("…") is cut
    assert not cut or words.texture_size[1] == pytest.approx(lines * Text("range").texture_size[1], abs=lines)


def test_an_icon_has_the_colour_of_the_words_beside_it(driver):
    icon = IconNode("navigation")
    both = [Action("Go", print, icon, primary=True), Action("No", print, icon)]
    show(driver, MessageTemplate("x", "y", buttons=both))
    tabs = [Tab("a", "A", icon), Tab("b", "B", icon)]
    pairs = [(one.label, one) for one in driver.widgets(AppButton)]
    assert len({tuple(label.color) for label, _ in pairs}) == 2
    content = ListTemplate("x", [Row("y")])
    for label, one in pairs:
        assert [tuple(part.color) for part in one.walk(restrict=True) if isinstance(part, Icon)] == [tuple(label.color)]
    show(driver, TabTemplate(tabs, "a", content, on_select=print))
    for one in driver.widgets(TabButton):
        assert [tuple(part.color) for part in one.walk(restrict=True) if isinstance(part, Icon)] == [
            tuple(one.label.color)
        ]


# -- newer versions --------------------------------------------------------------------------------------------------


def test_new_values_are_shown_in_place(driver):
    show(driver, ListTemplate("Tyres", [Row("Front left", "240 kPa", toggle=Toggle(False, templates.tap))]))
    row = view(driver).rows[0]
    node = show(driver, ListTemplate("Tyres", [Row("Front left", "233 kPa", toggle=Toggle(True, templates.tap))]))
    assert view(driver).rows[0] is row
    assert (row.text.text, row.toggle.value) == ("233 kPa", True)
    driver.tap(row.toggle)
    assert actions(driver) == [(node.rows[0].toggle.on_change, [False])]


def test_the_focus_stays_where_it_was_when_the_list_changes(driver):
    rows = [Row(name, on_click=templates.tap) for name in ("a", "b", "c")]
    show(driver, ListTemplate("Letters", rows))
    focus = driver.cockpit.focus
    while focus.current is not view(driver).rows[1]:
        driver.cockpit.rotary(1)
    show(driver, ListTemplate("Letters", [*rows, Row("d", on_click=templates.tap)]))
    assert focus.current is view(driver).rows[1]
    focus.enter()
    assert actions(driver) == [(view(driver).rows[1].node.on_click, [])]


def test_each_screen_of_an_app_keeps_its_place_in_the_list(driver):
    many = ListTemplate("Many", [Row(f"row {n}", on_click=templates.tap) for n in range(20)])
    show(driver, many, key="list")
    driver.tap(view(driver).paged.down)
    place = view(driver).scroll
    assert place < 1.0
    show(driver, ListTemplate("One", [Row("one")]), key="detail", depth=2)
    assert view(driver).scroll == 1.0
    show(driver, many, key="list")
    assert view(driver).scroll == pytest.approx(place)


def test_loading_and_empty_are_said(driver):
    show(driver, ListTemplate("News", loading=True))
    assert next(driver.widgets(Waiting)).center == pytest.approx(view(driver).center, abs=1)
    show(driver, ListTemplate("News", empty="No news is good news"))
    assert next(driver.widgets(Empty)).center == pytest.approx(view(driver).center, abs=1)
    assert "No news is good news" in {text.text for text in driver.widgets(Text)}


def test_the_developers_detail_is_shown_on_request(driver):
    show(driver, MessageTemplate("Failed", "Something went wrong", detail="Traceback: tyres.py, line 3"))
    shown = {text.text for text in driver.widgets(Text)}
    assert "Traceback: tyres.py, line 3" not in shown
    driver.tap(view(driver).details)
    assert "Traceback: tyres.py, line 3" in {text.text for text in driver.widgets(Text)}


def test_a_picture_of_the_wrong_size_is_not_drawn(driver, tmp_path):
    path = tmp_path / "cover.rgba"
    path.write_bytes(b"\xff" * 60)
    textures = content_textures(driver)
    assert textures.of(ImageFile(path=str(path), width=4, height=4)) is None
    assert textures.of(ImageFile(path=str(tmp_path / "gone.rgba"), width=4, height=4)) is None
    path.write_bytes(b"\xff" * 64)
    assert textures.of(ImageFile(path=str(path), width=4, height=4)).size == (4, 4)


def content_textures(driver):
    show(driver, ListTemplate("Any", [Row("row")]))
    return content(driver).host.textures


def test_what_is_no_template_is_refused_with_a_sentence(driver):
    front = templates.front(ListTemplate("Tyres", [Row("Front left")]))
    broken = front.screen.model_copy(update={"tree": ["ListTemplate", {"title": 3}]})
    show(driver, templates.TEMPLATES["list"])
    driver.store.put_stream(FRONT, Front(screen=broken))
    driver.frames(1)
    assert content(driver).card.kind is Card.REFUSED
    assert "ListTemplate.title" in content(driver).card.error.text


def test_the_icon_comes_with_the_catalog(driver):
    driver.store.put_stream(CATALOG, Catalog())
    show(driver, ListTemplate("x", [Row("y")]))
    (icon,) = driver.widgets(AppIcon)
    assert not icon.has_picture
    file = APPS / "org.carservices.tyres" / "icon.png"
    status = AppStatus(id=templates.APP, name={"en": "x"}, version="1.0.0", category="media", icon=str(file))
    driver.store.put_stream(CATALOG, Catalog(apps=(status,)))
    driver.until(lambda: icon.has_picture)
