"""HTTP of an app: through the host's own proxy to a real server, and nowhere else."""

import asyncio

import pytest

from carservices.app import App, HttpError, ListTemplate, PermissionMissing, Row
from carservices.app.http import Http, through
from carservices.apphost.proxy import Proxy

ANSWERS = {
    "/length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "/closed": b"HTTP/1.0 404 Not Found\r\nX-A:  b \r\n\r\nnothing here",
    "/short": b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc",
    "/noise": b"what?\r\n\r\n",
    "/huge": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
    "/forbidden": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
}


@pytest.fixture
async def web(tmp_path):
    """A server, an `Http` that reaches it through the proxy, and what the server was asked."""
    asked = []

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        writer.write(ANSWERS[head.split(" ")[1].partition("?")[0]])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy = Proxy(tmp_path / "proxy.sock", lambda host, to: (host, to) == ("127.0.0.1", port))
    await proxy.start()
    yield f"http://127.0.0.1:{port}", Http(through(lambda: str(tmp_path / "proxy.sock"))), asked
    await proxy.close()
    server.close()
    await server.wait_closed()


async def test_answers_are_read_however_they_are_framed(web):
    base, http, asked = web
    assert (await http.get(f"{base}/length?q=1")).json() == []
    assert "GET /length?q=1 HTTP/1.1\r\nHost: 127.0.0.1:" in asked[0]
    assert (await http.get(f"{base}/chunked")).text == "abcde"
    closed = await http.get(f"{base}/closed")
    assert (closed.status, closed.ok, closed.text, closed.headers["x-a"]) == (404, False, "nothing here", "b")
    assert (await http.get(f"{base}/forbidden")).status == 403


@pytest.mark.parametrize("path", ["/short", "/noise", "/huge"])
async def test_an_answer_that_is_none_is_an_error_with_the_address(web, path):
    base, http, _ = web
    with pytest.raises(HttpError, match=path):
        await http.get(base + path)


@pytest.mark.parametrize("url", ["http://other.example/", "https://other.example/"])
async def test_a_host_that_is_not_listed_names_the_line_of_the_manifest(web, url):
    _, http, _ = web
    with pytest.raises(PermissionMissing, match=r'network:other\.example: in app\.toml, add "other\.example" to hosts'):
        await http.get(url)


@pytest.mark.parametrize("url", ["ftp://x/", "x", "http://", "http://a/\r\nEvil: 1"])
async def test_an_address_that_is_none_is_refused(web, url):
    _, http, _ = web
    with pytest.raises((HttpError, PermissionMissing)):
        await http.get(url)


async def test_without_a_proxy_there_is_no_network():
    with pytest.raises(PermissionMissing, match="hosts"):
        await Http(through(lambda: "")).get("http://a.example/")


def test_pages_prepared_in_a_test(app_car):
    class News(App):
        headline = "nothing yet"

        async def on_start(self):
            try:
                self.headline = (await self.http.get("https://news.example/top")).json()["headline"]
            except HttpError as error:
                self.headline = str(error)

        def view(self):
            return ListTemplate("x", [Row("a", self.headline)])

    app_car.pages["https://news.example/top"] = '{"headline": "All is well"}'
    app_car.start(News)
    assert app_car.rows == [("a", "All is well")]
    assert [request.url for request in app_car.requests] == ["https://news.example/top"]
