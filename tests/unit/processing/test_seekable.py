"""Jumping about in a source costs few streams and gives the right bytes."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator

import pytest

from mediadock.processing.seekable import SeekableSource
from mediadock.processing.source import BLOCK_BYTES, MemorySource

BODY = random.Random(5).randbytes(9 * BLOCK_BYTES + 12_345)


class Watched(MemorySource):
    """Counts streams and bytes, and tells which streams were closed."""

    def __init__(self, body: bytes, *, fail_at: int | None = None) -> None:
        super().__init__(body)
        self.streams: list[int] = []
        self.given = 0
        self.ended = 0
        self._fail_at = fail_at

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        self.streams.append(start)
        try:
            for at in range(start, self.size_bytes, 100_000):
                if self._fail_at is not None and at >= self._fail_at:
                    raise ConnectionResetError("the line is gone")
                piece = self.read(at, 100_000)
                self.given += len(piece)
                yield piece
        finally:
            self.ended += 1


def test_reading_through_is_one_stream_and_every_byte_once() -> None:
    watched = Watched(BODY)
    assert b"".join(SeekableSource(watched).chunks()) == BODY
    assert (watched.streams, watched.given, watched.ended) == ([0], len(BODY), 1)


@pytest.mark.parametrize("start", [1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, len(BODY) - 1, len(BODY)])
def test_a_stream_may_begin_anywhere(start: int) -> None:
    assert b"".join(SeekableSource(MemorySource(BODY)).chunks(start)) == BODY[start:]


@pytest.mark.parametrize(
    ("offset", "length"),
    [
        (0, 0),
        (0, 1),
        (BLOCK_BYTES - 1, 2),
        (5, 3 * BLOCK_BYTES),
        (len(BODY) - 1, 9),
        (len(BODY), 9),
        (len(BODY) + 9, 9),
    ],
)
def test_a_range_is_as_from_a_file(offset: int, length: int) -> None:
    assert SeekableSource(MemorySource(BODY)).read(offset, length) == BODY[offset : offset + length]


def test_sound_and_pictures_far_apart_are_two_streams_however_often_one_jumps() -> None:
    watched = Watched(BODY)
    source = SeekableSource(watched)
    half = 5 * BLOCK_BYTES
    read = [source.read(at + side, 50_000) for at in range(0, 4 * BLOCK_BYTES, 50_000) for side in (0, half)]
    expected = [BODY[at + side :][:50_000] for at in range(0, 4 * BLOCK_BYTES, 50_000) for side in (0, half)]
    assert read == expected
    assert watched.streams == [0, half]


def test_a_whole_film_of_any_length_leaves_only_a_few_mebibytes_behind() -> None:
    source = SeekableSource(MemorySource(BODY * 8))
    tracemalloc.start()
    try:
        for _ in source.chunks():
            pass
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 8 * BLOCK_BYTES


def test_only_a_few_streams_stay_open_and_closing_ends_them() -> None:
    watched = Watched(BODY)
    source = SeekableSource(watched)
    for block in (0, 2, 4, 6, 8):
        source.read(block * BLOCK_BYTES, 1)
    assert (len(watched.streams), watched.ended) == (5, 1)
    source.close()
    assert watched.ended == 5


def test_what_was_read_lately_is_not_asked_for_again() -> None:
    watched = Watched(BODY)
    source = SeekableSource(watched)
    length = 5 * BLOCK_BYTES
    for _ in range(3):
        assert source.read(0, length) == BODY[:length]
    assert length <= watched.given < length + 100_000


def test_what_the_source_raises_goes_through_and_the_next_read_starts_anew() -> None:
    watched = Watched(BODY, fail_at=3 * BLOCK_BYTES)
    source = SeekableSource(watched)
    with pytest.raises(ConnectionResetError):
        b"".join(source.chunks())
    assert source.read(0, 10) == BODY[:10]
    watched._fail_at = None
    assert b"".join(source.chunks()) == BODY
