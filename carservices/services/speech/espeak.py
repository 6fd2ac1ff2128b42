"""eSpeak NG, a process for each sentence: the text goes in by its standard input, the sound comes out as WAV."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from typing import Final

from carservices.services.speech.engine import EngineError, NoEngine, Sound

PROGRAM: Final = "espeak-ng"
CURE: Final = "the car has no voice: `apt install espeak-ng` gives it one"
WORDS_A_MINUTE: Final = "160"
"""A little slower than its own 175: names of streets are new to who hears them."""
SECONDS: Final = 10.0
"""A sentence takes it some 20 ms."""
HEADER: Final = 44
"""Bytes of the WAV header that it writes (RIFF, fmt of 16 bytes, data); its lengths are unknown to it and wrong."""
CHUNK: Final = 65536
MOST: Final = 6_000_000
"""Bytes of one sentence: two minutes; the digits that fit into one make a third of that."""
COMMANDS: Final = str.maketrans("[]", "()")
"""In its own input [[…]] are phonemes."""


class Espeak:
    """Any version that knows ``--stdin`` and ``--stdout``."""

    name: str = "eSpeak NG"
    voices: Mapping[str, str] = {"en": "en-us", "de": "de", "fr": "fr-fr"}

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def locate(self) -> None:
        _program()

    async def speak(self, text: str, voice: str) -> Sound:
        try:
            process = await asyncio.create_subprocess_exec(
                _program(), "-v", voice, "-s", WORDS_A_MINUTE, "-b", "1", "--stdin", "--stdout",
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
                limit=MOST,  # a pipe that was paused for being full is never seen to end: `wait` would not return
            )  # fmt: skip
        except OSError as error:
            raise EngineError(f"{PROGRAM} does not start: {error.strerror}") from None
        try:
            wave = await asyncio.wait_for(_through(process, text.translate(COMMANDS)), self._seconds)
        except TimeoutError:
            raise EngineError(f"{PROGRAM} has said nothing for {self._seconds:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise EngineError(f"{PROGRAM} ended with {process.returncode}")
        if wave[:4] != b"RIFF" or len(wave) <= HEADER:
            raise EngineError(f"{PROGRAM} made no sound of it")
        return Sound(wave[HEADER:], int.from_bytes(wave[24:28], "little"))


def _program() -> str:
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoEngine(CURE)
    return program


async def _through(process: Process, text: str) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(text.encode())
        process.stdin.close()
    except (BrokenPipeError, ConnectionResetError):  # it has ended; how is seen below
        pass
    wave = bytearray()
    while part := await process.stdout.read(CHUNK):
        wave += part
        if len(wave) > MOST:
            raise EngineError(f"{PROGRAM} does not come to an end")
    await process.wait()
    return bytes(wave)
