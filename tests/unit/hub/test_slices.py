"""The kernel serves the hub in short slices."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from carservices.hub import slices

SCHED = Path("/proc/thread-self/sched")


@pytest.mark.skipif(
    not SCHED.exists() or tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) < (6, 12),
    reason="Linux gives slices by wish from 6.12 on",
)
def test_a_thread_that_asks_has_the_shortest_slice_and_its_niceness():
    def look() -> tuple[str, int]:
        slices.shorten()
        return SCHED.read_text(), os.getpriority(os.PRIO_PROCESS, 0)

    with ThreadPoolExecutor(1) as alone:
        text, nice = alone.submit(look).result()
    assert re.search(rf"se.slice\s*:\s*{slices.SLICE_NS}\b", text)
    assert nice == os.getpriority(os.PRIO_PROCESS, 0)
