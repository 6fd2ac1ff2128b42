"""`carservices app build` and `app install FOLDER`: nothing broken is published, and folders are for developers."""

import pytest

from carservices.apptools.new import new
from carservices.cli.main import FAILED, OK, USAGE, main
from carservices.system import settings


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The folder of an app that passes its check, on a machine of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return new("org.example.tyres", "list", tmp_path / "org.example.tyres")[-1].parent


def run(capsys, *arguments):
    status = main(["app", *map(str, arguments)])
    return status, capsys.readouterr()


def test_what_fails_its_check_is_not_built(app, tmp_path, capsys):
    bundle = tmp_path / "one.capp"
    build = ("build", app, "--out", bundle)
    assert run(capsys, *build)[0] == OK
    bundle.unlink()
    (app / "oops.py").write_text("import socket\n")
    status, said = run(capsys, *build)
    assert status == FAILED
    assert "socket" in said.err
    assert "nothing was built: correct that, or --no-check" in said.err
    assert not bundle.exists()
    assert run(capsys, *build, "--no-check")[0] == OK
    assert bundle.exists()


def test_a_folder_is_installed_in_developer_mode_only(app, tmp_path, capsys):
    install = ("install", app, "--yes", "--run-dir", tmp_path / "run")
    status, said = run(capsys, *install)
    assert (status, "--developer takes it as it is" in said.err) == (USAGE, True)
    settings.save(settings.Settings(developer=False))
    status, said = run(capsys, *install, "--developer")
    assert (status, "`carservices settings developer true`" in said.err) == (FAILED, True)
    assert run(capsys, "list")[1].out.split() == ["APP", "VERSION", "BEFORE", "PUBLISHER"]
    settings.save(settings.Settings(developer=True))
    assert run(capsys, *install, "--developer")[0] == OK
    assert "org.example.tyres" in run(capsys, "list")[1].out
