"""Hypothesis for the SDK: a strategy of templates, made from the codec's own table of fields, and its patience."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from carservices.app.codec import MAX_INTEGER, fields_of, shape_of
from carservices.app.templates import Template

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine under load is no failure."""

SCALARS = {
    str: st.text("aä€😀\n", max_size=4),
    int: st.integers(-MAX_INTEGER, MAX_INTEGER),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
}
KINDS = shape_of(Template).nodes


@st.composite
def templates(draw, kinds=KINDS):
    """Any template; handlers are plain numbers, as the host has them."""
    return _node(draw, draw(st.sampled_from(kinds)))


def _node(draw, kind):
    """A node with each field drawn or left at its default, so that trees stay small."""
    given = [f for f in fields_of(kind) if not f.optional or draw(st.integers(0, 3)) == 0]
    return kind(**{f.name: _value(draw, f.shape) for f in given})


def _value(draw, shape):
    if shape.optional and draw(st.booleans()):
        return None
    if shape.handler:
        return draw(st.integers(0, 1000))
    if shape.element:
        return tuple(_value(draw, shape.element) for _ in range(draw(st.integers(0, 2))))
    if shape.choices:
        return draw(st.sampled_from(shape.choices))
    kind = draw(st.sampled_from([*shape.scalars, *shape.nodes]))
    return _node(draw, kind) if kind in shape.nodes else draw(SCALARS[kind])
