"""System calls that a decoder has no business with are refused by the kernel (seccomp filter).

A list of what is denied rather than of what is allowed: Python, libvips and their threads use calls that
differ between C libraries, and a missing one would break honest pictures. Denied calls answer EPERM, so a
hijacked decoder finds no program to start, no process to make, no socket to open, nobody to trace or kill.
A job with a program may start it, and open TCP connections; it still cannot listen. The program itself can make
threads but no process, and neither leave its process group nor live on when its parent dies.
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
_PDEATHSIG = 1
_X32 = 0x40000000


@dataclass(frozen=True)
class _Calls:
    """Numbers of one architecture (asm/unistd.h)."""

    audit: int
    clone: int
    starting: tuple[int, ...]  # execve execveat
    forking: tuple[int, ...]  # fork vfork, where they are calls of their own
    prctl: int
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
        starting=(59, 322),
        forking=(57, 58),
        prctl=157,
        socket=41,
        connect=42,
        listening=(43, 288, 49, 50),
        # kill ptrace process_vm_* mount umount2 pivot_root chroot unshare setns bpf perf userfaultfd keys setsid
        # setpgid, and modules
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
            112,
            109,
            *_MODULES_X86,
        ),
    ),
    "aarch64": _Calls(
        audit=0xC00000B7,
        clone=220,
        starting=(221, 281),
        forking=(),
        prctl=167,
        socket=198,
        connect=203,
        listening=(202, 242, 200, 201),
        meddling=(
            129,
            117,
            270,
            271,
            40,
            39,
            41,
            51,
            97,
            268,
            280,
            241,
            282,
            217,
            218,
            219,
            265,
            157,
            154,
            *_MODULES_ARM,
        ),
    ),
}


def deny_calls(*, with_program: bool) -> None:
    """Install the filter on this (single-threaded) process; it is inherited and cannot be taken off.

    Needs no_new_privs. OSError on an architecture whose numbers we do not have.
    """
    calls = _calls()
    denied = calls.meddling + _MEDDLING_EVERYWHERE + calls.listening
    if with_program:
        _install(calls, [*_denied(denied), *_one_value_only(calls.socket, _INTERNET)])
    else:
        denied += (*calls.starting, calls.socket, calls.connect)
        _install(calls, [*_denied(denied), *_no_processes(calls)])


def deny_processes() -> None:
    """One more filter, for a program about to be started: it makes threads and nothing else, and dies with its parent.

    Set the death signal before. OSError as ``deny_calls``.
    """
    calls = _calls()
    _install(calls, _no_processes(calls))


_Step = tuple[int, int, int, int]
_REFUSE: _Step = (_RETURN, 0, 0, _ERRNO | errno.EPERM)


def _calls() -> _Calls:
    calls = _ARCHITECTURES.get(platform.machine())
    if calls is None:
        raise OSError(errno.ENOSYS, "no table of system calls for this architecture")
    return calls


def _install(calls: _Calls, rules: list[_Step]) -> None:
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, calls.audit),
        (_RETURN, 0, 0, _KILL),  # a call of another architecture: numbers mean other things there
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        _REFUSE,
        *rules,
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    instructions = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions)))
    linux.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(filter_))


def _denied(numbers: tuple[int, ...]) -> list[_Step]:
    return [step for number in numbers for step in ((_EQUAL, 0, 1, number), _REFUSE)]


def _one_value_only(number: int, value: int) -> list[_Step]:
    """A call whose first argument must be ``value``."""
    argument = [(_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_EQUAL, 1, 0, value), _REFUSE]
    return [(_EQUAL, 0, 4, number), *argument, (_LOAD, 0, 0, _NUMBER_AT)]


def _no_processes(calls: _Calls) -> list[_Step]:
    return [
        # The C library falls back to clone, whose flags a filter can see.
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        *_denied(calls.forking),
        *((_EQUAL, 0, 4, calls.prctl), (_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_EQUAL, 0, 1, _PDEATHSIG), _REFUSE),
        *((_LOAD, 0, 0, _NUMBER_AT), (_EQUAL, 0, 5, calls.clone)),
        *((_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_AND, 0, 0, _CLONE_THREAD), (_EQUAL, 1, 0, _CLONE_THREAD), _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
