"""The proxy of an app: listed hosts are reached, others are not, whatever way the app asks."""

import asyncio
import ssl

import httpx
import pytest

from carservices.app.hosts import is_listed
from carservices.apphost.proxy import Proxy
from tests.unit.apphost.web import web


async def proxy(tmp_path, *hosts):
    made = Proxy(tmp_path / "net.sock", lambda host, port: is_listed(hosts, host, port))
    await made.start()
    return made


def client(made):
    return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(made.path)))


async def test_a_listed_host_answers_and_another_is_refused_by_name(tmp_path):
    async with web(lambda path: b"hello from " + path) as port:
        made = await proxy(tmp_path, f"127.0.0.1:{port}")
        async with client(made) as http:
            assert (await http.get(f"http://127.0.0.1:{port}/a?b=c")).content == b"hello from /a?b=c"
            assert (await http.post(f"http://127.0.0.1:{port}/d", content=b"x" * 200_000)).content == b"hello from /d"
            refused = await http.get("http://example.org/")
        assert refused.status_code == 403
        assert "example.org:80 is not among the hosts of the app" in refused.text
        assert made.traffic.denied == 1
        assert made.traffic.sent > 200_000
        await made.close()
        assert not made.path.exists()


async def test_a_second_request_on_a_connection_does_not_reach_another_host(tmp_path):
    async with web(lambda path: path) as port:
        made = await proxy(tmp_path, f"127.0.0.1:{port}")
        reader, writer = await asyncio.open_unix_connection(made.path)
        ask = f"GET /one HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\nGET /two HTTP/1.1\r\nHost: example.org\r\n\r\n"
        writer.write(ask.encode())
        answer = await reader.read()
        assert answer.count(b"HTTP/1.1 200") == 1
        assert b"/two" not in answer
        writer.close()
        await made.close()


async def test_closing_it_ends_what_goes_through_it(tmp_path):
    arrived = asyncio.Event()

    async def silent(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        assert await reader.read() == b""
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        made = await proxy(tmp_path, f"127.0.0.1:{port}")
        reader, writer = await asyncio.open_unix_connection(made.path)
        writer.write(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        await arrived.wait()
        await made.close()
        assert await reader.read() == b""
        writer.close()


async def test_a_tls_greeting_passes_by_its_name(tmp_path):
    made = await proxy(tmp_path, "example.org")
    with pytest.raises(ssl.SSLError, match=r"(?i)access.denied"):
        await asyncio.open_unix_connection(made.path, ssl=ssl.create_default_context(), server_hostname="example.com")
    assert made.traffic.denied == 1
    await made.close()


async def test_a_public_name_that_leads_into_the_car_is_refused(tmp_path, monkeypatch):
    made = await proxy(tmp_path, "example.org")
    loop = asyncio.get_running_loop()

    async def resolve(*_args, **_kwargs):
        return [(2, 1, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    async with client(made) as http:
        refused = await http.get("http://example.org/")
    assert refused.status_code == 403
    assert "leads to an address of this machine" in refused.text
    await made.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x00\x05hello",
        b"\x16\x03\x01\xff\xff" + b"\xff" * 65535,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET http:// HTTP/1.1\r\n\r\n",
        b"GET\r\n\r\n",
        b"CONNECT nowhere HTTP/1.1\r\n\r\n",
        b"x" * 100_000,
        b"",
    ],
    ids=lambda raw: repr(raw[:16]),
)
async def test_nonsense_ends_the_connection_and_nothing_else(tmp_path, nonsense):
    async with web(lambda path: path) as port:
        made = await proxy(tmp_path, f"127.0.0.1:{port}")
        reader, writer = await asyncio.open_unix_connection(made.path)
        writer.write(nonsense)
        writer.write_eof()
        assert b" 200 " not in await reader.read()
        writer.close()
        async with client(made) as http:
            assert (await http.get(f"http://127.0.0.1:{port}/still")).content == b"/still"
        await made.close()


@pytest.mark.parametrize(
    ("entry", "host", "port", "listed"),
    [
        ("example.org", "example.org", 443, True),
        ("example.org", "example.org", 80, True),
        ("example.org", "example.org", 22, False),
        ("example.org", "api.example.org", 443, False),
        ("*.example.org", "api.example.org", 443, True),
        ("*.example.org", "example.org", 443, False),
        ("*.example.org", "evilexample.org", 443, False),
        ("example.org:8080", "example.org", 8080, True),
        ("example.org:8080", "example.org", 80, False),
        ("::1", "::1", 80, False),
    ],
)
def test_what_an_entry_of_the_manifest_means(entry, host, port, listed):
    assert is_listed((entry,), host, port) is listed
