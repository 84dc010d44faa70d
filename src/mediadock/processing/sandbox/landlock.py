"""Take the file system away from this process (Landlock, Linux 5.13 and later; works without root).

What stays is reading the interpreter, its libraries and the system's: enough for a late import, nothing of
the worker's: no configuration, no /etc, no /proc, no other process's files, and no writing anywhere.
Source: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from pathlib import Path

from mediadock.processing.sandbox import linux

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION_QUESTION = 1
_PATH_BENEATH = 1

_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_EVERY_FILE_RIGHT = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_EVERY_NET_RIGHT = 0b11  # bind and connect by TCP, version 4
_EVERY_SCOPE = 0b11  # abstract sockets and signals, version 6

_PACKAGE = Path(__file__).parents[2]
_READABLE = (
    *map(Path, ("/usr", "/lib", "/lib64", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu")),
    *map(Path, (sys.prefix, sys.base_prefix)),
    _PACKAGE,
)


def close_files(*, may_exec: bool) -> None:
    """Deny every use of the file system but reading programs' own files; OSError where the kernel has no Landlock."""
    version = linux.syscall(_CREATE_RULESET, None, 0, _VERSION_QUESTION)
    handled = _EVERY_FILE_RIGHT[min(version, 5)]
    network = _EVERY_NET_RIGHT if version >= 4 else 0
    scopes = _EVERY_SCOPE if version >= 6 else 0
    attributes = struct.pack("QQQ", handled, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = linux.syscall(_CREATE_RULESET, _pointer(attributes), len(attributes), 0)
    try:
        for path in _READABLE:
            _allow_reading(ruleset, path, may_exec=may_exec)
        linux.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, path: Path, *, may_exec: bool) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0) | (_EXECUTE if may_exec else 0)
        linux.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, _pointer(struct.pack("=Qi", rights, descriptor)), 0)
    finally:
        os.close(descriptor)


def _pointer(content: bytes) -> ctypes.c_void_p:
    return ctypes.cast(ctypes.create_string_buffer(content, len(content)), ctypes.c_void_p)
