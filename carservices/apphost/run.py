"""One run of an app: its process, its link and its way to the network, begun together and ended together."""

from collections.abc import Callable, Mapping
from pathlib import Path

from carservices.app import wire
from carservices.apphost.access import Access
from carservices.apphost.bundles import Bundle
from carservices.apphost.disk import Quota
from carservices.apphost.excess import MEMORY, Excess
from carservices.apphost.images import Images
from carservices.apphost.launcher import Launcher, Process
from carservices.apphost.proxy import Proxy
from carservices.apphost.session import Events, Gateway, Session
from carservices.bus.crashes import how_it_ended


class Run:
    """What `begin` returns."""

    def __init__(self, process: Process, session: Session, proxy: Proxy | None) -> None:
        self.process = process
        self.session = session
        self.quota = Quota()
        self.excess = Excess(process.launched)
        self._proxy = proxy

    @classmethod
    async def begin(
        cls,
        bundle: Bundle,
        access: Access,
        launcher: Launcher,
        gateway: Gateway,
        images: Images,
        events: Events,
        *,
        place: Path,
        data: Path,
        folders: Mapping[str, Path],
        on_exit: Callable[[int], None],
    ) -> "Run":
        """``place`` is its folder in the run directory, ``data`` that of its files. Raises SandboxRefused, OSError."""
        proxy = await _proxy(bundle, place)
        ours, theirs = wire.socketpair()
        try:
            process = launcher.start(bundle, data, theirs.fileno(), proxy.path if proxy else None, folders, on_exit)
        except BaseException:
            ours.close()
            if proxy is not None:
                await proxy.close()
            raise
        finally:
            theirs.close()
        return cls(process, Session(ours, gateway, access, images, events), proxy)

    def cut(self) -> None:
        """End it now. Nothing reaches it any more, however long its process takes to go."""
        self.session.link.close()
        self.process.launched.kill()

    def ending(self, status: int) -> str:
        """How its process ended, as a sentence about the app."""
        last = self.process.lines[-1] if self.process.lines else ""
        if last.startswith("MemoryError") or self.process.launched.out_of_memory():
            return MEMORY
        return f"it {how_it_ended(status)}"

    async def close(self) -> None:
        """Give back what it held, once its process has ended."""
        await self.session.close()
        if self._proxy is not None:
            await self._proxy.close()


async def _proxy(bundle: Bundle, place: Path) -> Proxy | None:
    if not bundle.manifest.hosts:
        return None
    proxy = Proxy(_made(place) / "proxy.sock", bundle.reaches)
    await proxy.start()
    return proxy


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
