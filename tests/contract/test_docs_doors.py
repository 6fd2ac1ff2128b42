"""The programs and options that docs/doors.md shows are those of the doors."""

import asyncio
import re
from pathlib import Path

import pytest

pytest.importorskip("kuksa_client", reason="needs the extra 'kuksa'")
pytest.importorskip("aiohttp", reason="needs the extra 'kuksa'")

from carservices.cli.main import main
from carservices_hal.doors.main import DoorOptions
from tests.contract.door_car import AIR, SEAT, SPEED, doors

PAGE = (Path(__file__).parents[2] / "docs" / "doors.md").read_text("utf-8")


async def test_the_programs_run(capsys):
    async with doors(doors=["kuksa", "viss"]) as (c, ports):
        await c.inject(SPEED, 12.5)
        for program in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
            text = program.replace("55555", str(ports["kuksa"])).replace("8090", str(ports["viss"]))
            await asyncio.to_thread(exec, text, {})
        assert capsys.readouterr().out.count("12.5") == 3
        await c.until(SEAT, 250)
        await c.until(AIR, 21.5)


def test_the_options_are_the_doors_own():
    rows = re.findall(
        r"^\| (`.*?`) \|", PAGE.partition("--door-option KEY=VALUE")[2].partition("## KUKSA")[0], re.MULTILINE
    )
    assert set(re.findall(r"\w+", " ".join(rows))) == set(DoorOptions.model_fields) - {"doors"}


def test_a_token_is_issued_or_the_scope_is_named(tmp_path, capsys):
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = tmp_path / "private.pem"
    private = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert main(["door", "token", str(key), "read:Vehicle"]) == 0
    assert capsys.readouterr().out.count(".") == 2
    for arguments in ([str(key), "fly:Vehicle"], [str(key), "read:Vehicle.(x)"], ["nowhere.pem", "read"]):
        assert main(["door", "token", *arguments]) == 1
        assert capsys.readouterr().err.startswith("carservices: no token could be made: ")
