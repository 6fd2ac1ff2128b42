"""What a hostile app tries first; run inside a sandbox it prints one line of JSON: probe → "no" or what it got.

It refuses to run anywhere else: the variable PROBES names the things of this very launch it is to go for.
"""

import ctypes
import errno
import json
import os
import signal
import socket
import sys
from pathlib import Path

KCMP, IO_URING_SETUP, KEYCTL, ADD_KEY, PRCTL, CLONE_NEWUSER = 312, 425, 250, 248, 157, 0x10000000
TARGETS = json.loads(os.environ.get("PROBES", "null"))


def read_passwd():
    return Path("/etc/passwd").read_text()[:10]


def list_home():
    return [str(path) for path in Path(TARGETS["home"]).iterdir()]


def list_root():
    return [path.name for path in Path("/").iterdir() if path.name in ("home", "etc", "var", "boot")]


def others_data():
    return Path(TARGETS["others"]).read_text()


def write_host():
    return Path(TARGETS["others"]).write_text("x") and "written"


def write_bundle():
    return Path(TARGETS["bundle"], "evil.py").write_text("x") and "written"


def write_data():
    return Path(os.environ["HOME"], "mine").write_text("x") and "written"


def tcp_loopback():
    with socket.create_connection(("127.0.0.1", TARGETS["port"]), timeout=2):
        return "connected"


def udp_socket():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.sendto(b"x", ("127.0.0.1", TARGETS["port"]))
        return "sent"


def netlink_socket():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW):
        return "open"


def abstract_socket():
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect("\0" + TARGETS["abstract"])
        return "connected"


def path_socket():
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(TARGETS["socket"])
        return "connected"


def processes():
    return TARGETS["pid"] if str(TARGETS["pid"]) in [path.name for path in Path("/proc").iterdir()] else None


def signal_host():
    os.kill(TARGETS["pid"], 0)
    return "allowed"


def host_memory():
    return Path(f"/proc/{TARGETS['pid']}/environ").read_bytes()[:1]


def syscall(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return f"done: {result}"


def ptrace_child():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return "traced"


def keyring():
    return syscall(KEYCTL, 0, -3, 1)


def compare():
    return syscall(KCMP, os.getpid(), os.getpid(), 1, 0, 0)


def io_uring():
    return syscall(IO_URING_SETUP, 1, ctypes.create_string_buffer(120))


def user_namespace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) < 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return "new"


def let_children_go():
    """The kernel reads the first 32 bits of the option only (PR_SET_CHILD_SUBREAPER), a filter all of them."""
    return syscall(PRCTL, ctypes.c_ulong(36 | 1 << 32), 0, 0, 0, 0)


def become_root():
    os.setuid(0)
    return "root" if os.getuid() == 0 and TARGETS["root_outside"] else None


def hurry():
    os.nice(-5)
    return "faster"


def real_time():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return "real time"


def environment():
    return [name for name in os.environ if name.startswith("CARSERVICES") or name == "HOST_SECRET"]


def descriptors():
    """How many files can be open at once, when it is more than an app needs."""
    held = []
    try:
        while len(held) < 1000:
            held.append(os.dup(0))
    except OSError:
        pass
    count = len(held)
    for one in held:
        os.close(one)
    return count if count >= 200 else None


def set_user_id_programs():
    """No program may give rights back: the kernel must have been told so (prctl PR_GET_NO_NEW_PRIVS)."""
    return None if ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 1 else "can be started"


PROBES = {
    probe.__name__: probe
    for probe in (
        *(read_passwd, list_home, list_root, others_data, write_host, write_bundle, write_data),
        *(tcp_loopback, udp_socket, netlink_socket, abstract_socket, path_socket),
        *(processes, signal_host, host_memory, ptrace_child, keyring, compare, io_uring, user_namespace),
        *(let_children_go, become_root, hurry, real_time, environment, descriptors, set_user_id_programs),
    )
}


def run():
    got = {}
    for name, probe in PROBES.items():
        try:
            got[name] = probe() or "no"
        except OSError as error:
            got[name] = "no" if error.errno != errno.EBADF else "broken"
        if got[name] != "no":
            got[name] = str(got[name])[:80]
    print(json.dumps(got), flush=True)


if __name__ == "__main__":
    if TARGETS is None or os.environ.get("HOST_SECRET"):
        sys.exit("the probes run inside a sandbox only")
    signal.alarm(20)
    run()
