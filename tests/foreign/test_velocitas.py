"""Velocitas' seat adjuster, unmodified from its wheel, moves a seat of ours (tests/foreign/run)."""

import asyncio
import contextlib
import os
import shutil
import socket
from pathlib import Path

import pytest

pytest.importorskip("kuksa", reason="needs the extra 'kuksa'")

from tests.contract.door_car import SEAT, SPEED, doors

PYTHON = os.environ.get("CARSERVICES_VELOCITAS_PYTHON")
MODEL = os.environ.get("CARSERVICES_VELOCITAS_MODEL", "")
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="run tests/foreign/run"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt install mosquitto"),
]
ASK = """
import json, queue, sys
import paho.mqtt.client as mqtt
port, position = map(int, sys.argv[1:])
answers = queue.Queue()
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_connect = lambda client, *_: client.subscribe("seatadjuster/setPosition/response")
client.on_message = lambda _client, _data, message: answers.put(message.payload.decode())
client.connect("127.0.0.1", port)
client.loop_start()
while True:
    client.publish("seatadjuster/setPosition/request", json.dumps({"requestId": 1, "position": position}))
    try:
        print(answers.get(timeout=0.5))
        break
    except queue.Empty:
        pass  # the app does not listen yet
"""
"""Asks the app to move the seat, with the MQTT client of its own environment, until it answers."""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.asynccontextmanager
async def running(*command, log, **options):
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(*map(str, command), stdout=output, stderr=output, **options)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_the_seat_adjuster_moves_our_seat_only_while_the_car_stands(tmp_path):
    port = free_port()
    (tmp_path / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    app = next(Path(PYTHON).parents[1].glob("lib/*/site-packages/velocitas_examples/seat-adjuster/src"))

    async def ask(position):
        answer = tmp_path / f"answer {position}"
        async with running(PYTHON, "-c", ASK, port, position, log=answer) as asking:
            await asyncio.wait_for(asking.wait(), 20)
        return answer.read_text()

    async with (
        doors() as (c, ports),
        running(MOSQUITTO, "-c", tmp_path / "mosquitto.conf", log=tmp_path / "mosquitto.log"),
    ):
        await c.inject(SPEED, 0.0)
        await c.inject(SEAT, 100)
        environment = os.environ | {
            "PYTHONPATH": f"{MODEL}:{app}",
            "SDV_MIDDLEWARE_TYPE": "native",
            "SDV_MQTT_ADDRESS": f"mqtt://127.0.0.1:{port}",
            "SDV_VEHICLEDATABROKER_ADDRESS": f"grpc://127.0.0.1:{ports['kuksa']}",
        }
        async with running(PYTHON, app / "main.py", env=environment, log=tmp_path / "app.log"):
            assert "Set Seat position to: 321" in await ask(321)
            await c.until(SEAT, 321)
            await c.inject(SPEED, 30.0)
            assert "Not allowed to move seat" in await ask(500)
            assert (await c.get(SEAT)).value == 321
