"""A new app of each kind passes its check and its own tests at once; a wrong name or place is refused."""

import pytest

from carservices.apptools.check import check
from carservices.apptools.new import KINDS, NewAppError, new
from carservices.cli.main import FAILED, OK, USAGE, main


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_passes_its_check_and_its_tests(tmp_path, capfd, kind):
    folder = tmp_path / f"com.acme.my_{kind}"
    assert main(["app", "new", folder.name, str(folder), "--kind", kind]) == OK
    assert check(folder) == []
    assert main(["app", "test", str(folder)]) == OK
    assert " passed" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("My App", "write a-z"),
        ("../up", "write a-z"),
        ("org.example.class", "Python's own"),
        ("json", "name the app my_json"),
        ("org.example.carservices", "Python's own"),
    ],
)
def test_a_name_that_will_not_do_is_refused(tmp_path, name, words):
    with pytest.raises(NewAppError, match=words):
        new(name, folder=tmp_path / "app")
    assert not (tmp_path / "app").exists()


def test_nothing_is_overwritten(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["app", "new", "tyres"]) == OK
    before = (tmp_path / "org.example.tyres" / "tyres.py").read_text()
    assert main(["app", "new", "tyres", "--kind", "map"]) == USAGE
    assert "org.example.tyres exists" in capsys.readouterr().err
    assert (tmp_path / "org.example.tyres" / "tyres.py").read_text() == before


def test_tests_that_are_not_there_or_fail_are_told(tmp_path, capfd):
    assert main(["app", "test", str(tmp_path)]) == USAGE
    assert "no app.toml" in capfd.readouterr().err
    (tmp_path / "app.toml").touch()
    assert main(["app", "test", str(tmp_path)]) == FAILED
    assert "there are no tests" in capfd.readouterr().err
