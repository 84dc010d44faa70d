"""The bridge gives a program its one source by ranges, whatever it asks; what breaks the source ends the job."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile.poisoned import BODY, PATIENT, children_left, folders_in, run, sound_of, temporary_folder
from mediadock.core.errors import ProcessingFailed
from mediadock.processing.source import MemorySource


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    with temporary_folder(tmp_path):
        yield
        assert folders_in(tmp_path) == []
    assert children_left() == []


def asked(*heads: str, body: bytes = BODY) -> list[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of each answer."""
    requests = [f"{head}\r\n\r\n" for head in heads]
    answers = run("ask_source", MemorySource(body), requests=requests).result["answers"]
    assert isinstance(answers, list)
    return [_parsed(bytes.fromhex(answer)) for answer in answers]


def _parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), fields, body


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=0-", 206, b"0123456789"),
        ("bytes=0-0", 206, b"0"),
        ("bytes=9-9", 206, b"9"),
        ("bytes=9-", 206, b"9"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=3-6", 206, b"3456"),
        ("Bytes=3-6", 206, b"3456"),
        ("bytes=10-", 416, b""),
        ("bytes=10-20", 416, b""),
        ("bytes=999999999999999999-", 416, b""),
        ("bytes=-3", 206, b"789"),
        ("bytes=-10", 206, b"0123456789"),
        ("bytes=-11", 206, b"0123456789"),
        ("bytes=-0", 416, b""),
        ("bytes=1-2,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
        ("bytes=a-b", 200, b"0123456789"),
    ],
)
def test_ranges_are_served_as_the_rfc_says(wanted: str, status: int, body: bytes) -> None:
    got, headed = asked(f"GET {{path}} HTTP/1.1\r\nRange: {wanted}", f"HEAD {{path}} HTTP/1.1\r\nRange: {wanted}")
    assert (got[0], got[2]) == (status, body)
    assert (headed[0], headed[2]) == (status, b"")
    for _, fields, _ in (got, headed):
        assert fields["content-length"] == str(len(body))
        if status == 206:
            first = BODY.index(body)
            assert fields["content-range"] == f"bytes {first}-{first + len(body) - 1}/10"
        if status == 416:
            assert fields["content-range"] == "bytes */10"


def test_a_source_without_bytes_is_empty_and_has_no_range() -> None:
    whole, ranged = asked("GET {path} HTTP/1.1", "GET {path} HTTP/1.1\r\nRange: bytes=0-", body=b"")
    assert (whole[0], whole[2]) == (200, b"")
    assert ranged[0] == 416


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1",
        "GET {path}x HTTP/1.1",
        "GET {path}/../ HTTP/1.1",
        "GET {path}?a HTTP/1.1",
        "GET http://127.0.0.1{path} HTTP/1.1",
        "POST {path} HTTP/1.1",
        "PUT {path} HTTP/1.1",
        "CONNECT {path} HTTP/1.1",
        "\r\n",
    ],
    ids=repr,
)
def test_anything_else_is_not_found(head: str) -> None:
    status, fields, body = asked(head)[0]
    assert (status, body) == (404, b"")
    assert "location" not in fields


def test_a_head_without_end_is_hung_up_on() -> None:
    answers = run("ask_source", requests=["GET {path} HTTP/1.1\r\nX: " + "x" * 40_000]).result["answers"]
    assert answers == [""]


def test_more_lines_than_are_served_hold_up_only_themselves() -> None:
    threads = threading.active_count()
    result = run("open_many_lines", lines=100).result
    assert result["answers"] == ["3456"] * 100
    assert threading.active_count() <= threads + 1  # the watchdog's


class Breaking(MemorySource):
    """Gives half of itself, then raises."""

    def __init__(self, body: bytes, error: BaseException) -> None:
        super().__init__(body)
        self.error = error

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        middle = self.size_bytes // 2
        if start < middle:
            yield self.read(start, middle - start)
        raise self.error


ERRORS = [
    ConnectionResetError("the store went away"),
    TimeoutError("the store is silent"),
    BrokenPipeError("the store hung up"),
    KeyError("anything"),
    ProcessingFailed("no_space", "A sentence."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_of_the_source_ends_the_job_whatever_the_program_makes_of_it(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        run("call_it_a_success", Breaking(bytes(1000), error))
    assert raised.value is error


def test_an_error_of_the_source_wins_every_time_it_comes_at_the_very_end() -> None:
    for number in range(60):
        error = ConnectionResetError(f"round {number}")
        with pytest.raises(ConnectionResetError) as raised:
            run("call_it_a_success", Breaking(bytes(2 + number * 997), error))
        assert raised.value is error


def test_a_source_that_ends_early_is_no_success() -> None:
    class Short(MemorySource):
        def chunks(self, start: int = 0) -> Iterator[bytes]:
            yield bytes(10)

    with pytest.raises(EOFError):
        run("call_it_a_success", Short(bytes(1000)))


def test_an_error_of_the_source_does_not_wait_for_the_program(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        run("call_it_a_success", Breaking(bytes(1000), ConnectionResetError()), wait_s=3600)
    assert time.monotonic() - started < PATIENT.wall_s


def test_an_error_of_the_source_under_the_real_ffmpeg_is_that_error() -> None:
    """A sound whose first half alone would be a fine recording."""
    samples = bytes(44_100 * 2 * 20)
    head = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 1, 44_100, 88_200, 2, 16) + b"data" + struct.pack("<I", len(samples))
    for _ in range(5):
        error = ConnectionResetError("the store went away")
        with pytest.raises(ConnectionResetError) as raised:
            sound_of(Breaking(head + samples, error), limits=PATIENT)
        assert raised.value is error
