"""A film's poster: a frame that shows something, upright, early, at every size."""

from __future__ import annotations

import base64
import io

import pytest
import thumbhash
from PIL import Image

from media.encoders import made_by_ffmpeg
from media.films import FILMS, corners_of, film, remuxed, turned
from media.pictures import QUARTERS, is_near
from media.playing import stream_of
from media.spent import processor_time_s
from media.watching import poster_of
from mediadock.core.errors import ContentRejected
from mediadock.core.profiles import VideoPreset

_WITH_OTHER_COLOURS = {"mp4 PQ", "mp4 HLG"}


def _opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body)).convert("RGB")


@pytest.mark.parametrize("name", FILMS)
def test_every_film_has_a_poster_that_shows_it_upright(name: str) -> None:
    poster = poster_of(FILMS[name]())
    assert [picture.name for picture in poster.pictures] == ["96", "240", "480", "960"]
    for picture in poster.pictures:
        image = _opened(picture.body)
        assert image.size == (picture.width, picture.height)
        assert picture.width % 2 == picture.height % 2 == 0
    if name not in _WITH_OTHER_COLOURS:
        for found, wanted in zip(corners_of(_opened(poster.pictures[-1].body)), QUARTERS, strict=True):
            assert is_near(found, wanted), (found, wanted)


def test_pictures_come_smallest_first_and_are_never_enlarged() -> None:
    poster = poster_of(film(size=(1280, 720)))
    sizes = [(picture.width, picture.height) for picture in poster.pictures]
    assert sizes == [(96, 96), (240, 134), (480, 270), (960, 540)]
    small = poster_of(film(size=(176, 144)))
    assert [(picture.width, picture.height) for picture in small.pictures] == [(96, 96)] + [(176, 144)] * 3


@pytest.mark.parametrize(
    ("size", "published"), [((1920, 1080), (1920, 1080)), ((2560, 1440), (1920, 1080)), ((1080, 1440), (1080, 1440))]
)
def test_the_facts_tell_the_size_of_the_film_to_come(size: tuple[int, int], published: tuple[int, int]) -> None:
    facts = poster_of(film(size=size, seconds=0.4)).facts
    assert (facts.width, facts.height) == published


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_phone_held_any_way_gives_the_same_poster(degrees: int) -> None:
    poster = poster_of(turned(degrees, size=(180, 320)))
    assert (poster.facts.width, poster.facts.height) == (180, 320)
    for found, wanted in zip(corners_of(_opened(poster.pictures[-1].body)), QUARTERS, strict=True):
        assert is_near(found, wanted), (found, wanted)


def test_wide_pixels_become_square_ones() -> None:
    poster = poster_of(FILMS["mp4 wide pixels"]())
    assert (poster.pictures[-1].width, poster.pictures[-1].height) == (320, 180)


def test_the_placeholder_is_a_thumbhash_of_the_frame() -> None:
    facts = poster_of(film()).facts
    width, height, _ = thumbhash.thumb_hash_to_rgba(base64.b64decode(facts.placeholder))
    assert width / height == pytest.approx(16 / 9, rel=0.1)


def test_a_black_beginning_is_passed_over() -> None:
    late = film(seconds=8.0, filters="fade=in:st=2:d=0.1")
    for found, wanted in zip(corners_of(_opened(poster_of(late).pictures[-1].body)), QUARTERS, strict=True):
        assert is_near(found, wanted), (found, wanted)


def test_a_film_that_is_black_throughout_has_a_black_poster() -> None:
    image = _opened(poster_of(film(filters="drawbox=c=black:t=fill")).pictures[-1].body)
    assert max(brightest for _, brightest in image.getextrema()) < 8


def test_a_film_of_one_frame_has_it_as_its_poster() -> None:
    image = _opened(poster_of(film(seconds=0.04, audio=None)).pictures[-1].body)
    for found, wanted in zip(corners_of(image), QUARTERS, strict=True):
        assert is_near(found, wanted), (found, wanted)


def test_a_strip_gives_a_square_that_shows_it() -> None:
    poster = poster_of(film(size=(2000, 128), seconds=0.4))
    assert (poster.pictures[0].width, poster.pictures[0].height) == (96, 96)
    assert (poster.pictures[-1].width, poster.pictures[-1].height) == (960, 60)


def test_a_profile_says_which_sizes() -> None:
    poster = poster_of(film(), VideoPreset(square=64, sizes=(100, 200)))
    assert [picture.name for picture in poster.pictures] == ["64", "100", "200"]


def test_a_poster_of_an_hour_comes_within_seconds() -> None:
    minute = made_by_ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=1:d=60", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-crf", "45", "-g", "250"),
        suffix="mp4",
    )
    hour = remuxed(minute, container="mp4", before=("-stream_loop", "59"))  # its frames need not differ
    assert stream_of(hour, "video")["seconds"] == pytest.approx(3600, abs=1)
    poster_of(film())  # the sandbox is warm, as it is in a worker
    before_s = processor_time_s()
    poster_of(hour)
    assert processor_time_s() - before_s < 5  # half a second; the whole film takes tens


def test_what_cannot_be_decoded_is_refused() -> None:
    whole = film(extra=("-movflags", "+faststart"))
    broken = whole[: whole.index(b"mdat") + 4] + bytes(len(whole) - whole.index(b"mdat") - 4)
    with pytest.raises(ContentRejected) as refused:
        poster_of(broken)
    assert refused.value.code == "corrupt"
