"""kuksa-client's command line, from an environment of its own (tests/foreign/run), at both doors."""

import asyncio
import json
import os
import re

import pytest

pytest.importorskip("kuksa", reason="needs the extra 'kuksa'")

from tests.contract.door_car import SEAT, SPEED, doors

PYTHON = os.environ.get("CARSERVICES_KUKSA_PYTHON")
pytestmark = pytest.mark.skipif(not PYTHON, reason="run tests/foreign/run")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def typed(tmp_path):
    """Types lines into the command line: the JSON objects that it answers. Its history goes where it runs."""

    async def type_(address, *lines):
        command = [PYTHON, "-m", "kuksa_client", address]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await asyncio.wait_for(process.communicate("\n".join([*lines, "quit", ""]).encode()), 50)
        return objects(output)

    return type_


def objects(output):
    text, answers = COLOUR.sub("", output.decode()), []
    while (begin := text.find("{")) >= 0:
        answer, length = json.JSONDecoder().raw_decode(text[begin:])
        answers.append(answer)
        text = text[begin + length :]
    return answers


async def test_over_grpc(typed):
    async with doors() as (c, ports):
        await c.inject(SPEED, 33.5)
        speed, wrong, unknown = await typed(
            f"grpc://127.0.0.1:{ports['kuksa']}",
            f"getValue {SPEED}",
            f"setTargetValue {SPEED} 5",
            "getValue Vehicle.Nope",
            f"setTargetValue {SEAT} 444",
        )
        assert speed["value"]["value"] == 33.5
        assert (wrong["error"]["code"], unknown["error"]["code"]) == (400, 404)
        await c.until(SEAT, 444)


async def test_over_websocket(typed):
    async with doors(doors=["viss"]) as (c, ports):
        await c.inject(SPEED, 33.5)
        speed, static, _, unknown = await typed(
            f"ws://127.0.0.1:{ports['viss']}",
            f"getValue {SPEED}",
            f"getMetaData {SPEED}",
            f"setTargetValue {SEAT} 444",
            "getValue Vehicle.Nope",
        )
        assert speed["data"]["dp"]["value"] == "33.5"
        assert static["metadata"]["Vehicle"]["children"]["Speed"]["unit"] == "km/h"
        assert unknown["error"]["number"] == 404
        await c.until(SEAT, 444)
