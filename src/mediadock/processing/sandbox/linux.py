"""The few system calls of Linux that the standard library does not offer."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1  # netdevice(7)

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int = 0, pointer: int = 0) -> None:
    """Set one attribute of this process (prctl(2)); OSError when the kernel refuses."""
    zero = ctypes.c_ulong(0)
    if _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), ctypes.c_ulong(pointer), zero, zero) != 0:
        raise _last_error("prctl")


def unshare(flags: int) -> None:
    """Leave the namespaces named by ``flags`` for empty ones (unshare(2)); OSError when not allowed."""
    if _libc.unshare(ctypes.c_int(flags)) != 0:
        raise _last_error("unshare")


def raise_loopback() -> None:
    """Bring ``lo`` up in this process's own network; OSError when not allowed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        request = struct.pack("16sH14x", b"lo", _IFF_UP)
        fcntl.ioctl(line, _SIOCSIFFLAGS, request)


def syscall(number: int, *arguments: int | ctypes.c_void_p | None) -> int:
    """Any system call by number; OSError when it fails."""
    packed = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *packed))
    if result < 0:
        raise _last_error(f"syscall {number}")
    return result


def _last_error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
