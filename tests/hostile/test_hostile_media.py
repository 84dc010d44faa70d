"""Every hostile file comes to a named end, soon; nothing hidden in it is in what we make; the worker is as before."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from hostile.pipelines import PATIENCE_S, READY, Ending, ending_of
from media.hostile import BEHIND_SLICES, CLASSES, Hostile
from mediadock.core.profiles import VideoPreset, VideoVariant
from mediadock.processing import sandbox
from mediadock.processing.limits import MIB
from stack.waiting import eventually

SEEDS = range(20)
AT_ONCE = 2
NAMED = {
    *("ready", "corrupt", "too_long", "video_too_large", "image_too_large", "encrypted", "empty_document"),
    *("type_unknown", "type_mismatch", "type_not_allowed", "executable", "script", "html", "svg", "playlist"),
    *("out_of_memory", "output_too_large", "timeout"),
}
"""Ends that a file may come to. ``decoder_crashed`` is none of them: an ordinary lie is found, not run into."""
LIGHT = (
    "boxes nobody reads",
    "tags of sounds",
    "units of coded pictures",
    "lies about length",
    "gaps in time",
    "cut short",
    "pictures with changed bytes",
    "documents",
)
GOOD_BELOW = (
    "boxes nobody reads",
    "gaps in the media data",
    "names of handlers",
    "tags of sounds",
    "lies about length",
)


@pytest.fixture(scope="module", autouse=True)
def worker() -> Iterator[None]:
    """The same fork server serves all of them, and nothing that it started is left."""
    sandbox.warm()
    before = sandbox.zygote_pid()
    yield
    assert sandbox.zygote_pid() == before
    zygote = psutil.Process(before)
    eventually(lambda: zygote.children(recursive=True) == [])
    assert [child for child in psutil.Process().children() if child.name() == "ffmpeg"] == []


def endings_of(files: Sequence[Hostile]) -> list[Ending]:
    """What becomes of these files, two at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda file: ending_of(file.body, name=file.name), files))


def different(files: Sequence[Hostile]) -> list[Hostile]:
    """Without those that are another over again but for the marker: short lists come round within twenty seeds."""
    return list({file.body.replace(file.marker, bytes(len(file.marker))): file for file in reversed(files)}.values())


def test_there_are_enough_classes_and_a_seed_always_gives_the_same_file() -> None:
    assert len(CLASSES) >= 25
    for make in CLASSES.values():
        first, again, other = make(3), make(3), make(4)
        assert first == again
        assert first.marker != other.marker


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CLASSES)
def test_every_hostile_file_comes_to_a_named_end_and_its_marker_nowhere(name: str) -> None:
    files = different([CLASSES[name](seed) for seed in SEEDS])
    endings = endings_of(files)
    late = {end.name: round(end.seconds, 1) for end in endings if end.seconds >= PATIENCE_S}
    unnamed = {end.name: (end.outcome, end.log[-300:]) for end in endings if end.outcome not in NAMED}
    leaked = [
        file.name for file, end in zip(files, endings, strict=True) if any(file.marker in made for made in end.made)
    ]
    assert (late, unnamed, leaked) == ({}, {}, [])


@pytest.mark.parametrize(("may_copy", "is_published"), [(False, False), (True, True)])
def test_only_a_copied_film_has_what_lies_behind_its_slices(may_copy: bool, is_published: bool) -> None:
    """A copy is the source's own slices, by its definition; a profile that wants no such byte forbids copies."""
    films = VideoPreset(variants=(VideoVariant(may_copy=may_copy),))
    for seed in range(4):
        file = BEHIND_SLICES(seed)
        ending = ending_of(file.body, name=file.name, films=films)
        assert ending.outcome == READY
        assert any(file.marker in made for made in ending.made) is is_published


@pytest.mark.parametrize("name", GOOD_BELOW)
def test_what_only_hides_something_is_still_shown(name: str) -> None:
    """Otherwise nothing of a marker would be found for the wrong reason: nothing was made."""
    assert {end.outcome for end in endings_of([CLASSES[name](seed) for seed in range(4)])} == {READY}


@pytest.mark.slow
def test_the_worker_does_not_grow_with_what_it_is_fed() -> None:
    files = [CLASSES[name](0) for name in LIGHT]
    endings_of(files)
    held, descriptors = [], psutil.Process().num_fds()
    for _ in range(3):
        endings_of(files)
        gc.collect()
        held.append(_resident_bytes())
    assert held[-1] - held[0] < 16 * MIB, [f"{size / MIB:.0f} MiB" for size in held]
    assert psutil.Process().num_fds() - descriptors < 5


def _resident_bytes() -> int:
    return int(psutil.Process().memory_info().rss)
