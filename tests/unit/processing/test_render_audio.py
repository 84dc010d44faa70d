"""Any sound becomes a small M4A that plays at once, with the shape that one can compute by hand."""

from __future__ import annotations

import numpy as np
import pytest

from media.playing import boxes_of, hear, peaks_of, samples_of, stream_of
from media.sounds import SOUNDS, amr_wideband, click, fade, silence, sine, sound, speech, stereo, tagged_mp3
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.core.profiles import AudioPreset, AudioVariant
from mediadock.processing.limits import MIB, Limits


@pytest.mark.parametrize("form", SOUNDS)
def test_every_form_becomes_a_small_m4a_that_plays_at_once(form: str) -> None:
    heard = hear(sound(form, speech(3.0)))
    body = heard.files["audio"]
    found = stream_of(body)
    assert (found["codec"], found["profile"], found["channels"], found["rate"]) == ("aac", "LC", 1, 44_100)
    assert boxes_of(body)[:2] == ["ftyp", "moov"]
    assert heard.facts.duration_s == pytest.approx(3.0, abs=0.12)
    assert found["seconds"] == pytest.approx(heard.facts.duration_s, abs=0.06)
    assert len(samples_of(body)) / 44_100 == pytest.approx(heard.facts.duration_s, abs=0.06)
    assert len(heard.facts.waveform) == 100


def test_the_bit_rate_is_64_kbit_a_second() -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 44_100 * 20).astype(np.float32)
    body = hear(sound("wav 16", noise)).files["audio"]
    assert len(body) * 8 / 20 == pytest.approx(64_000, rel=0.15)


def test_a_sine_is_as_high_as_its_amplitude_from_end_to_end() -> None:
    assert set(hear(sound("wav 16", sine(5.0, amplitude=0.5))).facts.waveform) == {50}


def test_silence_is_nothing() -> None:
    assert hear(sound("flac", silence(5.0))).facts.waveform == (0,) * 100


def test_a_click_is_one_bar_of_its_height() -> None:
    waveform = hear(sound("wav 16", click(10.0, at=5.05, amplitude=0.9))).facts.waveform
    assert {number: bar for number, bar in enumerate(waveform) if bar} == {50: 90}


def test_a_single_sample_is_not_smoothed_away() -> None:
    samples = silence(60.0)
    samples[44_100 * 30 + 100] = -1.0
    waveform = hear(sound("wav 16", samples)).facts.waveform
    assert {number: bar for number, bar in enumerate(waveform) if bar} == {50: 100}


def test_a_fade_rises_evenly_to_its_amplitude() -> None:
    waveform = hear(sound("wav 16", fade(10.0, amplitude=0.9))).facts.waveform
    assert waveform == pytest.approx([0.9 * number for number in range(1, 101)], abs=1)


@pytest.mark.parametrize("form", ["wav 16", "flac", "m4a alac", "mp3", "ogg opus", "m4a", "amr", "wav mu-law"])
@pytest.mark.parametrize("seconds", [0.5, 7.3, 61.0])
def test_the_waveform_agrees_with_numpy_on_the_decoded_samples(form: str, seconds: float) -> None:
    body = sound(form, speech(seconds))
    assert hear(body).facts.waveform == pytest.approx(peaks_of(samples_of(body)), abs=1)


def test_two_channels_are_mixed_into_one() -> None:
    body = sound("wav 16", stereo(sine(2.0, amplitude=0.8), silence(2.0)))
    heard = hear(body)
    assert set(heard.facts.waveform) == {40}
    published = samples_of(heard.files["audio"]).astype(float)
    assert np.sqrt((published**2).mean()) == pytest.approx(0.4 * 32768 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("bars", [1, 7, 100, 1000])
def test_the_profile_says_how_many_bars(bars: int) -> None:
    body = sound("wav 16", speech(2.0))
    assert hear(body, AudioPreset(bars=bars)).facts.waveform == pytest.approx(peaks_of(samples_of(body), bars), abs=1)


def test_more_bars_than_samples_are_still_bars() -> None:
    assert hear(sound("wav 16", sine(0.001)), AudioPreset(bars=100)).facts.waveform != ()


def test_a_profile_may_ask_for_more_variants_of_one_decode() -> None:
    variants = (AudioVariant(), AudioVariant("stereo", bit_rate=128_000, channels=2, sample_rate=48_000))
    heard = hear(sound("wav 16", stereo(sine(3.0), silence(3.0))), AudioPreset(variants=variants))
    assert set(heard.files) == {"audio", "stereo"}
    found = stream_of(heard.files["stereo"])
    assert (found["channels"], found["rate"]) == (2, 48_000)
    left, right = samples_of(heard.files["stereo"], channels=2).T
    assert np.abs(left.astype(int)).max() > 10 * np.abs(right.astype(int)).max()


def test_progress_rises_to_the_end() -> None:
    percents = hear(sound("wav 16", sine(200.0))).percents
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_tags_and_covers_of_the_original_are_not_published() -> None:
    body = hear(tagged_mp3(title="a very private title")).files["audio"]
    assert b"private" not in body
    assert stream_of(body)["metadata"].keys() <= {"major_brand", "minor_version", "compatible_brands"}


def test_wideband_amr_is_decoded() -> None:
    assert hear(amr_wideband(100)).facts.duration_s == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.8])
@pytest.mark.parametrize("form", ["flac", "m4a", "webm opus"])
def test_a_sound_that_was_cut_short_is_refused(form: str, kept: float) -> None:
    body = sound(form, speech(20.0))
    with pytest.raises(ContentRejected) as refusal:
        hear(body[: int(len(body) * kept)])
    assert refusal.value.code == "corrupt"


@pytest.mark.parametrize("form", ["wav 16", "flac", "mp3", "m4a", "aac"])
def test_a_sound_that_lacks_its_last_moment_plays(form: str) -> None:
    body = sound(form, speech(20.0))
    assert hear(body[: int(len(body) * 0.95)]).facts.duration_s == pytest.approx(19.0, abs=0.6)


@pytest.mark.parametrize("form", ["wav 16", "ogg opus", "mp3", "aac", "amr"])
def test_where_the_container_tells_no_length_what_is_there_is_published(form: str) -> None:
    body = sound(form, speech(20.0))
    assert hear(body[: len(body) // 2]).facts.duration_s == pytest.approx(10.0, abs=0.6)


def test_noise_that_calls_itself_a_sound_is_refused() -> None:
    noise = np.random.default_rng(3).bytes(200_000)
    for head in (b"fLaC\0\0\0\x22", b"OggS\0\2" + b"\0" * 20, b"ID3\x04\0\0\0\0\0\0"):
        with pytest.raises((ContentRejected, ProcessingFailed)):
            hear(head + noise)


def test_a_sound_longer_than_twelve_hours_is_refused_by_its_header() -> None:
    body = bytearray(sound("flac", sine(1.0)))
    body[22:26] = (44_100 * 3600 * 13).to_bytes(4, "big")  # the low 32 bits of STREAMINFO's count of samples
    with pytest.raises(ContentRejected) as refusal:
        hear(bytes(body))
    assert refusal.value.code == "too_long"


def test_an_output_beyond_the_limit_is_no_success() -> None:
    with pytest.raises((ContentRejected, ProcessingFailed)) as refusal:
        hear(sound("wav 16", speech(60.0)), limits=Limits(file_bytes=100_000))
    assert refusal.value.code == "output_too_large"


def test_memory_stays_small() -> None:
    with pytest.raises(ProcessingFailed) as failure:
        hear(sound("wav 16", speech(30.0)), limits=Limits(memory_bytes=20 * MIB, file_bytes=MIB * 10))
    assert failure.value.code == "out_of_memory"
