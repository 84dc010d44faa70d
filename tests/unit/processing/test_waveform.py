"""Peaks of any number of samples, however they come, in constant memory."""

from __future__ import annotations

import numpy as np
import pytest

from media.playing import peaks_of
from mediadock.processing.audio.waveform import Waveform


def of(samples: np.ndarray, *, piece: int = 65_536) -> Waveform:
    waveform = Waveform()
    raw = samples.astype("<i2").tobytes()
    for at in range(0, len(raw), piece):
        waveform.add(raw[at : at + piece])
    return waveform


@pytest.mark.parametrize("count", [1, 99, 100, 101, 44_100, 1 << 20, (1 << 20) + 1, 3 * (1 << 20) + 7])
def test_the_bars_are_those_of_the_definition(count: int) -> None:
    samples = np.random.default_rng(count).integers(-32768, 32768, count).astype(np.int16)
    samples = (samples * np.linspace(0, 1, count)).astype(np.int16)
    waveform = of(samples)
    assert waveform.samples == count
    if count >= 100:
        assert waveform.bars(100) == pytest.approx(peaks_of(samples), abs=1)


@pytest.mark.parametrize("piece", [1, 3, 7, 4096, 1_000_001])
def test_how_the_samples_are_cut_makes_no_difference(piece: int) -> None:
    samples = np.random.default_rng(1).integers(-20_000, 20_000, 20_000).astype(np.int16)
    waveform = of(samples, piece=piece)
    assert waveform.samples == 20_000
    assert waveform.bars(50) == of(samples).bars(50)


def test_the_lowest_sample_is_full_scale() -> None:
    assert of(np.array([-32768] * 200)).bars(4) == (100,) * 4
    assert of(np.array([32767] * 200)).bars(4) == (100,) * 4


def test_nothing_is_silence() -> None:
    assert Waveform().bars(5) == (0,) * 5


def test_twelve_hours_take_no_more_room_than_a_minute() -> None:
    waveform = Waveform()
    room = waveform._peaks.nbytes
    minute = np.full(60 * 44_100, 3277, np.int16).tobytes()
    for _ in range(120):
        waveform.add(minute)
    assert waveform._peaks.nbytes == room
    assert len(waveform._rest) < 100_000
    assert set(waveform.bars(100)) == {10}
