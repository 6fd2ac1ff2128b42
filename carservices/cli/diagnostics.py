"""`carservices diagnostics`: scan the control units, list and explain faults, clear, repair, read values."""

import argparse
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from carservices.cli.common import Failed, Usage, add_json, add_run_dir, parser, show_json, show_table, with_car

if TYPE_CHECKING:
    from carservices.api.diagnostics import CarHealth, Diagnostics, Meaning, TroubleCode

WORK_SECONDS = 120.0
"""How long a scan, a clearing or a repair may take."""
HEAD = ("FAULT", "STATUS", "SEVERITY", "DRIVE ON", "TIMES", "SINCE", "REPAIR", "WHAT")


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    options = parser("diagnostics", "What the car's control units complain about.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="scan|codes|explain|clear|repair|read")
    added = {name: verbs.add_parser(name, help=words) for name, (words, _) in VERBS.items()}
    added["codes"].add_argument("--healed", action="store_true", help="also those that healed")
    added["explain"].add_argument("code", metavar="CODE", help="such as P0A7E or C0035-13")
    added["explain"].add_argument(
        "--language", default="en", metavar="LANG", help="en, de or fr (default: %(default)s)"
    )
    added["clear"].add_argument("ecu", nargs="?", metavar="ECU", help="one control unit; all of them without")
    added["clear"].add_argument("--yes", action="store_true", help="do not ask")
    added["repair"].add_argument("fault", metavar="FAULT", help="as `codes` lists it, such as HVAC:B1B30-98")
    added["repair"].add_argument("--yes", action="store_true", help="do not ask")
    added["read"].add_argument("ecu", metavar="ECU")
    added["read"].add_argument("identifier", metavar="IDENTIFIER", type=_identifier, help="hexadecimal, such as F190")
    for one in added.values():
        add_json(one)
        add_run_dir(one)
    chosen = options.parse_args(arguments)
    work = VERBS[chosen.verb][1]
    if chosen.verb == "explain":
        return _explain(chosen)

    async def connected(car: Any) -> int:
        from carservices.api.diagnostics import Diagnostics

        status: int = await work(car.service(Diagnostics), chosen)
        return status

    return with_car(chosen.run_dir, connected)


async def _scan(service: "Diagnostics", chosen: argparse.Namespace) -> int:
    health = await _done(service, service.scan)
    if not chosen.json:
        rows = [(e.name, e.part, e.software, "yes" if e.reachable else "no", e.problem) for e in health.ecus]
        show_table(("UNIT", "PART", "SOFTWARE", "ANSWERS", "PROBLEM"), rows)
        print()
    return _show(health, chosen)


async def _codes(service: "Diagnostics", chosen: argparse.Namespace) -> int:
    health = await service.health.last()
    if health is None:
        raise Failed("the diagnostics service does not run: `carservices ps` says why")
    return _show(health, chosen)


async def _clear(service: "Diagnostics", chosen: argparse.Namespace) -> int:
    what = f"the faults of {chosen.ecu}" if chosen.ecu else "all faults"
    _confirm(chosen, f"Clear {what}? What is still broken comes again.")
    return _show(await _done(service, lambda: service.clear(chosen.ecu)), chosen)


async def _repair(service: "Diagnostics", chosen: argparse.Namespace) -> int:
    health = await service.health.last()
    fault = next((code for code in health.codes if code.id == chosen.fault), None) if health else None
    if fault is not None and fault.repair is not None:
        words = fault.repair.texts["en"]
        _confirm(chosen, f"{words.title}? {words.text}")
    health = await _done(service, lambda: service.repair(chosen.fault))
    attempt = next((one for one in health.attempts if one.fault == chosen.fault), None)
    if attempt is None:
        raise Failed(f"{chosen.fault}: nothing was tried; {health.problem or 'the service was interrupted'}")
    if chosen.json:
        show_json(attempt.model_dump(mode="json"))
    else:
        print(f"{attempt.repair}: {attempt.result.replace('_', ' ')}{f' ({attempt.reason})' if attempt.reason else ''}")
    return 0 if attempt.result == "fixed" else 1


async def _read(service: "Diagnostics", chosen: argparse.Namespace) -> int:
    reading = await service.read(chosen.ecu, chosen.identifier)
    if chosen.json:
        show_json(reading.model_dump(mode="json"))
    else:
        print(f"{reading.labels['en']}  {reading.value} {reading.unit or ''}".rstrip())
    return 0


def _explain(chosen: argparse.Namespace) -> int:
    """The tables are at hand: this needs no car."""
    from carservices.services.diagnostics.code import Code
    from carservices.services.diagnostics.codebook import Codebook

    try:
        meaning = Codebook().meaning(Code.parse(chosen.code))
    except ValueError as error:
        raise Usage(str(error)) from None
    if chosen.language not in meaning.texts:
        raise Usage(f"there is no language '{chosen.language}'; there are {', '.join(meaning.texts)}")
    if chosen.json:
        show_json(meaning.model_dump(mode="json"))
    else:
        _show_meaning(meaning, chosen.language)
    return 0


def _show_meaning(meaning: "Meaning", language: str) -> None:
    words = meaning.say(language)
    print(f"{meaning.code}  {words.title}\n{words.text}\n{words.action}")
    known = "" if meaning.known else ", explained by the code's structure only"
    print(f"severity: {meaning.severity}, drive on: {meaning.drive_on}{known}")


def _show(health: "CarHealth", chosen: argparse.Namespace) -> int:
    if chosen.json:
        show_json(health.model_dump(mode="json"))
        return 0
    listed = [*health.codes, *(health.healed if getattr(chosen, "healed", False) else ())]
    if listed:
        show_table(HEAD, [_row(code) for code in listed])
    scanned = "never" if health.scanned is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(health.scanned))
    problem = f"; {health.problem}" if health.problem else ""
    print(f"verdict: {health.verdict}; {len(health.codes)} faults; last scan: {scanned}{problem}")
    return 0


def _row(code: "TroubleCode") -> tuple[object, ...]:
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(code.first_seen))
    repair = code.repair.name if code.repair else None
    return code.id, code.status, code.severity, code.drive_on, code.occurrences, since, repair, code.say().title


def _confirm(chosen: argparse.Namespace, question: str) -> None:
    if not chosen.yes and input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Failed("nothing was done")


async def _done(service: "Diagnostics", work: Callable[[], Awaitable[None]]) -> "CarHealth":
    """Ask for work and wait until it has ended."""
    import asyncio  # costs 30 ms, for which no help has to wait

    before = await service.health.last()
    ended: asyncio.Future[CarHealth] = asyncio.get_running_loop().create_future()

    def see(health: "CarHealth | None") -> None:
        if health and before and health.finished > before.finished and health.phase == "idle" and not ended.done():
            ended.set_result(health)

    await work()
    watch = await service.health.watch(see)
    try:
        return await asyncio.wait_for(ended, WORK_SECONDS)
    except TimeoutError:
        raise Failed(f"no end after {WORK_SECONDS:.0f} s: `carservices diagnostics codes` shows how it is") from None
    finally:
        await watch.close()


def _identifier(text: str) -> int:
    try:
        number = int(text, 16)
    except ValueError:
        number = -1
    if not 0 <= number <= 0xFFFF:
        raise argparse.ArgumentTypeError(f"'{text}' is no identifier: four hexadecimal digits such as F190")
    return number


VERBS: dict[str, tuple[str, Callable[..., Any]]] = {
    "scan": ("ask every control unit for its identity and its faults", _scan),
    "codes": ("the faults known, worst first", _codes),
    "explain": ("what a code means; needs no car", _explain),
    "clear": ("forget faults; only while parked", _clear),
    "repair": ("try what software can do about a fault, and look whether it helped", _repair),
    "read": ("one data identifier of a control unit", _read),
}
"""Verb → one line of help and what it does."""
