"""Any film becomes an MP4 that plays at once and everywhere."""

from __future__ import annotations

import time

import numpy as np
import pytest

from media.encoders import made_by_ffmpeg
from media.films import FILMS, PLACE, TITLE_MARKER, corners_of, film, frame_at, moving_gif, remuxed, turned
from media.pictures import QUARTERS, encoded, is_near, quarters
from media.playing import boxes_of
from media.watching import ENCODED, described, luma_of, packets_of, probed, times_of, units_of, watch, watch_as_usual
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.core.profiles import VideoPreset, VideoVariant
from mediadock.processing.limits import VIDEO_LIMITS, Limits

_WITH_OTHER_COLOURS = {"mp4 PQ", "mp4 HLG"}
_PLAYABLE = {("h264", profile, "yuv420p") for profile in ("Constrained Baseline", "Main", "High")}


@pytest.mark.parametrize("name", FILMS)
def test_every_film_becomes_an_mp4_that_plays_at_once(name: str) -> None:
    watched = watch_as_usual(name)
    ((output, body),) = watched.outputs
    found = described(body)
    assert found["codec"] in _PLAYABLE
    assert found["size"] == (output.width, output.height) == (watched.facts.width, watched.facts.height)
    assert (output.name, output.content_type) == ("video", "video/mp4")
    assert output.width % 2 == output.height % 2 == 0
    assert max(found["size"]) <= 1920
    assert min(found["size"]) <= 1080
    assert found["square"]
    assert found["rotation"] == 0
    assert boxes_of(body)[:2] == ["ftyp", "moov"]
    assert found["seconds"] == pytest.approx(watched.facts.duration_s)
    assert found["streams"] == (["video", "audio"] if "sound" in found else ["video"])
    assert found.get("sound", ("aac", "LC", 1, 44_100)) in {("aac", "LC", 1, 44_100), ("aac", "LC", 1, 48_000)}
    if name not in _WITH_OTHER_COLOURS:
        for seen, wanted in zip(corners_of(frame_at(body, 0.2)), QUARTERS, strict=True):
            assert is_near(seen, wanted), (seen, wanted)


@pytest.mark.parametrize("name", [name for name in FILMS if name not in {"mp4 4K", "mp4 240 a second", "gif"}])
def test_the_length_is_kept(name: str) -> None:
    seconds = 1.0 if "prores" in name else 2.0
    assert watch_as_usual(name).facts.duration_s == pytest.approx(seconds, abs=0.06)


def test_an_avi_with_aac_is_a_film() -> None:
    assert described(watch(film(codec="mpeg4", container="avi", audio="aac")).film)["sound"] == ("aac", "LC", 1, 44_100)


def test_silent_films_stay_silent() -> None:
    assert described(watch(film(audio=None), ENCODED).film)["streams"] == ["video"]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phone_held_any_way_gives_an_upright_film(degrees: int) -> None:
    watched = watch(turned(degrees, size=(180, 320)))
    assert (watched.facts.width, watched.facts.height) == (180, 320)
    assert not watched.facts.copied
    for seen, wanted in zip(corners_of(frame_at(watched.film, 0.2)), QUARTERS, strict=True):
        assert is_near(seen, wanted), (seen, wanted)


@pytest.mark.parametrize("degrees", ["89.99", "-89.99"])
def test_a_matrix_that_was_rounded_turns_by_a_quarter_all_the_same(degrees: str) -> None:
    body = remuxed(film(seconds=0.4), container="mov", before=("-display_rotation:v:0", degrees))
    facts = watch(body).facts
    assert (facts.width, facts.height) == (180, 320)


def test_pictures_of_a_camera_that_have_exif_in_them_are_a_film() -> None:
    one = encoded(quarters(320, 180), "jpeg", gps=True)
    body = made_by_ffmpeg("-f", "mjpeg", "-i", "{0}", "-c", "copy", suffix="mov", inputs=(one * 10,))
    for seen, wanted in zip(corners_of(frame_at(watch(body).film, 0.2)), QUARTERS, strict=True):
        assert is_near(seen, wanted), (seen, wanted)


def test_a_mirrored_film_is_turned_over() -> None:
    mirrored = remuxed(film(filters="vflip"), container="mp4", before=("-display_vflip:v:0",))
    watched = watch(mirrored)
    assert not watched.facts.copied
    for seen, wanted in zip(corners_of(frame_at(watched.film, 0.2)), QUARTERS, strict=True):
        assert is_near(seen, wanted), (seen, wanted)


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((1922, 1080), (1920, 1078)),
        ((2160, 3840), (1080, 1920)),
        ((321, 179), (320, 178)),
        ((640, 2560), (480, 1920)),
        ((1, 1), (2, 2)),
        ((4000, 16), (1920, 8)),
    ],
)
def test_films_fit_the_box_and_are_never_enlarged(size: tuple[int, int], made: tuple[int, int]) -> None:
    facts = watch(film(codec="mjpeg", container="avi", size=size, seconds=0.2, audio=None)).facts
    assert (facts.width, facts.height) == made


@pytest.mark.parametrize(("transfer", "white", "grey"), [("smpte2084", 0.58, 0.38), ("arib-std-b67", 0.75, 0.38)])
def test_hdr_becomes_sdr_with_white_that_is_nearly_white_and_grey_that_is_grey(
    transfer: str, white: float, grey: float
) -> None:
    """The signals of white paper and of an 18 % grey card in HDR are those of ITU-R BT.2408."""
    levels = np.repeat([0.0, grey, white, 1.0], 64)
    luma = np.tile(np.round(64 + 876 * levels).astype("<u2"), (64, 1))
    frame = luma.tobytes() + np.full(2 * 32 * 128, 512, "<u2").tobytes()
    named = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv"
    hdr = made_by_ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", "256x64", "-r", "25", "-i", "{0}", "-vf", named),
        *("-c:v", "libx265", "-x265-params", "log-level=none:lossless=1", "-tag:v", "hvc1"),
        suffix="mp4",
        inputs=(frame * 10,),
    )
    black, card, paper, brightest = luma_of(watch(hdr).film)[32, 32::64].astype(float)
    assert black == pytest.approx(16, abs=2)
    assert 0.35 < (card - 16) / 219 < 0.55
    assert 0.65 < (paper - 16) / 219 < 0.92
    assert brightest == pytest.approx(235, abs=14)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_that_names_no_primaries_is_a_film_too(transfer: str) -> None:
    named = f"format=yuv420p10le,setparams=color_trc={transfer}:colorspace=bt2020nc"
    body = film(codec="hevc", pixels="yuv420p10le", seconds=0.2, size=(160, 90), audio=None, filters=named)
    everything = film(
        codec="hevc", pixels="yuv420p10le", seconds=0.2, size=(160, 90), audio=None,
        filters=f"{named}:color_primaries=bt2020",
    )  # fmt: skip
    assert (luma_of(watch(body).film) == luma_of(watch(everything).film)).all()


@pytest.mark.parametrize("pixels", ["yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le"])
def test_other_samplings_become_8_bits_of_420(pixels: str) -> None:
    watched = watch(film(pixels=pixels))
    assert described(watched.film)["codec"] == ("h264", "High", "yuv420p")
    assert not watched.facts.copied


def test_interlaced_films_are_woven_together() -> None:
    combed = film(size=(320, 240), filters="interlace", extra=("-x264opts", "tff=1"))
    assert probed(combed).video is not None
    assert probed(combed).video.interlaced
    assert not probed(watch(combed).film).video.interlaced


def test_a_varying_frame_rate_is_kept_frame_by_frame() -> None:
    source = FILMS["mp4 variable rate"]()
    made = watch(source, ENCODED).film
    wanted = times_of(source)
    assert times_of(made) == pytest.approx([at - wanted[0] for at in wanted], abs=0.001)


@pytest.mark.parametrize("seconds", [0.48, 0.6, 0.92])
def test_a_last_picture_that_lasts_long_lasts_long(seconds: float) -> None:
    """As at the end of a silent recording of a screen on which nothing moves; the encoder may code it before others."""
    last_lasts = "setts=pts=PTS:dts=DTS:duration='if(eq(NEXT_PTS,NOPTS),9/TB,DURATION)'"
    source = remuxed(film(seconds=seconds, audio=None), container="mp4", extra=("-bsf:v", last_lasts))
    watched = watch(source, ENCODED)
    assert watched.facts.duration_s == pytest.approx(seconds + 8.96, abs=0.01)
    assert described(watched.film)["seconds"] == pytest.approx(seconds + 8.96, abs=0.01)


@pytest.mark.parametrize(("rate", "frames"), [(60, 60), (100, 50), (120, 60), (240, 60)])
def test_rates_over_60_a_second_are_reduced(rate: int, frames: int) -> None:
    watched = watch(film(rate=rate, seconds=1.0, size=(1920, 1080), extra=("-t", "1")), ENCODED)
    found = described(watched.film)
    assert found["frames"] == frames
    assert found["level"] <= 42


def test_a_fast_film_is_not_copied() -> None:
    assert not watch(film(rate=120, seconds=0.5)).facts.copied


def test_a_gif_of_odd_sides_is_a_film() -> None:
    watched = watch(moving_gif(size=(161, 91)))
    assert (watched.facts.width, watched.facts.height) == (160, 90)
    assert described(watched.film)["frames"] == 10


def test_a_film_may_change_its_size_and_pixels_in_the_middle() -> None:
    first = film(container="ts", size=(320, 180))
    second = film(container="ts", size=(240, 240), pixels="yuv422p", extra=("-output_ts_offset", "2"))
    made = watch(first + second).film
    assert described(made)["size"] == (320, 180)
    assert described(made)["seconds"] == pytest.approx(4.0, abs=0.15)
    late = frame_at(made, 3.0)
    assert late.getpixel((10, 90)) == pytest.approx((0, 0, 0), abs=8)  # a bar beside the square picture
    assert is_near(late.getpixel((100, 20)), QUARTERS[0])


def test_several_variants_come_from_one_pass() -> None:
    small = VideoVariant(name="small", long_side=160, short_side=160, crf=30, may_copy=False)
    watched = watch(film(size=(640, 360)), VideoPreset(variants=(VideoVariant(may_copy=False), small)))
    assert [(output.name, output.width, output.height) for output, _ in watched.outputs] == [
        ("video", 640, 360),
        ("small", 160, 90),
    ]
    for (output, body), colour in zip(watched.outputs, (QUARTERS, QUARTERS), strict=True):
        assert described(body)["size"] == (output.width, output.height)
        assert all(is_near(*pair) for pair in zip(corners_of(frame_at(body, 0.2)), colour, strict=True))


def test_one_variant_may_be_a_copy_and_another_not() -> None:
    small = VideoVariant(name="small", long_side=160, short_side=160)
    watched = watch(film(), VideoPreset(variants=(VideoVariant(), small)))
    assert watched.facts.copied == {"video"}
    assert [described(body)["size"] for _, body in watched.outputs] == [(320, 180), (160, 90)]


def test_the_bit_rate_stays_below_what_the_variant_allows() -> None:
    noisy = film(codec="mjpeg", container="avi", size=(640, 360), filters="noise=alls=80:allf=t", audio=None)
    slim = VideoPreset(variants=(VideoVariant(max_bit_rate=400_000),))
    assert len(watch(noisy, slim).film) * 8 / 2 < 1.6 * 400_000  # a buffer of two seconds may fill in the first two
    assert len(watch(noisy).film) > 4 * len(watch(noisy, slim).film)


@pytest.mark.parametrize("container", ["mp4", "ts"])
def test_progress_rises_from_0_to_100(container: str) -> None:
    noise = "noise=alls=60:allf=t"  # many times more bytes than the buffers between the source and FFmpeg hold
    long = film(size=(1280, 720), seconds=3.0, filters=noise, container=container, extra=("-crf", "6"))
    percents = watch(long, ENCODED).percents
    assert percents[0] == 0
    assert percents[-1] == 100
    assert list(percents) == sorted(percents)
    assert len({percent for percent in percents if 0 < percent < 99}) >= 2


@pytest.mark.parametrize("long_side", [1920, 3840])
def test_memory_of_a_4k_film_stays_below_a_gibibyte(long_side: int) -> None:
    large = film(codec="hevc", pixels="yuv420p10le", size=(3840, 2160), seconds=1.0)
    preset = VideoPreset(variants=(VideoVariant(long_side=long_side, short_side=long_side),))
    watch(large, preset, limits=Limits(wall_s=300, cpu_s=600, memory_bytes=1024**3, file_bytes=VIDEO_LIMITS.file_bytes))


def test_a_film_whose_pictures_are_lost_is_no_sound() -> None:
    source = film(seconds=0.5)
    lost = source
    for picture in packets_of(source):
        lost = lost.replace(picture, bytes(len(picture)))
    with pytest.raises(ContentRejected, match="damaged") as refusal:
        probed(lost)
    assert refusal.value.code == "corrupt"


def test_pictures_of_a_rare_form_are_not_even_tried() -> None:
    body = made_by_ffmpeg("-f", "lavfi", "-i", "testsrc=duration=0.2", "-c:v", "qtrle", suffix="mov")
    with pytest.raises(ContentRejected) as refusal:
        probed(body)
    assert refusal.value.code == "type_not_allowed"


def test_too_large_an_output_is_refused() -> None:
    with pytest.raises(ContentRejected) as refused:
        watch(film(size=(1280, 720), filters="noise=alls=80:allf=t"), ENCODED, limits=Limits(file_bytes=50_000))
    assert refused.value.code == "output_too_large"


def test_a_film_that_takes_too_long_is_stopped() -> None:
    long = film(size=(1920, 1080), seconds=20.0, codec="mpeg4")
    started = time.monotonic()
    with pytest.raises(ProcessingFailed) as stopped:
        watch(long, limits=Limits(wall_s=1.0, file_bytes=2**30))
    assert stopped.value.code == "timeout"
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("is_copied", [True, False], ids=["copied", "encoded"])
@pytest.mark.parametrize("name", ["mp4 tagged", "mov tagged", "mp4 with subtitles", "mp4 with cover", "mkv h264"])
def test_nothing_of_place_title_or_time_leaves(name: str, is_copied: bool) -> None:
    body = (watch_as_usual(name) if is_copied else watch(FILMS[name](), ENCODED)).film
    found = described(body)
    for trace in (TITLE_MARKER, PLACE, "Mediaphone", "Lavf", "x264"):
        assert trace.encode() not in body, trace
    assert set(found["metadata"]) <= {
        "major_brand",
        "minor_version",
        "compatible_brands",
        "language",
        "handler_name",
    } | {"vendor_id"}
    assert found["chapters"] == []
    assert not {unit for packet in packets_of(body) for unit in units_of(packet)} - {1, 5, 7, 8}
