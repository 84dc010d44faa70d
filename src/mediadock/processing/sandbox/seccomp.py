"""System calls that a decoder has no business with are refused by the kernel (seccomp filter).

A list of what is denied rather than of what is allowed: Python, libvips and their threads use calls that
differ between C libraries, and a missing one would break honest pictures. Denied calls answer EPERM, so a
hijacked decoder finds no program to start, no process to make, no socket to open, nobody to trace or kill.
A job with a program may start it, and open TCP connections; it still cannot listen.
Source: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

from mediadock.processing.sandbox import linux

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_INTERNET = 2  # AF_INET
_X32 = 0x40000000


@dataclass(frozen=True)
class _Calls:
    """Numbers of one architecture (asm/unistd.h)."""

    audit: int
    clone: int
    starting: tuple[int, ...]  # execve execveat fork vfork
    socket: int
    connect: int
    listening: tuple[int, ...]  # accept accept4 bind listen
    meddling: tuple[int, ...]  # everything that no decoder needs


_CLONE3 = 435
_MEDDLING_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 438, 440, 442, 443, 448)  # io_uring, mounts, pidfd
_MODULES_X86, _MODULES_ARM = (175, 313, 246, 320), (105, 273, 104, 294)  # loading kernel code
_ARCHITECTURES = {
    "x86_64": _Calls(
        audit=0xC000003E,
        clone=56,
        starting=(59, 322, 57, 58),
        socket=41,
        connect=42,
        listening=(43, 288, 49, 50),
        # kill ptrace process_vm_* mount umount2 pivot_root chroot unshare setns bpf perf userfaultfd keys modules
        meddling=(
            62,
            101,
            310,
            311,
            165,
            166,
            155,
            161,
            272,
            308,
            321,
            298,
            323,
            248,
            249,
            250,
            304,
            175,
            313,
            246,
            320,
        ),
    ),
    "aarch64": _Calls(
        audit=0xC00000B7,
        clone=220,
        starting=(221, 281),
        socket=198,
        connect=203,
        listening=(202, 242, 200, 201),
        meddling=(129, 117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 282, 217, 218, 219, 265, *_MODULES_ARM),
    ),
}


def deny_calls(*, with_program: bool) -> None:
    """Install the filter on this (single-threaded) process; it is inherited and cannot be taken off.

    Needs no_new_privs. OSError on an architecture whose numbers we do not have.
    """
    calls = _ARCHITECTURES.get(platform.machine())
    if calls is None:
        raise OSError(errno.ENOSYS, "no table of system calls for this architecture")
    program = _program(calls, with_program=with_program)
    instructions = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions)))
    linux.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(filter_))


def _program(calls: _Calls, *, with_program: bool) -> bytes:
    refuse = _RETURN, 0, 0, _ERRNO | errno.EPERM
    steps: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, calls.audit),
        (_RETURN, 0, 0, _KILL),  # a call of another architecture: numbers mean other things there
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        refuse,
    ]
    denied = calls.meddling + _MEDDLING_EVERYWHERE + calls.listening
    if not with_program:
        denied += (*calls.starting, calls.socket, calls.connect)
        # The C library falls back to clone, whose flags a filter can see.
        steps += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for number in denied:
        steps += [(_EQUAL, 0, 1, number), refuse]
    if with_program:
        steps += [
            (_EQUAL, 0, 3, calls.socket),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_EQUAL, 1, 0, _INTERNET),
            refuse,
        ]
    else:
        steps += [
            (_EQUAL, 0, 4, calls.clone),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_AND, 0, 0, _CLONE_THREAD),
            (_EQUAL, 1, 0, _CLONE_THREAD),
            refuse,
        ]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
