"""Installing over the bus: fetched, reviewed, agreed to; about, rolling back; what is refused and why."""

import pytest

from carservices.api.installation import InstallStep
from carservices.api.permissions import Level
from carservices.apphost.store import SigningKey, build
from carservices.bus import CallError
from tests.unit.apphost.conftest import write_bundle

ID = "org.example.two"
CODE = """
from carservices.app import *
class Main(App):
    def view(self):
        return ListTemplate("Two", [Row("one")])
"""


@pytest.fixture
def bundle(places, tmp_path):
    """Makes the bundle of a version; its publisher is trusted."""
    key = SigningKey.make(tmp_path / "key.pem")
    places.trust().add("example", key.public)

    def make(version, by=key):
        folder = tmp_path / version
        wants = {
            "read:Vehicle.Chassis.Axle.*.Wheel.*.Tire.Pressure": "Shows the tyres",
            "read:Vehicle.Speed": "Shows the speed",
        }
        write_bundle(folder, CODE, app=ID, version=version, name="Two", permissions=wants)
        path = tmp_path / f"{version}.capp"
        build(folder / ID, path, by)
        return path

    return make


async def step(c, wanted):
    return await c.until_state(c.apps.installation, lambda now: now.step is wanted)


async def install(c, path):
    await c.apps.fetch(str(path))
    review = await step(c, InstallStep.REVIEW)
    await c.apps.install()
    await step(c, InstallStep.DONE)
    return review.package


async def test_a_bundle_is_reviewed_before_it_is_installed(garage, bundle):
    async with garage() as c:
        package = await install(c, bundle("1.0.0"))
        assert (package.id, package.version, package.publisher, package.replaces) == (ID, "1.0.0", "example", None)
        levels = {permission.reasons[0]["en"]: permission.level for permission in package.permissions}
        assert levels == {"Shows the tyres": Level.NORMAL, "Shows the speed": Level.DANGEROUS}
        catalog = await c.until_state(c.apps.apps, lambda now: any(app.id == ID for app in now.apps))
        assert not next(app for app in catalog.apps if app.id == ID).builtin
        about = await c.apps.about(ID)
        assert (about.size, about.publisher, about.previous) == (package.size, "example", None)


async def test_an_update_names_what_it_replaces_and_can_be_rolled_back(garage, bundle):
    async with garage() as c:
        await install(c, bundle("1.0.0"))
        assert (await install(c, bundle("1.1.0"))).replaces == "1.0.0"
        assert (await c.apps.about(ID)).previous == "1.0.0"
        await c.apps.roll_back(ID)
        await c.until_state(c.apps.apps, lambda now: any((a.id, a.version) == (ID, "1.0.0") for a in now.apps))
        with pytest.raises(CallError, match="no app"):
            await c.apps.roll_back("org.example.none")


async def test_what_cannot_be_installed_ends_with_a_sentence_and_nothing_is_kept(garage, bundle, tmp_path):
    stranger = bundle("2.0.0", by=SigningKey.make(tmp_path / "other.pem"))
    broken = tmp_path / "broken.capp"
    broken.write_bytes(b"no bundle")
    async with garage() as c:
        for source, sentence in ((tmp_path / "none.capp", "cannot be read"), (broken, "no app bundle")):
            await c.apps.fetch(str(source))
            assert sentence in (await step(c, InstallStep.FAILED)).error
            await c.apps.cancel_install()
            await step(c, InstallStep.IDLE)
        await c.apps.fetch(str(stranger))
        assert (await step(c, InstallStep.REVIEW)).package.publisher is None
        await c.apps.install()
        assert "unknown key" in (await step(c, InstallStep.FAILED)).error
        with pytest.raises(CallError, match="fetch something first"):
            await c.apps.install()


async def test_a_fetched_bundle_can_be_put_away(garage, bundle):
    async with garage() as c:
        await c.apps.fetch(str(bundle("1.0.0")))
        await step(c, InstallStep.REVIEW)
        await c.apps.cancel_install()
        await step(c, InstallStep.IDLE)
        with pytest.raises(CallError, match="fetch something first"):
            await c.apps.install()
