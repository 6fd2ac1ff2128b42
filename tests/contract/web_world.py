"""A web server in a process of its own that speaks as Open-Meteo and as radio stations do, well and badly.

``POST /is/WORD`` changes how it answers: one of `WAYS`; ``GET /asked/PATH`` says how often PATH was asked for. It says
its port on standard output.
"""

import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ASKED = Counter[str]()
WAYS = ("well", "slow", "cut", "error", "garbage")
INTERVAL = 4096
"""Bytes of MP3 between two titles (``icy-metaint``)."""
PIECES = 20
SOUNDS = Path(__file__).parent / "sounds"
"""A second each, which stations send again and again."""
FAST = 60.0
"""How much faster than it sounds; a player in a hurry is slower still."""


CUT = threading.Event()
"""Every answer breaks off."""


class World(BaseHTTPRequestHandler):
    way = "well"

    def do_POST(self):
        way = self.path.rpartition("/")[2]
        World.way = way if way in WAYS else World.way
        (CUT.set if World.way == "cut" else CUT.clear)()
        self.send_response(204 if way in WAYS else 404)
        self.end_headers()

    def do_GET(self):
        path = self.path.partition("?")[0]
        ASKED[path] += 1
        if path.startswith("/asked/"):
            self.say("text/plain", str(ASKED[path.removeprefix("/asked")]).encode())
        elif World.way == "error":
            self.send_error(503)
        elif path == "/v1/forecast":
            self.say("application/json", FORECAST if World.way != "garbage" else b"<html>Sign in to the hotel</html>")
        elif path.endswith(".pls"):
            address = f"http://{self.headers['Host']}{path.removesuffix('.pls')}"
            self.say("audio/x-scpls", f"[playlist]\nNumberOfEntries=1\nFile1={address}\nTitle1=Night\n".encode())
        elif path == "/mp3":
            self.sing("audio/mpeg", INTERVAL)
        elif path == "/ogg":
            self.sing("application/ogg", 0)

    def say(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        size = -(-len(body) // PIECES)
        for at in range(0, len(body), size):
            self.wfile.write(body[at : at + size])
            if CUT.wait(0.01 if World.way == "slow" else 0.0):
                return

    def sing(self, kind, interval):
        sound = (SOUNDS / f"tone.{self.path[1:]}").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if interval:
            self.send_header("icy-metaint", str(interval))
        self.end_headers()
        waiting, songs = b"", 0
        while not CUT.wait(1 / FAST):
            waiting += sound
            songs += 1
            if not interval:
                self.wfile.write(waiting)
                waiting = b""
            while interval and len(waiting) >= interval:
                title = f"StreamTitle='Song {songs}';StreamUrl='';".encode()
                blocks = -(-len(title) // 16)
                self.wfile.write(waiting[:interval] + bytes((blocks,)) + title.ljust(16 * blocks, b"\0"))
                waiting = waiting[interval:]

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    FORECAST = Path(sys.argv[1]).read_bytes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), World)
    print(server.server_port, flush=True)
    server.serve_forever()
