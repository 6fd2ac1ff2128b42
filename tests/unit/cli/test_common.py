"""What all verbs of the command line share."""

import asyncio
import json

from carservices.cli import common
from carservices.cli.common import end_of_car, show_json
from carservices.system.run_dir import Lock


def test_bytes_are_shown_in_hexadecimal_digits(capsys):
    show_json([[0x7E8, b"\x62\xf1\x90"]])
    assert json.loads(capsys.readouterr().out) == [[0x7E8, "62f190"]]


async def test_the_end_of_a_car_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "LOOK_SECONDS", 0.01)
    with Lock(tmp_path):
        ended = asyncio.create_task(end_of_car(tmp_path))
        await asyncio.sleep(0.05)
        assert not ended.done()
    await asyncio.wait_for(ended, 20)
