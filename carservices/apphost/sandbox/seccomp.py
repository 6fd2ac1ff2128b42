"""The filter of system calls for apps: what an ordinary program never needs is refused by the kernel."""

import logging
import os
from typing import IO, Any

log = logging.getLogger(__name__)

REFUSED = """
acct add_key bpf chroot clock_settime delete_module finit_module init_module kcmp kexec_load kexec_file_load keyctl
mbind migrate_pages mount move_pages name_to_handle_at open_by_handle_at perf_event_open pidfd_getfd pivot_root
process_vm_readv process_vm_writev ptrace quotactl reboot request_key set_mempolicy setns settimeofday swapoff swapon
syslog umount2 unshare userfaultfd
""".split()  # noqa: SIM905 - a table to read, not a column
"""Answered with EPERM: they reach into the kernel, the clock or other processes."""
UNKNOWN = """
clone3 io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
""".split()  # noqa: SIM905
"""Answered with ENOSYS. Libraries then fall back: clone3 to clone, whose flags a filter can see; io_uring, which opens
sockets past any filter, to ordinary calls."""
CLONE_NEWUSER = 0x10000000
TERMINAL_INJECTION = (0x5412, 0x541C)
"""The ioctls TIOCSTI and TIOCLINUX, which type into the terminal the app was started from."""
PR_SET_CHILD_SUBREAPER = 36
"""By which what an app detaches from itself stays below its first process (`restrict.stand_back`)."""
INT = 0xFFFFFFFF
"""What the kernel reads of an argument that is an int to it, whatever the app puts above."""
AF_UNIX = 1
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97


def build() -> Any:
    """The filter, ready to export or load. Raises OSError or ImportError where there is no libseccomp."""
    import pyseccomp  # type: ignore[import-untyped] # loads libseccomp, which not every machine has

    def refuse(code: int, name: str, *arguments: Any) -> None:
        try:
            rules.add_rule(pyseccomp.ERRNO(code), name, *arguments)
        except (OSError, ValueError) as error:  # a call this libseccomp has no name for yet does not exist here either
            log.info("seccomp knows no %s: %s", name, error)

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        refuse(EPERM, name)
    for name in UNKNOWN:
        refuse(ENOSYS, name)
    refuse(EPERM, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER))
    for request in TERMINAL_INJECTION:
        refuse(EPERM, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, request))
    refuse(EPERM, "prctl", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, INT, PR_SET_CHILD_SUBREAPER))
    refuse(EAFNOSUPPORT, "socket", pyseccomp.Arg(0, pyseccomp.NE, AF_UNIX))
    return rules


def program() -> IO[bytes]:
    """The filter as the BPF program that bubblewrap loads, in a file that only lives in memory."""
    file = os.fdopen(os.memfd_create("seccomp"), "w+b")
    build().export_bpf(file)
    file.seek(0)
    return file
