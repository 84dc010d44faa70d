"""Programs that misbehave, in the place of FFmpeg: real executables of a few instructions, without compiler or library.

The sandbox starts one program and no interpreter, so a script will not do. ``Program`` writes x86-64 machine code, one
system call after another, into the smallest ELF file that Linux runs.
Sources: Intel's manual, volume 2; elf(5); syscall(2); the numbers of the calls are those of asm/unistd_64.h.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from stack.here import cannot_run


class Call(IntEnum):
    """System calls by number."""

    READ = 0
    WRITE = 1
    OPEN = 2
    CLOSE = 3
    MMAP = 9
    RT_SIGACTION = 13
    PAUSE = 34
    NANOSLEEP = 35
    GETPID = 39
    SOCKET = 41
    CONNECT = 42
    BIND = 49
    LISTEN = 50
    CLONE = 56
    FORK = 57
    VFORK = 58
    EXECVE = 59
    EXIT_GROUP = 231
    KILL = 62
    FCNTL = 72
    FTRUNCATE = 77
    RENAME = 82
    MKDIR = 83
    LINK = 86
    UNLINK = 87
    SYMLINK = 88
    CHMOD = 90
    PTRACE = 101
    SETPGID = 109
    GETPPID = 110
    SETSID = 112
    MKNOD = 133
    PRCTL = 157
    IO_URING_SETUP = 425
    CLONE3 = 435


class Register(IntEnum):
    """Registers that a system call leaves alone: ours to keep things in."""

    RBX = 3
    FILE = 12
    STACK = 15


_RAX = 0
_ARGUMENTS = (7, 6, 2, 10, 8, 9)  # rdi rsi rdx r10 r8 r9
_BASE = 0x400000
_DATA_AT = 0x8000
_RESULTS = _BASE + 0x80000
SCRATCH = _BASE + 0x100000
"""A mebibyte of zeros."""
SCRATCH_BYTES = 0x100000

WRITING = 0o1 | 0o100 | 0o1000  # O_WRONLY O_CREAT O_TRUNC
MP4_HEAD = b"\0\0\0\x0cftypisom"

Argument = int | Register


class Program:
    """Machine code in the making. What a system call answers is in ``rax`` until the next one."""

    def __init__(self) -> None:
        self._code = bytearray()
        self._data = bytearray()
        self._results = 0
        self._move_from(Register.STACK, 4)
        self._load(Register.RBX, _RESULTS)

    def data(self, content: bytes) -> int:
        """The address of ``content``."""
        address = _BASE + _DATA_AT + len(self._data)
        self._data += content
        return address

    def text(self, words: str) -> int:
        """The address of a string as C has it."""
        return self.data(words.encode() + b"\0")

    def call(self, number: int, *arguments: Argument) -> None:
        """One system call."""
        for register, argument in zip(_ARGUMENTS, arguments, strict=False):
            if isinstance(argument, Register):
                self._move_from(register, argument)
            else:
                self._load(register, argument)
        self._load(_RAX, number)
        self._code += b"\x0f\x05"

    def keep_file(self) -> None:
        """Remember the last answer as ``Register.FILE``."""
        self._move_from(Register.FILE, _RAX)

    def note(self) -> None:
        """Append the last answer to the results."""
        self._code += b"\x48\x89\x03\x48\x83\xc3\x08"  # mov [rbx], rax; add rbx, 8
        self._results += 1

    def segfault(self) -> None:
        """Write to address 0."""
        self._code += b"\x31\xc0\x48\x89\x00"  # xor eax, eax; mov [rax], rax

    def rename(self, name: int) -> None:
        """Make the four letters behind the first of the string at ``name`` others than ever before."""
        self._load(_RAX, name)
        self._code += b"\xff\xc5\x89\x68\x01"  # inc ebp; mov [rax+1], ebp
        self._code += b"\x81\x48\x01\x40\x40\x40\x40"  # or [rax+1], 0x40404040: no end of a string, no slash

    @contextmanager
    def for_ever(self) -> Iterator[None]:
        """What is written in the block is done again and again."""
        start = len(self._code)
        yield
        self._code += b"\xe9" + struct.pack("<i", start - len(self._code) - 5)

    @contextmanager
    def if_zero(self) -> Iterator[None]:
        """What is written in the block is done when the last answer was 0: in the child of a fork."""
        self._code += b"\x48\x85\xc0\x0f\x85\0\0\0\0"  # test rax, rax; jne
        start = len(self._code)
        yield
        self._code[start - 4 : start] = struct.pack("<i", len(self._code) - start)

    def end(self, code: int = 0) -> None:
        """Leave."""
        self.call(Call.EXIT_GROUP, code)

    def write_results(self) -> None:
        """Everything noted so far, into the open file."""
        self.call(Call.WRITE, Register.FILE, _RESULTS, 8 * self._results)

    def elf(self) -> bytes:
        """The executable: one segment that may be read, written and run."""
        assert len(self._code) <= _DATA_AT - 0x78
        entry = _BASE + 0x78
        ident = b"\x7fELF\x02\x01\x01" + bytes(9)
        head = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, entry, 64, 0, 0, 64, 56, 1, 64, 0, 0)
        size = _DATA_AT + len(self._data)
        segment = struct.pack("<IIQQQQQQ", 1, 7, 0, _BASE, _BASE, size, 0x200000, 0x1000)
        return (head + segment + bytes(self._code)).ljust(_DATA_AT, b"\0") + bytes(self._data)

    def install(self, folder: Path, name: str = "ffmpeg") -> Path:
        """Put it into ``folder``, ready to run."""
        if platform.machine() != "x86_64":
            cannot_run("the misbehaving programs are machine code for x86-64")
        path = folder / name
        path.write_bytes(self.elf())
        path.chmod(0o755)
        return path

    def _load(self, register: int, value: int) -> None:
        self._code += bytes([0x48 | register >> 3, 0xB8 | register & 7]) + struct.pack("<Q", value % (1 << 64))

    def _move_from(self, register: int, source: int) -> None:
        self._code += bytes([0x48 | source >> 3 << 2 | register >> 3, 0x89, 0xC0 | (source & 7) << 3 | register & 7])


def _made(write: Callable[[Program], None]) -> Program:
    program = Program()
    write(program)
    return program


def crashes() -> Program:
    """Segmentation fault at once."""
    return _made(Program.segfault)


def hangs(*ignoring: int) -> Program:
    """Sleeps for ever; signals by number are ignored."""
    program = Program()
    ignore = program.data(struct.pack("<QQQQ", 1, 0, 0, 0))
    for number in ignoring:
        program.call(Call.RT_SIGACTION, number, ignore, 0, 8)
    with program.for_ever():
        program.call(Call.PAUSE)
    return program


def spins() -> Program:
    """Burns a processor."""
    program = Program()
    with program.for_ever():
        pass
    return program


def allocates() -> Program:
    """Takes memory, 64 MiB at a time, and touches it."""
    program = Program()
    with program.for_ever():
        program.call(Call.MMAP, 0, 64 << 20, 3, 0x2 | 0x20 | 0x8000, -1, 0)
    return program


def floods_descriptor(number: int, content: bytes = b"") -> Program:
    """Writes to an inherited descriptor for ever: ``content``, or zeros."""
    program = Program()
    address, length = (program.data(content), len(content)) if content else (SCRATCH, SCRATCH_BYTES)
    with program.for_ever():
        program.call(Call.WRITE, number, address, length)
    return program


def floods_file(name: str) -> Program:
    """Writes to one file for ever, whatever it is told."""
    program = Program()
    program.call(Call.OPEN, program.text(name), WRITING, 0o600)
    program.keep_file()
    with program.for_ever():
        program.call(Call.WRITE, Register.FILE, SCRATCH, SCRATCH_BYTES)
    return program


def fork_bomb() -> Program:
    """Makes processes as long as it is let."""
    program = Program()
    with program.for_ever():
        program.call(Call.FORK)
    return program


def thread_bomb() -> Program:
    """Makes threads that sleep for ever, as long as it is let."""
    program = Program()
    shared = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000  # VM FS FILES SIGHAND THREAD SYSVSEM
    with program.for_ever():
        program.call(Call.CLONE, shared, SCRATCH + SCRATCH_BYTES - 64, 0, 0, 0)
        with program.if_zero(), program.for_ever():
            program.call(Call.PAUSE)
    return program


def leaves_a_child_behind() -> Program:
    """Ends well, but first starts another process in a session of its own, which lives on."""
    program = Program()
    for call, arguments in ((Call.FORK, ()), (Call.VFORK, ()), (Call.CLONE, (17, 0, 0, 0, 0))):
        program.call(call, *arguments)
        with program.if_zero():
            program.call(Call.SETSID)
            with program.for_ever():
                program.call(Call.PAUSE)
    program.end()
    return program


def makes_files_for_ever() -> Program:
    """Fills the folder with empty files, each under a name of its own."""
    program = Program()
    name = program.text("aaaaa")
    with program.for_ever():
        program.call(Call.OPEN, name, WRITING, 0o600)
        program.call(Call.CLOSE, 4)  # 0 to 3 are open from the start
        program.rename(name)
    return program


def ends(
    code: int = 0, *, files: Mapping[str, bytes] | None = None, said: Mapping[int, bytes] | None = None
) -> Program:
    """Ends at once with ``code``, after it wrote ``files`` and ``said`` something on descriptors."""
    program = Program()
    for name, content in (files or {}).items():
        program.call(Call.OPEN, program.text(name), WRITING, 0o600)
        program.keep_file()
        program.call(Call.WRITE, Register.FILE, program.data(content), len(content))
    for number, content in (said or {}).items():
        program.call(Call.WRITE, number, program.data(content), len(content))
    program.end(code)
    return program


def black_once(size_bytes: int) -> Program:
    """Says so many zeros on descriptor 1 the first time that it is started in a folder, and crashes ever after."""
    program = Program()
    program.call(Call.OPEN, program.text("seen"), 0o1 | 0o100 | 0o200, 0o600)  # O_WRONLY O_CREAT O_EXCL
    program.keep_file()
    program.call(Call.CLOSE, Register.FILE)
    with program.if_zero():
        program.call(Call.WRITE, 1, SCRATCH, size_bytes)
        program.end()
    program.segfault()
    return program


def puts_in_place(name: str, *calls: tuple[int, tuple[int | str, ...]]) -> Program:
    """Tries to put something that is no file where its output should be, and ends well. Strings are names."""
    program = Program()
    for number, arguments in calls:
        program.call(number, *(program.text(one) if isinstance(one, str) else one for one in arguments))
    program.call(Call.WRITE, 1, SCRATCH, 4096)
    program.end()
    return program


def reports(name: str, attempts: Mapping[str, Callable[[Program], None]], *, stack: bool = False) -> Program:
    """Tries each of ``attempts`` and writes what the kernel answered into ``name``, behind the head of an MP4.

    Eight bytes an attempt, an error as its negative number; then, with ``stack``, what the kernel handed over at the
    start: arguments and environment. Samples of silence go to descriptor 1, so that it looks like work.
    """
    program = Program()
    for attempt in attempts.values():
        attempt(program)
        program.note()
    program.call(Call.OPEN, program.text(name), WRITING, 0o600)
    program.keep_file()
    program.call(Call.WRITE, Register.FILE, program.data(MP4_HEAD), len(MP4_HEAD))
    program.write_results()
    if stack:
        program.call(Call.WRITE, Register.FILE, Register.STACK, 1 << 20)
    program.call(Call.WRITE, 1, SCRATCH, 4096)
    program.end()
    return program


def answers_of(body: bytes, attempts: Mapping[str, Callable[[Program], None]]) -> dict[str, int]:
    """What ``reports`` wrote, by the names of the attempts."""
    assert body.startswith(MP4_HEAD), body[:64]
    answers = struct.unpack_from(f"<{len(attempts)}q", body, len(MP4_HEAD))
    return dict(zip(attempts, answers, strict=True))
