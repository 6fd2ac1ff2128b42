"""The driving restrictions on templates: what is left is a template, small enough, with only actions that live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.api.appscreen import Card, CutKind
from carservices.api.driving import Limits, Restriction
from carservices.app import templates as t
from carservices.app.codec import decode, encode
from carservices.app.parts import Action, GridItem, Icon, InputSignIn, Node, Row, Section, Tab, Toggle
from carservices.apphost.cuts import ITEM_LIMITS, Rules, apply
from carservices.apphost.stage import VERSIONS, Offer, Stage

PARKED = Rules(Restriction.BASELINE, Limits(string_length=120, cumulative_items=21, depth=3), optimized_only=False)
MOVING = Rules(Restriction.FULLY_RESTRICTED, Limits(string_length=10, cumulative_items=50, depth=3))
IDLING = Rules(Restriction.BASELINE, PARKED.limits, optimized_only=True)


def tap():
    pass


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=30)
taps = st.sampled_from([None, tap])
actions = st.lists(st.builds(Action, texts, taps, parked_only=st.booleans()), max_size=3)
rows = st.lists(
    st.builds(Row, texts, texts, on_click=taps, toggle=st.none() | st.builds(Toggle, st.booleans(), taps)), max_size=12
)
items = st.lists(st.builds(GridItem, texts, image=st.just(Icon("home"))), max_size=12)
sections = st.lists(st.builds(Section, texts, rows), max_size=4)
leaves = st.one_of(
    st.builds(t.ListTemplate, texts, rows, actions=actions),
    st.builds(t.ListTemplate, texts, sections=sections),
    st.builds(t.SectionedItemTemplate, texts, sections),
    st.builds(t.GridTemplate, texts, items),
    st.builds(t.PaneTemplate, texts, rows, buttons=actions),
    st.builds(t.SearchTemplate, rows, taps, hint=texts),
    st.builds(t.MessageTemplate, texts, texts, buttons=actions),
)
templates = st.one_of(
    leaves,
    st.builds(t.TabTemplate, st.just([Tab("one", "One"), Tab("two", "Two")]), st.just("one"), leaves),
)


def tree(template):
    numbers = iter(range(1000))
    return encode(template, lambda _handler: next(numbers))


def walk(node):
    if isinstance(node, list) and len(node) == 2 and isinstance(node[1], dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(inner)


@given(templates)
def test_parked_nothing_is_cut(template):
    whole = tree(template)
    assert apply(whole, 1, PARKED)[:2] == (whole, ())


@given(templates)
def test_moving_the_rest_is_a_template_within_the_limits(template):
    whole = tree(template)
    shown = apply(whole, 1, MOVING)
    decode(shown.tree)
    kept, before = list(walk(shown.tree)), list(walk(whole))
    for name, fields in kept:
        for field in ("title", "text", "message", "hint"):
            assert len(fields.get(field, "")) <= MOVING.limits.string_length
        if name in ITEM_LIMITS:
            assert sum(inner[0] in ("Row", "GridItem") for inner in walk(fields)) <= ITEM_LIMITS[name]
        if name == "Action" and fields.get("parked_only"):
            assert fields["on_click"] is None
            assert not fields["enabled"]
    gone = sum(cut.amount for cut in shown.cuts if cut.kind is CutKind.ROWS)
    count = [sum(node[0] in ("Row", "GridItem") for node in nodes) for nodes in (before, kept)]
    assert count[0] - count[1] == gone
    handlers = {f[name] for _, f in kept for name in ("on_click", "on_change") if f.get(name) is not None}
    assert shown.actions == handlers
    assert apply(shown.tree, 1, MOVING).tree == shown.tree


@pytest.mark.parametrize(
    ("template", "rules", "waits"),
    [
        (t.SignInTemplate("Sign in", InputSignIn(tap)), PARKED, False),
        (t.SignInTemplate("Sign in", InputSignIn(tap)), IDLING, True),
        (t.LongMessageTemplate("Terms", "long"), MOVING, True),
        (t.MessageTemplate("Short", "text"), IDLING, False),
    ],
)
def test_what_waits_until_the_car_is_parked(template, rules, waits):
    shown = apply(tree(template), 1, rules)
    assert (shown.tree is None, [cut.kind for cut in shown.cuts]) == (waits, [CutKind.SETUP] * waits)


def test_while_moving_a_driver_goes_no_deeper_than_allowed():
    whole = tree(t.ListTemplate("List"))
    assert apply(whole, 3, MOVING).tree is not None
    shown = apply(whole, 4, MOVING)
    assert (shown.tree, shown.cuts[0].kind, shown.cuts[0].amount) == (None, CutKind.DEPTH, 1)


def test_the_keyboard_is_off_while_moving():
    shown = apply(tree(t.SearchTemplate(on_change=tap)), 1, MOVING)
    assert (shown.tree[1]["show_keyboard"], shown.cuts[0].kind) == (False, CutKind.KEYBOARD)


# -- the stage -------------------------------------------------------------------------------------------------------


class Play:
    """A stage with the violations it complained about."""

    def __init__(self, category="utility"):
        self.said = []
        self.stage = Stage(category, self.said.extend)
        self.seq = 0

    def show(self, template, screen="1", depth=1, rules=PARKED):
        self.seq += 1
        raw = tree(template) if isinstance(template, Node) else template
        self.stage.offer(Offer(screen, depth, self.seq, raw))
        return self.stage.picture(rules)


def test_nothing_is_shown_before_there_is_anything():
    play = Play()
    assert play.stage.picture(PARKED) is None
    assert not play.stage.has_content
    assert play.show(t.ListTemplate("One")).tree[0] == "ListTemplate"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (["Nothing", {}], "Nothing"),
        (["ListTemplate", {"title": "x", "rows": [["Row", {"title": float("nan")}]]}], "title"),
        (["ListTemplate", {"title": "x" * 5000}], "4096"),
        ("text", "cannot stand here"),
        (["NavigationTemplate", {}], "navigation"),
        (["MessageTemplate", {"title": "x"}], "must not be empty"),
    ],
)
def test_what_is_no_template_or_against_the_rules_is_a_card_and_the_developer_hears_why(raw, words):
    play = Play()
    picture = play.show(raw)
    assert (picture.card, picture.tree) == (Card.REFUSED, None)
    assert words in picture.error
    assert len(play.said) >= 1
    assert play.show(t.ListTemplate("Good")).card is None


def test_the_sixth_step_of_a_task_is_refused_and_a_new_task_begins_anew():
    play = Play()
    for depth in range(1, 5):
        assert play.show(t.ListTemplate(f"Step {depth}"), str(depth), depth).card is None
    assert play.show(t.ListTemplate("Step 5"), "5", 5).card is Card.REFUSED
    play.stage.reset()
    assert play.show(t.ListTemplate("Step 1"), "6", 6).card is None


def test_taps_are_taken_for_the_last_versions_of_one_screen_only():
    play = Play()
    clickable = t.ListTemplate("One", [Row("A", on_click=tap)])
    for _ in range(VERSIONS + 1):
        play.show(clickable)
    newest = play.seq
    assert [play.stage.accepts(seq, 0) for seq in (1, 2, newest, newest + 1)] == [None, True, True, None]
    assert play.stage.accepts(newest, 7) is False
    play.show(clickable, "2", 2)
    assert play.stage.accepts(newest, 0) is None


def test_an_action_for_a_parked_car_is_not_taken_once_it_moves():
    play = Play()
    template = t.PaneTemplate("Pane", [Row("A")], buttons=[Action("Sign in", tap, parked_only=True)])
    seq = play.show(template).seq
    assert play.stage.accepts(seq, 0) is True
    play.stage.picture(MOVING)
    assert play.stage.accepts(seq, 0) is False


def test_a_costly_template_makes_the_next_one_wait():
    play = Play()
    play.show(
        t.ListTemplate("Many", sections=[Section(f"S{s}", [Row(f"Row {r}") for r in range(40)]) for s in range(40)])
    )
    long = play.stage.wait(0.0)
    play.show(t.ListTemplate("One"))
    assert long > 0
    assert play.stage.wait(float("inf")) == 0
