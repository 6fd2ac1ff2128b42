"""The cockpit's bus thread on a real car, without a glass: its store, drained by hand."""

import asyncio
from collections.abc import Callable
from contextlib import contextmanager

from carservices.api.driving import Driving
from carservices_ui.link import Link
from carservices_ui.store import Store


@contextmanager
def linked(run_dir):
    store = Store()
    link = Link(store, run_dir, "tool", (Driving,))
    link.start()
    try:
        yield store
    finally:
        link.close()


async def until(store: Store, condition: Callable[[], object]) -> None:
    """Frames until the condition holds."""
    async with asyncio.timeout(20):
        while not condition():
            store.drain()
            await asyncio.sleep(0.01)


async def outcome(store, ask):
    outcomes = []
    ask(outcomes.append)
    await until(store, lambda: outcomes)
    return outcomes[0]
