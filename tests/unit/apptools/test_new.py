"""A new app of each kind passes its check and its own tests at once; a wrong name or place is refused."""

import pytest

from carservices.apptools.check import check
from carservices.apptools.new import KINDS, NewAppError, new
from carservices.cli.main import OK, USAGE, main


def test_each_kind_passes_its_check_and_its_tests(tmp_path, capfd):
    for kind in KINDS:
        folder = tmp_path / f"com.acme.my_{kind}"
        assert main(["app", "new", folder.name, str(folder), "--kind", kind]) == OK
        assert check(folder) == []
    (tmp_path / "app.toml").touch()  # the folder above, to run the tests of all three at once
    assert main(["app", "test", str(tmp_path), "-v"]) == OK
    said = capfd.readouterr().out
    assert [kind for kind in KINDS if f"test_my_{kind}.py" in said] == list(KINDS)


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


def test_a_folder_without_an_app_has_no_tests(tmp_path, capfd):
    assert main(["app", "test", str(tmp_path)]) == USAGE
    assert "no app.toml" in capfd.readouterr().err
