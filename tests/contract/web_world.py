"""A web server in a process of its own that speaks as Open-Meteo and as a radio station do, well and badly.

``POST /is/WORD`` changes how it answers: one of `WAYS`. It says its port on standard output.
"""

import io
import struct
import sys
import time
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WAYS = ("well", "slow", "cut", "error", "garbage")
INTERVAL = 4096
"""Bytes of sound between two titles (``icy-metaint``)."""
PIECES = 20


def sound():
    """One second, again and again: a WAV that has no end, as a station's."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(struct.pack("<h", 1000) * 2 * 44_100)
    head, samples = made.getvalue()[:44], made.getvalue()[44:]
    yield head[:40] + b"\xff\xff\xff\x7f"
    while True:
        yield samples * 10


class World(BaseHTTPRequestHandler):
    way = "well"

    def do_POST(self):
        way = self.path.rpartition("/")[2]
        World.way = way if way in WAYS else World.way
        self.send_response(204 if way in WAYS else 404)
        self.end_headers()

    def do_GET(self):
        path = self.path.partition("?")[0]
        if World.way == "error":
            self.send_error(503)
        elif path == "/v1/forecast":
            self.say("application/json", FORECAST if World.way != "garbage" else b"<html>Sign in to the hotel</html>")
        elif path == "/night.pls":
            address = f"http://{self.headers['Host']}/stream"
            self.say("audio/x-scpls", f"[playlist]\nNumberOfEntries=1\nFile1={address}\nTitle1=Night\n".encode())
        elif path == "/stream":
            self.sing()

    def say(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        size = -(-len(body) // PIECES)
        for at in range(0, len(body), size):
            self.wfile.write(body[at : at + size])
            if World.way == "cut":
                return
            if World.way == "slow":
                time.sleep(0.01)

    def sing(self):
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("icy-metaint", str(INTERVAL))
        self.end_headers()
        waiting = b""
        for songs, samples in enumerate(sound()):
            waiting += samples
            while len(waiting) >= INTERVAL:
                title = f"StreamTitle='Song {songs}';StreamUrl='';".encode()
                blocks = -(-len(title) // 16)
                self.wfile.write(waiting[:INTERVAL] + bytes((blocks,)) + title.ljust(16 * blocks, b"\0"))
                waiting = waiting[INTERVAL:]
                if World.way == "cut":
                    return

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    FORECAST = Path(sys.argv[1]).read_bytes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), World)
    print(server.server_port, flush=True)
    server.serve_forever()
