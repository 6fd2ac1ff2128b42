"""Five steps a task: what counts, what does not, and what gives steps back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.app import templates as t
from carservices.app.quota import LAST, MAX_STEPS, Quota, is_refresh
from tests.unit.app.nodes import PATIENT

ROW, OTHER = t.Row("a", "1"), t.Row("b")
TABS = [t.Tab("a", "A"), t.Tab("b", "B")]
ICON = t.Icon("star")


def listed(*rows, title="x", **more):
    return t.ListTemplate(title, rows, **more)


REFRESHES = {
    "text of a row": (listed(ROW), listed(t.Row("a", "2"))),
    "after loading": (t.ListTemplate("x", loading=True), listed(ROW, OTHER, title="y")),
    "a flipped toggle": (listed(t.Row("a", toggle=t.Toggle(True))), listed(t.Row("b", toggle=t.Toggle(False)))),
    "grid": (t.GridTemplate("x", [t.GridItem("a", "1")]), t.GridTemplate("x", [t.GridItem("a", "2", ICON)])),
    "pane": (t.PaneTemplate("x", [ROW]), t.PaneTemplate("x", [t.Row("a", "9")])),
    "message": (t.MessageTemplate("x", "y"), t.MessageTemplate("x", "y", ICON)),
    "search": (t.SearchTemplate([ROW]), t.SearchTemplate([OTHER, ROW])),
    "navigation": (t.NavigationTemplate(), t.NavigationTemplate(t.MessageInfo("Arrived"))),
    "places": (
        t.PlaceListMapTemplate("x", [t.Row("a", distance_m=1.0)]),
        t.PlaceListMapTemplate("x", [t.Row("a", distance_m=2.0)]),
    ),
    "another tab": (t.TabTemplate(TABS, "a", listed(ROW)), t.TabTemplate(TABS, "b", t.PaneTemplate("y", [ROW]))),
    "content of a map": (t.MapWithContentTemplate(listed(ROW)), t.MapWithContentTemplate(listed(t.Row("a", "2")))),
}
NEW = {
    "title": (listed(ROW), listed(ROW, title="y")),
    "number of rows": (listed(ROW), listed(ROW, OTHER)),
    "title of a row": (listed(ROW), listed(OTHER)),
    "header of a section": (
        t.ListTemplate("x", sections=[t.Section("a", [ROW])]),
        t.ListTemplate("x", sections=[t.Section("b", [ROW])]),
    ),
    "another type": (listed(ROW), t.PaneTemplate("x", [ROW])),
    "tile": (t.GridTemplate("x", [t.GridItem("a")]), t.GridTemplate("x", [t.GridItem("b")])),
    "row of a pane": (t.PaneTemplate("x", [ROW]), t.PaneTemplate("x", [OTHER])),
    "message": (t.MessageTemplate("x", "y"), t.MessageTemplate("x", "z")),
    "text of a place": (t.PlaceListMapTemplate("x", [ROW]), t.PlaceListMapTemplate("x", [t.Row("a", "2")])),
    "content of a tab": (t.TabTemplate(TABS, "a", listed(ROW)), t.TabTemplate(TABS, "a", listed(OTHER))),
    "toggle not flipped": (
        listed(t.Row("a", toggle=t.Toggle(True))),
        listed(t.Row("b", toggle=t.Toggle(True))),
    ),
}


@pytest.mark.parametrize(("before", "after"), REFRESHES.values(), ids=REFRESHES.keys())
def test_a_refresh_is_no_step(before, after):
    assert is_refresh(before, after)


@pytest.mark.parametrize(("before", "after"), NEW.values(), ids=NEW.keys())
def test_anything_else_is(before, after):
    assert not is_refresh(before, after)


def steps(*sent):
    quota = Quota()
    return [quota.send(*each) for each in sent]


def test_the_fifth_step_is_one_of_the_last_and_the_sixth_is_too_many():
    five = [(n, n, listed(title=str(n))) for n in range(1, 6)]
    *good, last = steps(*five)
    assert [step.violations for step in good] == [[]] * 4
    assert [v.rule for v in last.violations] == ["quota.last"]
    *good, sixth = steps(*five[:4], (5, 5, t.PaneTemplate("p", [ROW])), (6, 6, t.PaneTemplate("p", [ROW])))
    assert [step.violations for step in good] == [[]] * 5
    assert [v.rule for v in sixth.violations] == ["quota.steps"]


def test_a_navigation_template_and_a_new_task_begin_anew():
    quota = Quota()
    for number in range(1, 5):
        quota.send(number, number, listed(title=str(number)))
    assert quota.send(5, 5, t.NavigationTemplate()).number == 0
    assert quota.send(6, 6, listed()).number == 1
    quota.reset()
    assert (quota.step, quota.send(6, 6, listed()).number) == (0, 1)


def test_what_lies_below_a_new_task_costs_no_step():
    quota = Quota()
    for number in (1, 2):
        quota.send(number, number, listed(title=str(number)))
    quota.reset()
    assert [quota.send(number, number, listed(title=str(number))).number for number in (2, 1, 2)] == [1, 0, 1]


def test_another_language_is_a_refresh_once():
    quota = Quota()
    quota.send(1, 1, listed(title="Doors"))
    quota.translate()
    assert quota.send(1, 1, listed(title="Doors")) == (1, True, [])
    assert quota.send(1, 1, listed(title="Türen")) == (1, True, [])
    assert quota.send(1, 1, listed(title="Portes")) == (2, False, [])


def test_another_type_in_another_language_is_a_step():
    quota = Quota()
    quota.send(1, 1, listed(title="Doors"))
    quota.translate()
    assert quota.send(1, 1, t.MessageTemplate("Türen", "Zu")) == (2, False, [])


def test_a_new_task_begins_with_its_first_step_in_another_language_too():
    quota = Quota()
    quota.send(1, 1, listed(title="Doors"))
    quota.translate()
    quota.reset()
    assert quota.send(1, 1, listed(title="Türen")) == (1, False, [])


def test_after_going_back_the_type_has_to_be_the_same():
    (_, _, back) = steps((1, 1, listed()), (2, 2, listed()), (1, 1, t.PaneTemplate("x", [ROW])))
    assert [v.rule for v in back.violations] == ["quota.back"]


@given(st.lists(st.sampled_from(["push", "pop", "refresh", "new"]), max_size=25))
@PATIENT
def test_going_back_gives_back_exactly_the_steps_that_followed(moves):
    """Against the plainest model: a stack of the step numbers."""
    quota, titles = Quota(), iter(range(1000))
    stack, keys = [(1, quota.send(0, 1, listed(title=str(next(titles)))).number)], iter(range(1, 1000))
    screens = [(0, listed(title="0"))]
    for move in moves:
        if move == "pop":
            if len(screens) == 1:
                continue
            screens.pop()
            stack.pop()
            expected = stack[-1][1]
        elif move == "push":
            screens.append((next(keys), listed(title=str(next(titles)))))
            expected = stack[-1][1] + 1
            stack.append((len(screens), expected))
        elif move == "new":
            screens[-1] = (screens[-1][0], listed(title=str(next(titles))))
            expected = stack[-1][1] + 1
            stack[-1] = (len(screens), expected)
        else:
            expected = stack[-1][1]
        key, template = screens[-1]
        step = quota.send(key, len(screens), template)
        assert step.number == quota.step == expected
        assert step.refresh is (move == "refresh")
        assert bool(step.violations) is (not step.refresh and move != "pop" and expected >= MAX_STEPS)


@given(st.sampled_from(LAST))
@PATIENT
def test_each_last_template_may_be_the_fifth(kind):
    made = {
        t.PaneTemplate: lambda: t.PaneTemplate("x", [ROW]),
        t.MessageTemplate: lambda: t.MessageTemplate("x", "y"),
        t.LongMessageTemplate: lambda: t.LongMessageTemplate("x", "y"),
        t.SignInTemplate: lambda: t.SignInTemplate("x", t.PinSignIn("1")),
    }.get(kind, kind)()
    *_, last = steps(*[(n, n, listed(title=str(n))) for n in range(1, 5)], (5, 5, made))
    assert last.violations == []
