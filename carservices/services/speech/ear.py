"""What hears the driver: the interface of an ear, and the one for which somebody types in the driver's place."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol


class Ear(Protocol):
    """Anything that makes text of what the driver says."""

    def understands(self) -> Sequence[str]:
        """Languages, two letters each, in which it can hear now."""

    async def hear(self, language: str) -> str:
        """The next words. Cancelled when the time is over, or another ear has heard them."""


class Typed:
    """The emulator's panel and `carservices speech tell` speak to it; it knows every language."""

    def __init__(self) -> None:
        self._words: asyncio.Future[str] | None = None

    def understands(self) -> Sequence[str]:
        return ()  # it needs somebody who types: no driver may be promised that

    async def hear(self, language: str) -> str:
        self._words = asyncio.get_running_loop().create_future()
        try:
            return await self._words
        finally:
            self._words = None

    def tell(self, text: str) -> bool:
        """Whether it was heard: somebody listens just now."""
        if self._words is None or self._words.done():
            return False
        self._words.set_result(text)
        return True


async def first_word(hearings: Sequence[Coroutine[Any, Any, str]], seconds: float) -> str:
    """What the first of them hears within so many s; empty when none does."""
    waiting = {asyncio.ensure_future(hearing) for hearing in hearings}
    try:
        async with asyncio.timeout(seconds):
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if words := next((text for one in done if (text := one.result())), ""):
                    return words
    except TimeoutError:
        pass
    finally:
        for one in waiting:
            one.cancel()
    return ""
