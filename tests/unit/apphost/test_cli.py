"""`carservices apps` on a running car."""

import asyncio
import json

from carservices.cli.main import FAILED, OK, main
from carservices.system.run_dir import Lock
from tests.unit.apphost.conftest import shown, write_bundle

APP = "org.example.one"
CODE = """
from carservices.app import *
class Main(App):
    def view(self):
        return ListTemplate("One", [Row(name, s.text()) for name, s in self.car.tyres()])
"""
SCOPES = {"read:Vehicle.Chassis.Axle.**.Tire.Pressure": "Shows the tyres", "read:Vehicle.Speed": "Shows the speed"}


async def test_apps_are_listed_opened_given_permissions_and_closed(garage, places, capsys):
    write_bundle(places.builtin, CODE, permissions=SCOPES, hosts=["a.example.org", "b.example.org"])
    async with garage() as c:

        async def apps(*arguments):
            status = await asyncio.to_thread(main, ["apps", *arguments, "--run-dir", str(c.run_dir)])
            said = capsys.readouterr()
            return status, said.out + said.err

        with Lock(c.run_dir):
            assert await apps("open", APP) == (OK, "")
            await c.until_state(c.apps.screen, shown())
            status, said = await apps()
            assert status == OK
            assert said.splitlines()[1].split()[:4] == [APP, "1.0.0", "foreground", "weak"]
            status, said = await apps("permissions", APP, "--json")
            decisions = {one["id"]: one["decision"] for one in json.loads(said)}
            assert (decisions.pop("network:a.example.org"), decisions.pop("network:b.example.org")) == ("granted",) * 2
            assert decisions == {"tyres": "granted", "speed": "ask"}
            assert await apps("grant", APP, "speed") == (OK, "")
            assert "tyres speed network:2" in (await apps())[1]
            assert json.loads((await apps("list", "--json"))[1])["apps"][0]["grants"][2:] == ["tyres", "speed"]
            status, said = await apps("revoke", APP, "doors")
            assert (status, "does not ask for 'doors'" in said) == (FAILED, True)
            assert "tyres" in (await apps("usage", APP))[1]
            await c.apps.add_profile("Anna Lund")
            status, said = await apps("profile", "anna lund")
            assert (status, said.splitlines()[-1].split()[1:]) == (OK, ["Anna", "Lund", "drives"])
            people = json.loads((await apps("profile", "default", "--json"))[1])
            assert (people["active"], [one["name"] for one in people["profiles"]]) == ("default", ["", "Anna Lund"])
            status, said = await apps("profile", "nobody")
            assert (status, "there are default, Anna Lund" in said) == (FAILED, True)
            assert await apps("close", APP) == (OK, "")
            assert await apps("clear", APP) == (OK, "")
            status, said = await apps("open", "org.example.two")
            assert (status, "no app 'org.example.two' is installed" in said) == (FAILED, True)
