"""Crash reports: what they say, and that only the newest are kept."""

import pytest

from carservices.bus import crashes


def test_only_the_newest_are_kept(tmp_path):
    written = [crashes.write_report(tmp_path, "hub", "hung", {"run": n}, ["last words"]) for n in range(25)]
    kept = crashes.reports(tmp_path)
    assert kept == written[: -crashes.KEPT - 1 : -1]
    assert kept[0].read_text() == "hub hung\nrun: 24\n\nIts last lines:\nlast words\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended with status 0"), (78, "ended with status 78"), (-9, "was ended by SIGKILL"), (-200, "signal 200")],
)
def test_an_exit_in_words(code, words):
    assert words in crashes.how_it_ended(code)
