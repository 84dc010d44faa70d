"""Peaks of a sound of any length in constant memory, as its samples come by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MOST_STRETCHES = 1 << 20
_FULL_SCALE = 32768
_BYTES_PER_SAMPLE = 2


class Waveform:
    """Takes signed 16-bit samples of one channel; keeps the peak of each of at most a million short stretches.

    A stretch is one sample at first and twice as long each time the room is full, so a voice note of seconds is kept
    sample by sample and twelve hours in stretches of 46 ms: a bar's bounds are off by at most 1/5,000 of the whole.
    """

    def __init__(self) -> None:
        self.samples = 0
        self._peaks = np.zeros(_MOST_STRETCHES, dtype=np.uint16)
        self._full = 0
        self._stretch = 1
        self._rest = b""

    def add(self, data: bytes) -> None:
        """The next samples, little-endian; a cut through a sample or a stretch waits for the rest."""
        data = self._rest + data if self._rest else data
        self.samples += (len(data) // _BYTES_PER_SAMPLE) - len(self._rest) // _BYTES_PER_SAMPLE
        while True:
            stretch_bytes = self._stretch * _BYTES_PER_SAMPLE
            whole = min(len(data) // stretch_bytes, _MOST_STRETCHES - self._full)
            taken = data[: whole * stretch_bytes]
            peaks = _peaks(np.frombuffer(taken, dtype="<i2").reshape(whole, self._stretch))
            self._peaks[self._full : self._full + whole] = peaks
            self._full += whole
            data = data[len(taken) :]
            if self._full < _MOST_STRETCHES:
                self._rest = data
                return
            self._halve()

    def bars(self, count: int) -> tuple[int, ...]:
        """``count`` peaks from 0 to 100; all 0 when there was no sample."""
        peaks = self._peaks[: self._full]
        if last := len(self._rest) // _BYTES_PER_SAMPLE:
            rest = np.frombuffer(self._rest, dtype="<i2", count=last).reshape(1, last)
            peaks = np.concatenate([peaks, _peaks(rest)])
        if len(peaks) == 0:
            return (0,) * count
        bounds = np.arange(count + 1, dtype=np.int64) * len(peaks) // count
        starts = np.minimum(bounds[:-1], len(peaks) - 1)
        tops = [peaks[start : max(end, start + 1)].max() for start, end in zip(starts, bounds[1:], strict=True)]
        return tuple(round(int(top) * 100 / _FULL_SCALE) for top in tops)

    def _halve(self) -> None:
        half = _MOST_STRETCHES // 2
        self._peaks[:half] = self._peaks.reshape(half, 2).max(axis=1)
        self._full = half
        self._stretch *= 2


def _peaks(stretches: NDArray[np.int16]) -> NDArray[np.uint16]:
    """The largest distance from zero in each row; -32768 counts as 32768."""
    if stretches.size == 0:
        return np.zeros(len(stretches), dtype=np.uint16)
    highest = stretches.max(axis=1).astype(np.int32)
    lowest = stretches.min(axis=1).astype(np.int32)
    peaks: NDArray[np.uint16] = np.maximum(highest, -lowest).astype(np.uint16)
    return peaks
