"""Under root each app is a user of its own at the full level, and still finds all that it was given."""

import json
import os
from dataclasses import replace

import pytest

from carservices.api.apps import Apps
from carservices.apphost.places import Places
from carservices.apphost.sandbox import Level, probe
from carservices.apphost.sandbox.uids import FIRST_UID, LAST_UID
from carservices.apphost.service import AppsService
from carservices.services.driving.service import DrivingService
from carservices.services.notifications.service import NotificationsService
from carservices.testing import car
from tests.unit.apphost.conftest import hal, shown, write_bundle

ABILITY = probe()
APP = "org.example.one"
CODE = """
import os, socket
from pathlib import Path
from carservices.app import App, MessageTemplate

class Main(App):
    def view(self):
        with socket.socket(socket.AF_UNIX) as proxy:
            proxy.connect(self.context.proxy)
        song = Path(self.context.folder("music"), "song.mp3").read_text()
        certificates = os.environ["SSL_CERT_DIR"]
        trusted = not os.path.isdir(certificates) or len(os.listdir(certificates)) > 0
        there = Path(self.bundle, "words", "en.txt").read_text()
        self.storage["kept"] = 1
        return MessageTemplate("One", f"{os.getuid()} {song} {there} {trusted}")
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give an app a user id of its own")
@pytest.mark.parametrize("own_uid", [True, False])
async def test_an_app_of_its_own_user_id_reads_its_bundle_folder_certificates_and_proxy(tmp_path, own_uid):
    """``own_uid``: whether a level below full could change it, which does not matter here."""
    if ABILITY.level is not Level.FULL:
        pytest.skip(f"this machine gives no full sandbox: {ABILITY.missing}")
    tmp_path.chmod(0o700)
    music = tmp_path / "music"
    music.mkdir()
    (music / "song.mp3").write_text("la")
    run = tmp_path / ("long" * 25)
    places = Places(tmp_path / "state", run, builtin=tmp_path / "apps", folders={"music": music})
    write_bundle(places.builtin, CODE, permissions={"files:music": "Plays it"}, hosts=["example.org"])
    (places.builtin / APP / "words").mkdir()
    (places.builtin / APP / "words" / "en.txt").write_text("hello")
    places.file("grants.json").write(json.dumps({"profiles": {"default": {APP: {"files": True, "files:music": True}}}}))
    services = [DrivingService, NotificationsService, lambda: AppsService(places, replace(ABILITY, own_uid=own_uid))]
    async with car(hal(), services) as c:
        apps = c.service(Apps)
        await apps.open(APP)
        front = await c.until_state(apps.screen, shown())
        uid, *rest = front.screen.tree[1]["message"].split()
        assert rest == ["la", "hello", "True"]
        assert FIRST_UID <= int(uid) <= LAST_UID
        assert {path.stat().st_uid for path in (places.data / "default" / APP).rglob("*")} == {int(uid)}
