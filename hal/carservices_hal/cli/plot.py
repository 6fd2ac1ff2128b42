"""`carservices can plot`: curves of signals in a log, as text or SVG."""

import argparse
import math
import sys

from carservices.cli.common import Failed
from carservices_hal.can.car import databases, merged
from carservices_hal.can.chart import Curve, Points, svg, terminal
from carservices_hal.can.codec import ShortFrame
from carservices_hal.can.explain import Explainer
from carservices_hal.can.names import find_signal
from carservices_hal.replay.logs import frames


def plot(chosen: argparse.Namespace) -> int:
    """Draw every signal that was named, each in a panel of its own above one axis of time."""
    known = merged(databases(chosen.dbc))
    wanted = [find_signal(known, name) for name in dict.fromkeys(chosen.signals)]
    explainer = Explainer(known, only_signals=chosen.signals)
    points: dict[tuple[int, str], Points] = {(message.key, signal.name): [] for message, signal in wanted}
    beyond = dict.fromkeys(points, 0)
    first = None
    for stamp, key, payload in frames(chosen.log, chosen.bus):
        first = stamp if first is None else first
        time = stamp - first
        if not explainer.wants(key) or time < (chosen.start or 0.0):
            continue
        if chosen.end is not None and time > chosen.end:
            break
        try:
            for reading in explainer.readings(key, payload):
                place = key, reading.signal.name
                if place not in points or not math.isfinite(reading.value):
                    continue
                if reading.in_range:
                    points[place].append((time, reading.value))
                else:  # "not available", most often: it would flatten the curve
                    beyond[place] += 1
        except ShortFrame:
            continue  # `can coverage` counts them
    for message, signal in wanted:
        if not points[message.key, signal.name]:
            raise Failed(f"{chosen.log} has no value of {message.name}.{signal.name} there: `carservices can coverage`")
        if left_out := beyond[message.key, signal.name]:
            limits = f"{signal.minimum:g} to {signal.maximum:g}"
            print(f"{message.name}.{signal.name}: left out {left_out} values beyond {limits}", file=sys.stderr)
    curves = [Curve(f"{m.name}.{s.name}", s.unit, points[m.key, s.name]) for m, s in wanted]
    if chosen.output is None:
        print(terminal(curves))
        return 0
    try:
        chosen.output.write_text(svg(curves), encoding="utf-8")
    except OSError as error:
        raise Failed(f"{chosen.output}: cannot be written ({error.strerror}); choose another file") from None
    print(chosen.output)
    return 0
