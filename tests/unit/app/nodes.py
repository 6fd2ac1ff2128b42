"""Hypothesis strategies of templates, made from the codec's own table of fields."""

from functools import cache

from hypothesis import strategies as st

from carservices.app.codec import MAX_INTEGER, Shape, fields_of, shape_of
from carservices.app.templates import Template

SCALARS = {
    str: st.text(max_size=8).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)),
    int: st.integers(-MAX_INTEGER, MAX_INTEGER),
    float: st.floats(allow_nan=False, allow_infinity=False, width=32),
    bool: st.booleans(),
}


@cache
def values(shape: Shape):
    """Anything a field of this shape may hold; handlers are plain numbers, as the host has them."""
    if shape.handler:
        return st.none() | st.integers(0, 1000)
    if shape.element:
        return st.lists(values(shape.element), max_size=2).map(tuple)
    if shape.choices:
        return st.sampled_from(shape.choices)
    options = [SCALARS[kind] for kind in shape.scalars] + [nodes(kind) for kind in shape.nodes]
    return st.one_of(*[st.none()] * shape.optional, *options)


@cache
def nodes(kind):
    """Any node of a class."""
    return st.deferred(lambda: st.builds(kind, **{f.name: values(f.shape) for f in fields_of(kind)}))


TEMPLATES = st.one_of(*(nodes(kind) for kind in shape_of(Template).nodes))
