"""Take the file system away from this process (Landlock, Linux 5.13 and later; works without root).

What stays is reading the interpreter, its libraries and the system's: enough for a late import, nothing of
the worker's: no configuration, no /etc, no /proc, no other process's files, and no writing anywhere. A job with a
program may start that one, write into its folder and connect to its source. A program that has a loader brings it
along, since the kernel asks for both: under the same rules, the loader can then load what may be read.
Source: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from pathlib import Path

from mediadock.processing.sandbox import linux
from mediadock.processing.sandbox.needs import Needs

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION_QUESTION = 1
_PATH_BENEATH, _NET_PORT = 1, 2

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_CONNECT = 1 << 1
_EVERY_FILE_RIGHT = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_EVERY_NET_RIGHT = 0b11  # bind and connect by TCP, version 4
_EVERY_SCOPE = 0b11  # abstract sockets and signals, version 6

_PACKAGE = Path(__file__).parents[2]
_READABLE = (
    *map(Path, ("/usr", "/lib", "/lib64", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu")),
    *map(Path, (sys.prefix, sys.base_prefix)),
    _PACKAGE,
)
_INTERPRETER = 3  # PT_INTERP, elf(5)
_LONGEST_NAME = 4096


def close_files(needs: Needs | None) -> None:
    """Deny every use of the file system but reading programs' own files; OSError where the kernel has no Landlock."""
    version = linux.syscall(_CREATE_RULESET, None, 0, _VERSION_QUESTION)
    handled = _EVERY_FILE_RIGHT[min(version, 5)]
    network = _EVERY_NET_RIGHT if version >= 4 else 0
    scopes = _EVERY_SCOPE if version >= 6 else 0
    attributes = struct.pack("QQQ", handled, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = linux.syscall(_CREATE_RULESET, _pointer(attributes), len(attributes), 0)
    try:
        for path in _READABLE:
            _allow_below(ruleset, path, _READ_FILE | _READ_DIR)
        if needs is not None:
            _allow_needs(ruleset, needs, handled=handled, network=network)
        linux.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow_needs(ruleset: int, needs: Needs, *, handled: int, network: int) -> None:
    loader = _loader_of(needs.program)
    if loader is not None:
        _allow_below(ruleset, loader, _READ_FILE | _EXECUTE)
    writing = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE
    for descriptor, rights in ((needs.program, _READ_FILE | _EXECUTE), (needs.folder, writing & handled)):
        linux.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, _pointer(struct.pack("=Qi", rights, descriptor)), 0)
    if network:
        linux.syscall(_ADD_RULE, ruleset, _NET_PORT, _pointer(struct.pack("=QQ", _CONNECT, needs.port)), 0)


def _loader_of(program: int) -> Path | None:
    """What a dynamically linked program names as its loader (ELF, 64 bits, little-endian)."""
    head = os.pread(program, 64, 0)
    if len(head) < 64 or not head.startswith(b"\x7fELF\x02\x01"):
        return None
    table, entry_bytes, entries = *struct.unpack_from("<Q", head, 32), *struct.unpack_from("<HH", head, 54)
    for number in range(entries):
        entry = os.pread(program, 56, table + number * entry_bytes)
        kind, _, at, _, _, length = struct.unpack_from("<IIQQQQ", entry)
        if kind == _INTERPRETER:
            return Path(os.fsdecode(os.pread(program, min(length, _LONGEST_NAME), at).rstrip(b"\0")))
    return None


def _allow_below(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ~_READ_DIR
        linux.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, _pointer(struct.pack("=Qi", rights, descriptor)), 0)
    finally:
        os.close(descriptor)


def _pointer(content: bytes) -> ctypes.c_void_p:
    return ctypes.cast(ctypes.create_string_buffer(content, len(content)), ctypes.c_void_p)
