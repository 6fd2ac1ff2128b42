"""Who guides the driver: the car's own navigation, or the one app that has the focus."""

from collections.abc import Callable

from carservices.api.appscreen import Guide
from carservices.api.navigation import Navigation, RouteState
from carservices.apphost.life import App
from carservices.bus import CallError, Car

CATEGORY = "navigation"
FOCUS = "navigation"


class GuideDesk:
    """The newest to guide has the focus; the one before stops (NavigationManager of the Android Car App Library)."""

    def __init__(self, car: Car, publish: Callable[[Guide], None]) -> None:
        self._navigation = car.service(Navigation)
        self._publish = publish
        self._app: App | None = None
        self._car_guides = False
        self._cancelled = False

    async def start(self) -> None:
        self.show()
        await self._navigation.route.watch(self._on_route)

    async def take(self, app: App) -> None:
        """The app guides from now on. Raises CallError PERMISSION_DENIED, and what the car's navigation answers."""
        if app.bundle.manifest.category != CATEGORY:
            raise CallError(
                "PERMISSION_DENIED", f"only an app of the category '{CATEGORY}' guides, and {app.id} is none"
            )
        if self._car_guides:
            self._cancelled = True  # until its route says so, which may be before the call returns
            try:
                await self._navigation.cancel()
            except CallError as error:
                if error.code != "UNAVAILABLE":  # a navigation that is away guides nobody
                    self._cancelled = False
                    raise
        if app.running:
            self._hand(app)

    def leave(self, app: App) -> None:
        """It has arrived, or ended."""
        if app is self._app:
            self._hand(None)

    def _on_route(self, state: RouteState | None) -> None:
        self._car_guides = state is not None and state.destination is not None
        if not self._car_guides:
            self._cancelled = False
        elif not self._cancelled:
            self._hand(None)

    def _hand(self, app: App | None) -> None:
        before, self._app = self._app, app
        if before is not app:
            if before is not None:
                before.focus(FOCUS, has=False)
            if app is not None:
                app.focus(FOCUS, has=True)
            self.show()

    def show(self) -> None:
        guide = self._app
        self._publish(Guide(app=guide.id, name=guide.bundle.name) if guide is not None else Guide())
