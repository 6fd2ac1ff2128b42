"""`carservices speech`: have the car say something, say something to it, see how its voice stands."""

import argparse
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from carservices.cli.common import Failed, add_json, add_run_dir, parser, positive, show_json, with_car

if TYPE_CHECKING:
    from carservices.api.speech import Speech, SpeechState
    from carservices.bus import Car

OWNER = "carservices speech"
PRIORITIES = ("reading", "alert", "guidance")


def main(arguments: list[str]) -> int:
    """One verb on the speech of the running car."""
    options = parser("speech", "The voice and the ear of the running car.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="VERB")
    say = verbs.add_parser("say", help="the car says it; until it has been said")
    say.add_argument("text", nargs="+")
    say.add_argument("--language", default="en", metavar="LL", help="en, de or fr (default: %(default)s)")
    say.add_argument(
        "--priority", choices=PRIORITIES, default="alert", help="what it interrupts (default: %(default)s)"
    )
    tell = verbs.add_parser("tell", help="say it to the car in the driver's place, once it listens ('Say it')")
    tell.add_argument("text", nargs="+")
    tell.add_argument("--wait", type=positive, default=30.0, metavar="S", help="for the car to listen (%(default)s s)")
    verbs.add_parser("hush", help="nothing more of what `say` was told")
    status = verbs.add_parser("status", help="who speaks, who waits, who listens, which engine")
    add_json(status)
    for one in verbs.choices.values():
        add_run_dir(one)
    chosen = options.parse_args(arguments)
    work: Callable[[Speech, argparse.Namespace], Coroutine[Any, Any, None]] = VERBS[chosen.verb]

    async def connected(car: "Car") -> int:
        from carservices.api.speech import Speech

        await work(car.service(Speech), chosen)
        return 0

    return with_car(chosen.run_dir, connected)


async def _say(speech: "Speech", chosen: argparse.Namespace) -> None:
    from carservices.api.speech import Priority

    number = await speech.say(OWNER, " ".join(chosen.text), chosen.language, Priority[chosen.priority.upper()])

    def said(state: "SpeechState") -> bool:
        return all(one is None or one.number != number for one in (state.speaking, *state.waiting))

    if problem := (await _until(speech, said)).problem:
        raise Failed(problem)


async def _tell(speech: "Speech", chosen: argparse.Namespace) -> None:
    import asyncio  # costs 30 ms, for which no help has to wait

    try:
        async with asyncio.timeout(chosen.wait):
            await _until(speech, lambda state: state.listener is not None)
    except TimeoutError:
        raise Failed(f"nobody has listened for {chosen.wait:g} s: choose 'Say it' in a search of the car") from None
    print(f"heard by {await speech.tell(' '.join(chosen.text))}")


async def _hush(speech: "Speech", _: argparse.Namespace) -> None:
    await speech.hush(OWNER)


async def _status(speech: "Speech", chosen: argparse.Namespace) -> None:
    state = await _until(speech, lambda _: True)
    if chosen.json:
        show_json(state.model_dump(mode="json"))
        return
    print(f"voice: {state.engine or state.cure}")
    print(f"understands: {', '.join(state.understands) or 'only what is typed with `carservices speech tell`'}")
    if state.listener:
        print(f"listens: {state.listener}")
    for word, one in (("speaks", state.speaking), *(("waits", one) for one in state.waiting)):
        if one is not None:
            print(f"{word}: {one.owner}, sentence {one.sentence + 1} of {one.sentences}")
    if state.problem:
        print(f"problem: {state.problem}")


async def _until(speech: "Speech", wanted: "Callable[[SpeechState], bool]") -> "SpeechState":
    """The first state that is so. Raises `Failed` when the service ends."""
    import asyncio  # costs 30 ms, for which no help has to wait

    seen: asyncio.Queue[SpeechState | None] = asyncio.Queue()
    watch = await speech.state.watch(seen.put_nowait)
    try:
        while (state := await seen.get()) is not None:
            if wanted(state):
                return state
        raise Failed("the speech service is not there: `carservices ps` shows why")
    finally:
        await watch.close()


VERBS = {"say": _say, "tell": _tell, "hush": _hush, "status": _status}
