"""The service of apps: every call of its contract, answered by the app host."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any

from carservices.api.apps import Apps
from carservices.api.appscreen import Display
from carservices.api.appstatus import About, AppState
from carservices.api.inspection import Inspection
from carservices.api.permissions import Permission, Usage
from carservices.api.state import STATE_DIR_VARIABLE
from carservices.app.manifest import ManifestError
from carservices.apphost.about import about
from carservices.apphost.bundles import developed
from carservices.apphost.host import AppHost, Streams
from carservices.apphost.inspector import inspect
from carservices.apphost.launcher import Launcher
from carservices.apphost.places import Places
from carservices.apphost.player import SEQ
from carservices.apphost.sandbox import Ability, Minimum
from carservices.apphost.store.install import InstallError
from carservices.bus import CallError, CarError
from carservices.bus.caller import CALLER
from carservices.bus.identity import TOOL


class AppsService(Apps):
    """``places`` None: the state directory of the environment, or one in the run directory.

    ``settings``: the file of this machine's settings, which says how well apps have to be shut in at least.
    """

    def __init__(
        self, places: Places | None = None, ability: Ability | None = None, settings: Path | None = None
    ) -> None:
        self._minimum = Minimum(settings)
        self._places = places
        self._ability = ability
        self._host: AppHost | None = None

    @property
    def host(self) -> AppHost:
        assert self._host is not None, "the service has not been started"
        return self._host

    async def start(self) -> None:
        places = self._places
        if places is None:
            run = self.car.run_dir
            places = Places(Path(os.environ.get(STATE_DIR_VARIABLE) or run / "state"), run)
        self._minimum()  # a wrong word in the environment is told now
        streams = Streams(
            self.apps.publish,
            self.screen.publish,
            self.media.publish,
            self.guide.publish,
            self.ask.publish,
            self.installation.publish,
            self.profiles.publish,
        )
        launcher = Launcher(places.uids, self._minimum, self._ability)
        try:
            self._host = AppHost(self.car, places, launcher, streams)
        except OSError as error:
            raise CarError(
                f"what apps store cannot be kept in {places.state} ({error.strerror}): make room, or correct its rights"
            ) from error
        await self._host.start()

    async def run(self) -> None:
        await self.host.run()

    async def stop(self) -> None:
        if self._host is not None:
            await self._host.stop()

    # -- life cycle --------------------------------------------------------------------------------------------------

    async def open(self, app: str) -> None:
        one = self.host.roster.get(app)
        if one.state is AppState.DISABLED:
            raise CallError("UNAVAILABLE", f"{app} crashed too often: enable it first ({one.last_error or 'earlier'})")
        await one.start()
        self.host.front.put(one)

    async def home(self) -> None:
        self.host.front.put(None)

    async def close(self, app: str) -> None:
        one = self.host.roster.get(app)
        self.host.front.leave(one)
        await one.stop()
        one.forgive()

    async def wait(self, app: str) -> None:
        self.host.roster.get(app).wait()
        self.host.front.show()

    async def enable(self, app: str) -> None:
        self.host.roster.get(app).enable()
        self.host.roster.keep_disabled()
        self.host.roster.changed()
        self.host.front.show()

    async def clear_data(self, app: str) -> None:
        await self._clear(app, [self.host.data(app)])

    async def _clear(self, app: str, folders: list[Path]) -> None:
        one = self.host.roster.get(app)
        self.host.front.leave(one)
        await one.stop()
        try:
            for folder in folders:
                if folder.exists():
                    await asyncio.to_thread(shutil.rmtree, folder)
        except OSError as error:
            raise CallError("UNAVAILABLE", f"the data of {app} cannot be deleted: {error}") from None

    async def uninstall(self, app: str) -> None:
        one = self.host.roster.get(app)
        if one.bundle.builtin:
            raise CallError("INVALID_ARGUMENT", f"{app} is part of the car: it can be closed, not uninstalled")
        await self._clear(app, self.host.places.stored(app))
        try:
            self.host.places.store().remove(app)
        except InstallError as error:
            raise CallError("UNAVAILABLE", str(error)) from None
        self.host.grants.forget(app)
        self.host.usage.forget(app)
        await self.host.notices.clear(app)
        await self.host.roster.rescan()

    async def about(self, app: str) -> About:
        return await asyncio.to_thread(about, self.host.places, self.host.roster.get(app).bundle, self.host.data(app))

    async def fetch(self, source: str) -> None:
        self.host.installer.fetch(source)

    async def install(self) -> None:
        self.host.installer.install()

    async def cancel_install(self) -> None:
        self.host.installer.cancel()

    async def roll_back(self, app: str) -> None:
        try:
            self.host.places.store().roll_back(self.host.roster.get(app).id)
        except InstallError as error:
            raise CallError("UNAVAILABLE", str(error)) from None
        await self.host.roster.rescan()

    async def rescan(self) -> None:
        await self.host.roster.rescan()

    # -- for tools ---------------------------------------------------------------------------------------------------

    async def develop(self, folder: str) -> str:
        if CALLER.get() != TOOL:
            raise CallError("PERMISSION_DENIED", f"only tools develop apps, and {CALLER.get()} is none")
        try:
            bundle = developed(folder)
        except ManifestError as error:
            raise CallError("INVALID_ARGUMENT", str(error)) from None
        await self.host.develop(bundle)
        return bundle.id

    async def leave(self, app: str) -> None:
        await self.host.leave(app)

    async def inspect(self, app: str, after: int = 0) -> Inspection:
        return inspect(self.host.roster.get(app), self.host.surroundings.rules, after)

    # -- the app in front --------------------------------------------------------------------------------------------

    async def action(self, app: str, seq: int, action: int, args: list[Any] = []) -> None:  # noqa: B006 - as declared
        one = self.host.roster.get(app)
        if seq == SEQ:
            self.host.player.act(one, action, args)
        else:
            self.host.front.act(one, seq, action, args)

    async def back(self) -> None:
        self.host.front.back()

    async def navigate(self, app: str, on: bool = True) -> None:
        one = self.host.roster.get(app)
        if on:
            await self.host.guide.take(one)
        else:
            self.host.guide.leave(one)

    async def acted(self, notification: str, action: int) -> None:
        app = await self.host.notices.acted(notification, action)
        if app is not None:
            await self.open(app.id)

    async def use_display(self, display: Display) -> None:
        self.host.surroundings.use(display)

    # -- permissions -------------------------------------------------------------------------------------------------

    async def answer(self, question: int, granted: bool, passenger: bool = False) -> None:
        await self.host.consent.answer(question, granted=granted, passenger=passenger)

    async def permissions(self, app: str) -> list[Permission]:
        access = self.host.roster.get(app).access
        return [access.describe(permission) for permission in access.wanted]

    async def grant(self, app: str, permission: str) -> None:
        await self.host.consent.grant(self.host.roster.get(app), permission)

    async def revoke(self, app: str, permission: str) -> None:
        await self.host.consent.revoke(self.host.roster.get(app), permission)

    async def usage(self, app: str) -> list[Usage]:
        return self.host.usage.of(self.host.roster.get(app).id)

    # -- people ------------------------------------------------------------------------------------------------------

    async def add_profile(self, name: str) -> str:
        self._need_parked()
        return self.host.people.add(name)

    async def rename_profile(self, profile: str, name: str) -> None:
        self._need_parked()
        self.host.people.rename(profile, name)

    async def remove_profile(self, profile: str) -> None:
        self._need_parked()
        await self.host.people.remove(profile)

    async def use_profile(self, profile: str) -> None:
        self._need_parked()
        await self.host.people.use(profile)

    def _need_parked(self) -> None:
        """Who looks after people does not drive; whoever has the machine's own terminal does not either."""
        if not self.host.parked and CALLER.get() != TOOL:
            raise CallError("PERMISSION_DENIED", "people are switched and changed while the car is parked")
