"""The process of an app: a real one, on a real link."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from carservices.app.codec import decode
from carservices.app.late_tls import START
from carservices.app.wire import FD_VARIABLE, MAX_FROM_APP, Channel, Kind, LinkClosed, pack, socketpair, unpack

ROOT = Path(__file__).parents[3]
PATIENCE = 30


class Process:
    """A host that can wait for records, and the process at the other end."""

    def __init__(self, bundle):
        here, there = socketpair()
        environment = {FD_VARIABLE: str(there.fileno()), "PATH": os.environ["PATH"]}
        command = [sys.executable, "-I", "-c", START, str(bundle)]
        self.process = subprocess.Popen(
            command, env=environment, pass_fds=[there.fileno()], stderr=subprocess.PIPE, text=True
        )
        there.close()
        self.channel = Channel(here, MAX_FROM_APP)
        self.seen = []

    def send(self, kind, *fields):
        assert self.channel.send(pack(kind, *fields))

    def until(self, kind):
        while True:
            for position, record in enumerate(self.seen):
                if record.kind is kind:
                    del self.seen[: position + 1]
                    return record.fields
            assert select.select([self.channel], [], [], PATIENCE)[0], f"no {kind.name} came"
            self.seen += map(unpack, self.channel.records())

    def end(self):
        self.channel.close()
        errors = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode, errors


@pytest.fixture
def run():
    started = []

    def run(bundle):
        started.append(Process(bundle))
        return started[-1]

    yield run
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
        process.channel.close()
        process.process.communicate()


def test_an_app_starts_shows_answers_and_ends_with_its_link(run, tmp_path):
    app = run(ROOT / "apps" / "org.carservices.tyres")
    assert app.until(Kind.HELLO) == (1, 1)
    app.send(Kind.WELCOME, 1, {"language": "de", "data_dir": str(tmp_path), "settings": {"low_kpa": 200}})
    app.send(Kind.LIFE, "start")
    app.send(Kind.LIFE, "foreground")
    path = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
    for _ in range(2):  # the watch of on_start, and the view
        subscription, globs, _ = app.until(Kind.SUBSCRIBE)
        assert globs == ["Vehicle.Chassis.Axle.*.Wheel.*.Tire.Pressure"]
        app.send(Kind.GRANTED, subscription, [[0, path, {"unit": "kPa"}]], [])
        app.send(Kind.VALUES, [[0, 240, 1, 0]])
    screen, depth, seq, tree = app.until(Kind.VIEW)
    template = decode(tree)
    assert (depth, template.rows[0].title, template.rows[0].text) == (1, "Vorn links", "240 kPa")
    app.send(Kind.ACTION, seq, template.actions[0].on_click, [])
    assert app.until(Kind.VIEW)[:2] != (screen, 1)
    app.send(Kind.PING, 7)
    assert app.until(Kind.PONG) == (7,)
    assert app.end() == (0, "")


def test_print_and_logs_go_to_the_host(run, tmp_path):
    (tmp_path / "app.toml").write_text('entry = "chatty:Chatty"\n')
    (tmp_path / "chatty.py").write_text(
        "from carservices.app import App, MessageTemplate\n"
        "class Chatty(App):\n"
        "    def on_start(self):\n        print('printed')\n        self.log.warning('logged')\n"
        "    def view(self):\n        return MessageTemplate('x', 'y')\n"
    )
    app = run(tmp_path)
    app.send(Kind.WELCOME, 1, {})
    app.send(Kind.LIFE, "start")
    assert app.until(Kind.LOG) == ("info", "app: printed")
    assert app.until(Kind.LOG) == ("warning", "app: logged")
    app.send(Kind.LIFE, "stop")
    app.process.wait(PATIENCE)
    assert app.end() == (0, "")


@pytest.mark.parametrize(
    ("entry", "code", "said"),
    [
        ("missing:App", "", "app.toml: entry = 'missing:App': No module named 'missing'"),
        ("broken:App", "App = 3", "is no subclass of carservices.app.App"),
        ("broken:App", "import zmqq", "No module named 'zmqq'"),
    ],
)
def test_an_entry_that_leads_nowhere_ends_the_process_with_the_reason(run, tmp_path, entry, code, said):
    (tmp_path / "app.toml").write_text(f'entry = "{entry}"\n')
    (tmp_path / "broken.py").write_text(code)
    app = run(tmp_path)
    with pytest.raises(LinkClosed):
        app.until(Kind.VIEW)
    status, errors = app.end()
    assert status == 1
    assert said in errors


TLS = """
print(*sys.modules)
async def talk():
    async def nonsense(reader, writer):
        writer.write(b"no TLS at all, but enough bytes to tell")
        writer.close()
    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    import ssl
    try:
        await asyncio.open_connection(*server.sockets[0].getsockname(), ssl=ssl.create_default_context())
    except ssl.SSLError as error:
        print(error.reason)
asyncio.run(talk())
"""


def test_the_process_carries_no_heavy_library_and_speaks_tls_when_an_app_does():
    probe = START.replace("start()", TLS)
    said = subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, text=True, check=True).stdout
    loaded, reason = said.splitlines()
    assert {"pydantic", "zmq", "numpy", "kivy", "ssl", "_ssl", "_hashlib"}.isdisjoint(loaded.split())
    assert reason == "WRONG_VERSION_NUMBER"
