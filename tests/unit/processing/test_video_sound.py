"""Picture and sound stay in step, whatever is missing from either."""

from __future__ import annotations

import pytest

from media.encoders import made_by_ffmpeg
from media.films import film
from media.moments import MOMENTS, clicks_of, flashes_of, moments
from media.spent import processor_time_s
from media.watching import ENCODED, described, watch
from mediadock.core.errors import ContentRejected
from mediadock.core.profiles import VideoPreset
from mediadock.processing.sandbox import warm

_STEP_S = 0.04 + 1024 / 48_000
"""One frame of the picture and one of the sound."""

_HALF_GONE = "lt(t,3.5)+gte(t,6.2)"
_MISSING = {
    "nothing": ("1", "1"),
    "the beginning of the sound": ("1", "gte(t,2.5)"),
    "the beginning of the picture": ("gte(t,2.5)", "1"),
    "the middle of the sound": ("1", _HALF_GONE),
    "the middle of the picture": (_HALF_GONE, "1"),
    "the middle of both": (_HALF_GONE, _HALF_GONE),
    "a piece of the sound in every second": ("1", "not(between(mod(t,1),0.3,0.7))"),
}


@pytest.mark.parametrize("preset", [VideoPreset(), ENCODED], ids=["copied", "encoded"])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
@pytest.mark.parametrize("missing", ["nothing", "the beginning of the sound", "the beginning of the picture"])
def test_flash_and_click_come_together(missing: str, container: str, preset: VideoPreset) -> None:
    pictures, sounds = _MISSING[missing]
    _is_in_step(watch(moments(container=container, pictures=pictures, sounds=sounds), preset).film)


@pytest.mark.parametrize("missing", [name for name in _MISSING if "beginning" not in name])
def test_flash_and_click_come_together_after_a_hole(missing: str) -> None:
    pictures, sounds = _MISSING[missing]
    _is_in_step(watch(moments(pictures=pictures, sounds=sounds)).film)


def _is_in_step(body: bytes) -> None:
    flashes, clicks = flashes_of(body), clicks_of(body)
    together = min(len(flashes), len(clicks))
    assert together >= 3
    for moment in MOMENTS:
        seen, heard = (min(times, key=lambda at: abs(at - moment)) for times in (flashes, clicks))
        if abs(seen - moment) < 0.5 and abs(heard - moment) < 0.5:
            assert abs(seen - heard) < _STEP_S
            together -= 1
    assert together <= 0


def test_a_clock_that_starts_late_does_not_make_a_film_shorter() -> None:
    late = moments(pictures="gte(t,2.5)", sounds="gte(t,2.5)")
    watched = watch(late)
    assert watched.facts.duration_s == pytest.approx(7.5, abs=0.1)
    assert flashes_of(watched.film) == pytest.approx([0.5, 2.5, 4.5, 6.5], abs=_STEP_S)


@pytest.mark.parametrize("which", ["both", "a", "v"])
@pytest.mark.parametrize("hours", [1, 10, 300])
def test_a_gap_of_hours_makes_no_bomb(hours: int, which: str) -> None:
    shifted = f"setts=ts=TS+gte(TS*TB\\,4)*{hours * 3600}/TB"
    filters = {"both": ("-bsf:v", shifted, "-bsf:a", shifted), "a": ("-bsf:a", shifted), "v": ("-bsf:v", shifted)}
    gap = made_by_ffmpeg(
        *("-i", "{0}", "-c", "copy", *filters[which], "-max_interleave_delta", "1"), suffix="mkv", inputs=(moments(),)
    )
    warm()
    before_s = processor_time_s()
    try:
        made = watch(gap).film
    except ContentRejected as refused:
        assert refused.code in {"corrupt", "too_long"}  # noqa: PT017 - either end is right
    else:
        assert len(made) < 2_000_000
        assert flashes_of(made)[:2] == pytest.approx(MOMENTS[:2], abs=_STEP_S)
    assert processor_time_s() - before_s < 60  # a few; the gap filled with pictures would take far more


@pytest.mark.parametrize(
    ("channels", "rate", "made"),
    [(1, 8_000, (1, 48_000)), (2, 48_000, (2, 48_000)), (6, 48_000, (2, 48_000)), (2, 22_050, (2, 44_100))],
)
def test_encoded_sound_has_two_channels_at_most_and_a_usual_rate(
    channels: int, rate: int, made: tuple[int, int]
) -> None:
    source = film(container="mkv", audio="pcm", extra=("-ac", str(channels), "-ar", str(rate)))
    assert described(watch(source).film)["sound"] == ("aac", "LC", *made)
