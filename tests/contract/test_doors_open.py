"""How doors open: with TLS, on a port that is free, and never to everybody by mistake."""

import datetime
import ipaddress
import ssl

import pytest

pytest.importorskip("kuksa_client", reason="needs the extra 'kuksa'")
pytest.importorskip("aiohttp", reason="needs the extra 'kuksa'")

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from kuksa_client.grpc.aio import VSSClient

from carservices.hal import HalError
from carservices.hal.registry import BadOptions
from carservices_hal.doors.main import read_options
from tests.contract.door_car import SEAT, SPEED, doors


@pytest.fixture
def certificate(tmp_path):
    """Options with a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "car")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    (tmp_path / "car.pem").write_bytes(built.public_bytes(Encoding.PEM))
    (tmp_path / "car.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"certificate": tmp_path / "car.pem", "private_key": tmp_path / "car.key"}


async def test_tls_on_both_doors(certificate):
    async with doors(doors=["kuksa", "viss"], **certificate) as (c, ports):
        await c.inject(SPEED, 4.5)
        trusted = certificate["certificate"]
        async with VSSClient("127.0.0.1", ports["kuksa"], root_certificates=trusted) as client:
            assert (await client.get_current_values([SPEED]))[SPEED].value == 4.5
        url, context = f"https://127.0.0.1:{ports['viss']}/{SPEED}", ssl.create_default_context(cafile=trusted)
        async with aiohttp.ClientSession() as session, session.get(url, ssl=context) as answer:
            assert (await answer.json())["data"]["dp"]["value"] == "4.5"


async def test_without_a_key_and_unless_opened_clients_read_what_every_app_may():
    async with doors(doors=["viss"], open=False) as (c, ports), aiohttp.ClientSession() as session:
        await c.inject(SEAT, 7)
        await c.inject(SPEED, 4.5)
        url = f"http://127.0.0.1:{ports['viss']}/"
        async with session.get(url + SEAT) as answer:
            assert (await answer.json())["data"]["dp"]["value"] == "7"
        for refused in (session.get(url + SPEED), session.post(url + SEAT, json={"value": "5"})):
            async with refused as answer:
                assert (answer.status, (await answer.json())["error"]["reason"]) == (403, "user_forbidden")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": "0.0.0.0", "open": False}, "others can connect"),
        ({"certificate": "car.pem"}, "give both"),
        ({"certificate": "car.pem", "private_key": "car.key"}, "cannot be used"),
        ({"token_key": "/nowhere/key.pem"}, "cannot be read"),
        ({"token_key": __file__}, "cannot be used"),
        ({"token_key": __file__, "open": True}, "leave one of them out"),
    ],
)
@pytest.mark.parametrize("door", ["kuksa", "viss"])
async def test_what_cannot_be_opened_says_why(door, options, words):
    with pytest.raises(HalError, match=words):
        async with doors(doors=[door], **options):
            pass


@pytest.mark.parametrize("door", ["kuksa", "viss"])
async def test_a_port_that_is_taken_is_named(door):
    async with doors(doors=[door]) as (_, ports):
        with pytest.raises(HalError, match=f"{ports[door]}.*take another port"):
            async with doors(doors=[door], **{f"{door}_port": ports[door]}):
                pass


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"doors": ["back"]}, "doors"),
        ({"kuksa_port": "x"}, "kuksa_port"),
        ({"viss_port": 99_999}, "viss_port"),
        ({"keys": 1}, "keys"),
    ],
)
def test_an_option_that_is_wrong_is_named(options, words):
    with pytest.raises(BadOptions, match=f"^{words}.*; the options of a door are doors, host, "):
        read_options(options)
