"""Templates go over the wire unchanged, and nothing that is not a template gets through."""

import json
from dataclasses import fields, replace

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.app import templates as t
from carservices.app.codec import MAX_ITEMS, MAX_TEXT, TemplateError, decode, encode
from tests.unit.app.nodes import PATIENT, templates

NAN = float("nan")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("Row"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def as_numbers(template):
    """The tree of a template whose handlers are numbers already."""
    return encode(with_callables(template), lambda handler: handler.number)


def with_callables(node):
    changes = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, t.Node):
            changes[field.name] = with_callables(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(with_callables(v) if isinstance(v, t.Node) else v for v in value)
        elif field.name.startswith("on_") and value is not None:
            changes[field.name] = Numbered(value)
    return replace(node, **changes)


class Numbered:
    def __init__(self, number):
        self.number = number

    def __call__(self):
        return self.number


@given(templates())
@PATIENT
def test_every_template_survives_the_wire(template):
    tree = as_numbers(template)
    assert decode(msgpack.unpackb(msgpack.packb(tree))) == template


@given(templates(), st.data())
@PATIENT
def test_one_damaged_part_never_gets_through_as_something_else(template, data):
    """Whatever stands in the place of a part, the result is a template again or an error that names a place."""
    tree = as_numbers(template)
    place = tree[1]
    if not place:
        return
    name = data.draw(st.sampled_from(sorted(place)))
    place[name] = data.draw(PLAIN)
    try:
        again = decode(tree)
    except TemplateError as error:
        problem = error
    else:
        assert json.dumps(as_numbers(again), allow_nan=False)
        return
    assert problem.place.startswith(type(template).__name__)


@given(PLAIN)
@PATIENT
def test_no_plain_value_is_a_template(tree):
    with pytest.raises(TemplateError):
        decode(tree)


def deep(levels):
    tree = ["MessageTemplate", {"title": "x"}]
    for _ in range(levels):
        tree = ["MapWithContentTemplate", {"content": tree}]
    return tree


ROW = ["Row", {"title": "x"}]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (["ListTemplate", {}], "ListTemplate: ListTemplate needs the field 'title'"),
        (["ListTemplate", {"title": 3}], "ListTemplate.title: 3 cannot stand here, only str"),
        (["ListTemplate", {"title": "x", "rows": [ROW, ["Tab", {}]]}], "ListTemplate.rows[1]: 'Tab' cannot stand"),
        (["ListTemplate", {"title": "x", "evil": 1}], "ListTemplate has no field 'evil'"),
        (["ListTemplate", {"title": "x", "rows": [ROW] * (MAX_ITEMS + 1)}], "501 elements, at most 500"),
        (["ListTemplate", {"title": "x" * (MAX_TEXT + 1)}], "a text of 4097 bytes, at most 4096"),
        (["ListTemplate", {"title": "ä" * 2049}], "a text of 4098 bytes"),
        (["ListTemplate", {"title": "x", "loading": 1}], "loading: 1 cannot stand here, only bool"),
        (["NavigationTemplate", {"estimate": ["TravelEstimate", {"distance_m": NAN}]}], "nan is no number"),
        (["NavigationTemplate", {"alert": ["Alert", {"id": 2**60, "title": "x", "seconds": 1}]}], "integers end"),
        (["MessageTemplate", {"title": "x", "icon": ["Icon", {"name": "x", "colour": "mauve"}]}], "'mauve' cannot"),
        (["SearchTemplate", {"on_change": -1}], "only the number of an action"),
        (["object", {}], "'object' cannot stand here, only ListTemplate or"),
        (deep(1)[:1], "only a node [name, fields]"),
        (deep(2), "MapWithContentTemplate.content: 'MapWithContentTemplate' cannot stand here"),
    ],
)
def test_the_error_names_place_and_reason(tree, said):
    with pytest.raises(TemplateError) as caught:
        decode(tree)
    assert said in str(caught.value)


def test_the_number_of_all_parts_is_bounded():
    rows = [["Row", {"title": "x", "actions": [["Action", {}]] * 8}]] * 500
    with pytest.raises(TemplateError, match="more than 4000 parts"):
        decode(["ListTemplate", {"title": "x", "rows": rows}])


def test_handlers_are_numbered_in_the_order_of_the_template():
    seen = []

    def number(handler):
        seen.append(handler)
        return len(seen)

    def first(): ...
    def second(): ...

    rows = [t.Row("a", on_click=first), t.Row("b", toggle=t.Toggle(True, second))]
    tree = encode(t.ListTemplate("x", rows), number)
    again = decode(tree)
    assert seen == [first, second]
    assert (again.rows[0].on_click, again.rows[1].toggle.on_change) == (1, 2)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (t.Row("x"), "view(): Row cannot stand here"),
        (None, "view(): None cannot stand here"),
        (t.ListTemplate("x", [t.Row(21.5)]), "ListTemplate.rows[0].title: 21.5 cannot stand here, only str"),
        (t.ListTemplate("x", [t.Row("a", on_click=3)]), "3 cannot stand here, only a function, or None"),
        (t.ListTemplate("x", "rows"), "ListTemplate.rows: 'rows' cannot stand here, only a list of Row"),
    ],
)
def test_the_app_learns_of_its_mistake_before_it_is_sent(template, said):
    with pytest.raises(TemplateError) as caught:
        encode(template, lambda handler: 1)
    assert said in str(caught.value)
