"""The reader of VSS files: overlays, and errors that name file, place and cure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.signals import Catalogue, CatalogueError, Datatype, Kind
from carservices.signals.vss import MAX_BYTES


def leaf(**keys):
    return {"type": "sensor", "datatype": "float", "description": ""} | keys


def branch(**children):
    return {"type": "branch", "description": "", "children": children}


@pytest.fixture
def load(tmp_path):
    """Loads documents, each from a file of its own, in their order."""

    def load_documents(*documents):
        files = []
        for number, document in enumerate(documents):
            files.append(tmp_path / f"{number}.json")
            files[-1].write_text(document if isinstance(document, str) else json.dumps(document))
        return Catalogue.load(*files)

    return load_documents


def test_a_leaf_keeps_what_it_says(load):
    speed = leaf(
        unit="celsius", min=-1, max=2.5, description="Words.", deprecation="use Pace", uuid="x", default=3, comment="y"
    )
    signal = load({"Vehicle": branch(Speed=speed)})["Vehicle.Speed"]
    assert (signal.kind, signal.datatype, signal.unit) == (Kind.SENSOR, Datatype.FLOAT, "Celsius")
    assert (signal.min, signal.max, signal.description, signal.deprecation) == (-1, 2.5, "Words.", "use Pace")


@pytest.mark.parametrize(
    ("datatype", "allowed"), [("uint8", (1, 3)), ("float", (0.5, 1)), ("string", ("OFF", "ON")), ("uint8[]", (2,))]
)
def test_a_leaf_allows_values_of_its_own_kind(load, datatype, allowed):
    assert load({"Vehicle": branch(A=leaf(datatype=datatype, allowed=allowed))})["Vehicle.A"].allowed == allowed


def test_later_files_overlay_earlier_ones(load):
    catalogue = load({"Vehicle": branch(A=leaf(max=1), B=leaf())}, {"Vehicle": branch(A=leaf(max=2), C=leaf())})
    assert list(catalogue) == ["Vehicle.A", "Vehicle.B", "Vehicle.C"]
    assert catalogue["Vehicle.A"].max == 2


def test_a_leaf_replaces_a_branch_and_a_branch_a_leaf(load):
    first, second = {"V": branch(A=branch(X=leaf(), Y=branch(Z=leaf())), AB=leaf())}, {"V": branch(A=leaf())}
    assert list(load(first, second)) == ["V.AB", "V.A"]
    assert list(load(second, first)) == ["V.A.X", "V.A.Y.Z", "V.AB"]


def test_type_definitions_are_no_signals(load):
    assert list(load({"Vehicle": branch(A=leaf()), "ComplexDataTypes": {"Types": {"type": "struct"}}})) == ["Vehicle.A"]


def test_no_file_makes_an_empty_catalogue():
    assert len(Catalogue.load()) == 0


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"Vehicle": {\n "type" "branch"\n}}', "0.json, line 2, column 9: "),
        ("", "line 1, column 1"),
        ("[]", 'a list at the top; a VSS JSON export starts with {"Vehicle"'),
        (
            '{"Vehicle": {"type": "sensor", "datatype": "float", "max": NaN}}',
            "Vehicle, key 'max': nan instead of",
        ),
        ('{"A": {"type": "branch"}, "A": {"type": "branch"}}', "top level: key 'A' stands twice in one object"),
        ('{"A": {"type": "branch", "children": {"B": 1, "B": 2}}}', "0.json: A: key 'B' stands twice in one object"),
        ('{"A": {"type": "sensor", "type": "sensor"}}', "0.json: A: key 'type' stands twice in one object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"A": ' + "9" * 5000 + "}", "0.json: "),
        ({"Vehicle": 3}, "Vehicle: a number instead of a node"),
        ({"Vehicle": {}}, "Vehicle, key 'type': missing; write one of branch"),
        (
            {"Vehicle": branch(A=leaf(type="senser"))},
            "Vehicle.A, key 'type': 'senser' is unknown; did you mean 'sensor'?",
        ),
        ({"Vehicle": {"type": "branch", "children": []}}, "Vehicle, key 'children': a list"),
        ({"Vehicle": branch(**{"A.B": leaf()})}, "Vehicle: 'A.B' is no name; use at most 100 letters"),
        ({"Veh\nicle": branch()}, r"0.json: top level: 'Veh\nicle' is no name"),
        ({"A" * 101: branch()}, "is no name"),
        ({"Vehicle": branch(A=leaf(datatype="flaot"))}, "Vehicle.A, key 'datatype': 'flaot' is unknown; did you mean"),
        ({"Vehicle": branch(A={"type": "sensor"})}, "Vehicle.A, key 'datatype': missing"),
        ({"Vehicle": branch(A=leaf(datatype=["float"]))}, "key 'datatype': a list; write one of boolean"),
        ({"Vehicle": branch(A=leaf(min="low"))}, "key 'min': a text instead of a finite number"),
        ({"Vehicle": branch(A=leaf(max=True))}, "key 'max': a boolean instead of a finite number"),
        ('{"V": {"type": "sensor", "datatype": "float", "max": 1e999}}', "key 'max': inf instead of a finite"),
        ({"Vehicle": branch(A=leaf(min=2, max=1))}, "key 'min': 2 is above max 1; swap them"),
        ({"Vehicle": branch(A=leaf(datatype="string", min=0))}, "key 'min': a string has no limits; remove min"),
        ({"Vehicle": branch(A=leaf(allowed="ON"))}, "key 'allowed': a text; write a list"),
        ({"Vehicle": branch(A=leaf(datatype="string", allowed=[1]))}, "key 'allowed': a number in the list"),
        ({"Vehicle": branch(A=leaf(datatype="uint8", allowed=[1.5]))}, "key 'allowed': a number in the list"),
        ('{"V": {"type": "sensor", "datatype": "float", "allowed": [1e999]}}', "key 'allowed': a number in the list"),
        ({"Vehicle": branch(A=leaf(datatype="boolean", allowed=[True]))}, "key 'allowed': a boolean in the list"),
        ({"Vehicle": branch(A=leaf(unit=5))}, "key 'unit': a number; write text in quotes"),
        ({"Vehicle": branch(A=leaf(description=None))}, "key 'description': a null"),
    ],
)
def test_an_error_names_place_and_cure(load, document, message):
    with pytest.raises(CatalogueError) as caught:
        load(document)
    assert "0.json" in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_second_file_is_the_one_blamed(load):
    with pytest.raises(CatalogueError, match=r"1\.json: Vehicle"):
        load({"Vehicle": branch()}, {"Vehicle": 0})


def test_too_many_levels_are_refused(load):
    node = leaf()
    for _ in range(40):
        node = branch(A=node)
    with pytest.raises(CatalogueError, match="too deep; at most 32 levels"):
        load({"V": node})


def test_unreadable_files_are_named(tmp_path):
    with pytest.raises(CatalogueError, match=r"gone\.json: No such file or directory; give the path"):
        Catalogue.load(tmp_path / "gone.json")
    with pytest.raises(CatalogueError, match="Is a directory"):
        Catalogue.load(str(tmp_path))
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"Z\xfc": 1}')
    with pytest.raises(CatalogueError, match="byte 3 is not UTF-8"):
        Catalogue.load(latin)


def test_a_huge_file_is_not_read(tmp_path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(CatalogueError, match="is this a VSS JSON export"):
        Catalogue.load(huge)


WORDS = st.sampled_from(
    ["Vehicle", "A", "type", "children", "datatype", "min", "max", "allowed", "unit", "description"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["branch", "sensor", "float", "string[]", "A", ""]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, st.text()), inner, max_size=6)
    ),
    max_leaves=30,
)
LEAVES = st.dictionaries(WORDS, SCALARS | st.lists(SCALARS, max_size=3), max_size=6).map(lambda keys: leaf(**keys))
NODES = st.recursive(
    LEAVES,
    lambda inner: st.dictionaries(WORDS, inner, max_size=4).map(lambda children: branch(**children)),
    max_leaves=10,
)


@given(st.one_of(JSON, st.dictionaries(WORDS, NODES, max_size=3)))
def test_any_json_loads_or_is_refused(tmp_path_factory, document):
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps(document))
    loads_or_is_refused(file)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_load_or_are_refused(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "any.bytes"
    file.write_bytes(data)
    loads_or_is_refused(file)


def loads_or_is_refused(file):
    try:
        catalogue = Catalogue.load(file)
    except CatalogueError as error:
        message = str(error)
    else:
        message = ""
        for path in catalogue:
            assert catalogue.config(path).path == path
    assert message.isprintable()
