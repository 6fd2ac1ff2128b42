"""What an app keeps is whole, whatever happens."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.app import StorageError
from carservices.app.storage import Storage
from tests.unit.app.nodes import PATIENT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.data())
@settings(PATIENT, max_examples=25)
def test_it_is_a_dict_that_is_there_the_next_time(tmp_path_factory, table, data):
    file = tmp_path_factory.mktemp("app") / "storage.json"
    storage = Storage(file)
    storage.update(table)
    if table:
        gone = data.draw(st.sampled_from(sorted(table)))
        del storage[gone]
        table = {key: value for key, value in table.items() if key != gone}
    assert dict(storage) == dict(Storage(file)) == table
    assert {one.name for one in file.parent.iterdir()} <= {"storage.json"}


def test_what_json_cannot_hold_changes_nothing(tmp_path):
    storage = Storage(tmp_path / "storage.json")
    storage["a"] = 1
    for value in ({1, 2}, float("nan")):
        with pytest.raises((TypeError, ValueError)):
            storage["b"] = value
    with pytest.raises(KeyError):
        del storage["b"]
    assert dict(storage) == dict(Storage(tmp_path / "storage.json")) == {"a": 1}


def test_a_list_taken_out_is_kept_when_it_is_put_back(tmp_path):
    storage = Storage(tmp_path / "storage.json")
    storage["list"] = [1]
    storage["list"] = [*storage["list"], 2]
    assert Storage(tmp_path / "storage.json")["list"] == [1, 2]


def test_a_full_disk_is_said_and_the_old_table_kept(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    storage = Storage(folder / "storage.json")
    storage["a"] = 1
    (folder / f".storage.json.{os.getpid()}").mkdir()  # the same as a disk on which nothing can be made
    with pytest.raises(StorageError, match=r"storage\.json cannot be written: .*; the old one is kept"):
        storage["a"] = 2
    assert dict(storage) == dict(Storage(folder / "storage.json")) == {"a": 1}


@pytest.mark.parametrize("damaged", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_damaged_file_is_set_aside(tmp_path, damaged, caplog):
    file = tmp_path / "storage.json"
    file.write_bytes(damaged)
    storage = Storage(file)
    assert dict(storage) == {}
    assert (tmp_path / "storage.broken").read_bytes() == damaged
    assert "it is kept as storage.broken" in caplog.text
    storage["a"] = 1
    assert json.loads(file.read_text()) == {"a": 1}
