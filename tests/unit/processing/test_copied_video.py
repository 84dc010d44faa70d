"""A film that already is what would be made of it is copied, without what may hide in it, unless it is damaged."""

from __future__ import annotations

import random

import pytest

from media.encoders import made_by_ffmpeg
from media.films import FILMS, film, remuxed
from media.moments import moments
from media.watching import described, packets_of, units_of, watch, watch_as_usual
from mediadock.core.errors import ContentRejected
from mediadock.core.profiles import VideoPreset, VideoVariant

_KEYS = ("-g", "25", "-movflags", "+faststart")
_HIDDEN = "086f3693-b7b3-4f2c-9653-21492feee5b8+MARKER-hidden-in-a-unit"


@pytest.mark.parametrize(
    "name", ["mp4 moov first", "mp4 moov last", "mp4 fragmented", "mp4 silent", "mkv h264", "mov with timecode"]
)
def test_a_film_that_fits_is_copied_picture_by_picture(name: str) -> None:
    watched = watch_as_usual(name)
    assert watched.facts.copied == {"video"}
    kept = [_without_other_units(packet) for packet in packets_of(FILMS[name]())]
    assert packets_of(watched.film) == kept


def _without_other_units(packet: bytes) -> bytes:
    kept, at = b"", 0
    while at < len(packet):
        end = at + 4 + int.from_bytes(packet[at : at + 4], "big")
        if packet[at + 4] & 31 in {1, 5, 7, 8}:
            kept += packet[at:end]
        at = end
    return kept


@pytest.mark.parametrize(
    "name",
    [
        *("mp4 odd sides", "mp4 wide pixels", "mp4 240 a second", "mp4 4K", "mp4 4:2:2", "mp4 interlaced"),
        *("mov turned 180", "mp4 mpeg4", "mpeg-ts", "mp4 PQ"),
    ],
)
def test_a_film_that_does_not_fit_is_not_copied(name: str) -> None:
    assert not watch_as_usual(name).facts.copied


def test_a_profile_may_forbid_copies() -> None:
    assert not watch(film(), VideoPreset(variants=(VideoVariant(may_copy=False),))).facts.copied


@pytest.mark.parametrize(("side", "is_copied"), [(319, False), (320, True), (321, True)])
def test_the_box_decides_to_the_pixel(side: int, is_copied: bool) -> None:
    preset = VideoPreset(variants=(VideoVariant(long_side=side, short_side=side),))
    assert bool(watch(film(), preset).facts.copied) is is_copied


@pytest.mark.parametrize(("level", "is_copied"), [("5.2", True), ("6", False)])
def test_a_level_that_players_lack_is_encoded_anew(level: str, is_copied: bool) -> None:
    source = remuxed(film(), container="mp4", extra=("-bsf:v", f"h264_metadata=level={level}"))
    watched = watch(source)
    assert bool(watched.facts.copied) is is_copied
    assert described(watched.film)["level"] <= 52


@pytest.mark.parametrize(
    ("audio", "extra", "made"),
    [
        ("aac", (), ("aac", "LC", 1, 44_100)),
        ("aac", ("-ac", "2", "-ar", "22050"), ("aac", "LC", 2, 44_100)),
        ("aac", ("-ac", "6", "-ar", "48000"), ("aac", "LC", 2, 48_000)),
        ("ac3", ("-ac", "2", "-ar", "48000"), ("aac", "LC", 2, 48_000)),
        ("mp3", ("-ac", "1", "-ar", "44100"), ("aac", "LC", 1, 44_100)),
    ],
)
def test_the_sound_of_a_copied_film_is_encoded_anew(
    audio: str, extra: tuple[str, ...], made: tuple[str, str, int, int]
) -> None:
    watched = watch(film(audio=audio, extra=extra))
    assert watched.facts.copied
    assert described(watched.film)["sound"] == made


def test_what_hides_beside_the_pictures_is_left_behind() -> None:
    hiding = remuxed(film(), container="mp4", extra=("-bsf:v", f"h264_metadata=sei_user_data={_HIDDEN}"))
    assert b"MARKER" in hiding
    watched = watch(hiding)
    assert watched.facts.copied
    assert b"MARKER" not in watched.film
    assert {unit for packet in packets_of(watched.film) for unit in units_of(packet)} <= {1, 5, 7, 8}


def test_what_was_trimmed_away_is_not_published() -> None:
    """Who trims a film without encoding it leaves what lies before the next picture to begin with."""
    trimmed = remuxed(film(audio=None, extra=_KEYS), container="mp4", before=("-ss", "1.5"))
    assert len(packets_of(trimmed)) == 25
    watched = watch(trimmed)
    assert watched.facts.duration_s == pytest.approx(0.5, abs=0.05)
    assert len(packets_of(watched.film)) == pytest.approx(12.5, abs=1)


def test_a_film_that_changes_its_size_is_not_copied() -> None:
    first = film(container="ts", size=(320, 180), extra=("-g", "25"))
    second = film(container="ts", size=(240, 240), extra=("-g", "25", "-output_ts_offset", "2"))
    joined = made_by_ffmpeg("-f", "mpegts", "-i", "{0}", "-c", "copy", suffix="mkv", inputs=(first + second,))
    watched = watch(joined)
    assert not watched.facts.copied
    assert described(watched.film)["size"] == (320, 180)


def test_damage_in_the_middle_is_encoded_over() -> None:
    whole = film(size=(640, 360), seconds=6.0, extra=_KEYS)
    watched = watch(_noisy(whole, 0.5, 0.53))
    assert not watched.facts.copied
    assert watched.facts.duration_s == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize(("start", "end"), [(0.3, 0.8), (0.15, 1.0)])
def test_damage_nearly_everywhere_is_refused(start: float, end: float) -> None:
    _refused(_noisy(film(size=(640, 360), seconds=6.0, extra=_KEYS), start, end))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_film_that_was_cut_short_is_refused(container: str, kept: float) -> None:
    whole = _even_film(container)
    _refused(whole[: int(len(whole) * kept)])


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_film_that_lacks_its_last_moment_plays(container: str) -> None:
    whole = _even_film(container)
    assert watch(whole[: int(len(whole) * 0.96)]).facts.duration_s >= 0.9 * 6


def test_where_the_container_tells_no_length_what_is_there_is_published() -> None:
    live = moments(container="webm", extra=("-live", "1"))
    assert watch(live[: len(live) // 2]).facts.duration_s == pytest.approx(5, abs=1.5)


def _even_film(container: str) -> bytes:
    """Six seconds that take about as many bytes each."""
    return film(size=(320, 180), seconds=6.0, container=container, filters="noise=alls=40:allf=t", extra=_KEYS)


def _noisy(body: bytes, start: float, end: float) -> bytes:
    first, last = int(len(body) * start), int(len(body) * end)
    return body[:first] + random.Random(1).randbytes(last - first) + body[last:]


def _refused(body: bytes) -> None:
    with pytest.raises(ContentRejected) as refused:
        watch(body)
    assert refused.value.code == "corrupt"
    assert refused.value.detail.endswith(".")
