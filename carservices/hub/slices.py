"""Short time slices for the hub: woken, it runs at once; whom it wakes then does not run before the rest is served."""

import ctypes
import os
import struct
import sys

SLICE_NS = 100_000
"""The shortest that Linux gives (from 6.12 on, https://docs.kernel.org/scheduler/sched-eevdf.html); the default is 0.7
to 2.8 ms by the number of processors."""
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
"""The system call by machine; the C library has no function for it before glibc 2.41."""
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime (the slice), deadline, period."""


def shorten() -> None:
    """Ask for them, for the calling thread; it stays as it is where there are none, or under another policy."""
    if sys.platform != "linux" or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return
    if number := SCHED_SETATTR.get(os.uname().machine):
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        attributes = ATTRIBUTES.pack(ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, SLICE_NS, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, attributes, 0)
