"""Logs: whole lines whatever the chunks, bounded files, lines lost but never an error, one reader for all."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.system import logs
from carservices.system.logs import LONGEST_LINE, MOST_BYTES, Log

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), max_size=30))


def read(directory, *names):
    return list(logs.read(directory, logs.ends(directory, names)))


def complain(text):
    raise AssertionError(text)


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path, "one", complain)
    yield log
    log.close()


@given(lines=LINES, cuts=st.lists(st.integers(1, 9), min_size=1))
def test_lines_survive_any_cut_of_the_output(tmp_path_factory, lines, cuts):
    directory = tmp_path_factory.mktemp("log")
    log = Log(directory, "one", complain)
    data = "".join(f"{line}\n" for line in lines).encode()
    sizes = itertools.cycle(cuts)
    while data:
        size = next(sizes)
        log.feed(data[:size])
        data = data[size:]
    log.close()
    assert [entry.text for entry in read(directory, "one")] == lines


def test_the_last_words_need_no_end_of_line(log, tmp_path):
    log.feed(b"killed in the middle")
    log.flush()
    assert [entry.text for entry in read(tmp_path, "one")] == ["killed in the middle"]


def test_files_stay_bounded_and_the_newest_lines_are_kept(log, tmp_path):
    for number in range(40):
        log.feed((f"{number} " + "x" * 900 + "\n").encode() * 100)
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert max(sizes) < MOST_BYTES + 200 * 1000
    entries = read(tmp_path, "one")
    assert entries[-1].text.startswith("39 ")
    assert [entry.time for entry in entries] == sorted(entry.time for entry in entries)


def test_output_without_line_ends_does_not_grow_in_memory(log, tmp_path):
    log.feed(b"x" * (3 * LONGEST_LINE))
    assert len(read(tmp_path, "one")[0].text) <= LONGEST_LINE


def test_a_disk_that_refuses_costs_lines_and_is_told_once(tmp_path):
    told = []
    log = Log(tmp_path / "gone", "one", told.append)
    for _ in range(3):
        log.feed(b"a\nb\n")
    assert log.lost == 6
    assert len(told) == 1
    assert list(log.tail) == ["a", "b"] * 3
    (tmp_path / "gone").mkdir()
    log.feed(b"c\n")
    log.close()
    texts = [entry.text for entry in read(tmp_path / "gone", "one")]
    assert texts == ["6 lines were lost here: the log could not be written", "c"]


def test_the_reader_merges_by_time(tmp_path):
    (tmp_path / "a.log").write_text("2026-01-01T00:00:01 first\n2026-01-01T00:00:03 third\n")
    (tmp_path / "b.log").write_text("2026-01-01T00:00:02 second\n")
    assert logs.names(tmp_path) == ["a", "b"]
    entries = read(tmp_path, "a", "b", "never started")
    assert [(entry.name, entry.text) for entry in entries] == [("a", "first"), ("b", "second"), ("a", "third")]


def test_following_sees_new_lines_new_processes_and_a_rolled_file(tmp_path):
    one = tmp_path / "one.log"
    one.write_text("t0 old\n")
    steps = [
        lambda: one.open("a").close(),
        lambda: append(one, "t1 new\n"),
        lambda: append(tmp_path / "two.log", "t2 other\n"),
        lambda: (append(one, "t3 last of the old\n"), one.replace(tmp_path / "one.log.1"), append(one, "t4 rolled\n")),
    ]

    def choose():
        if steps:
            steps.pop(0)()
        return logs.names(tmp_path)

    ends = logs.ends(tmp_path, ["one"])
    append(one, "t0 just after\n")
    seen = itertools.islice(logs.follow(tmp_path, choose, ends, interval=0.0), 5)
    assert [entry.text for entry in logs.read(tmp_path, ends)] == ["old"]
    assert [entry.text for entry in seen] == ["just after", "new", "other", "last of the old", "rolled"]


def append(path, text):
    with path.open("a") as file:
        file.write(text)
