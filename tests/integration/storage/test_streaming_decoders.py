"""A decoder that streams from the store gets through what lines and stores do, or says plainly what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from integration.storage.fault_proxy import Answer, Cut, Drop, FaultProxy, Stall
from media.playing import hear
from media.sounds import sound, speech
from mediadock.core.profiles import AudioPreset
from mediadock.processing.audio import AudioFacts, render_audio
from mediadock.processing.ffmpeg import probe_media
from mediadock.processing.seekable import SeekableSource
from mediadock.storage.calls import CallLimits
from mediadock.storage.errors import SourceChanged, StoreRefused, StoreUnavailable
from mediadock.storage.pinned import PinnedObject
from mediadock.storage.s3 import ObjectStore

SLOW_DOWN = Answer(503, b"<Error><Code>SlowDown</Code></Error>")
MIB = 1024 * 1024
ALERT = CallLimits(read_timeout_s=4.0, backoff_s=0.02, budget_s=60.0)
Play = Callable[[bytes, str], AudioFacts]


@pytest.fixture
def pinned(store: ObjectStore, shaky: ObjectStore) -> Iterator[Callable[[bytes], PinnedObject]]:
    """Of a store that notices a silence after seconds: a job has a minute for all of them."""
    alert = ObjectStore(shaky.config, limits=ALERT)

    def pinned(body: bytes) -> PinnedObject:
        etag = store.put("sound", body, content_type="a/b", size_bytes=len(body))
        return PinnedObject(alert, "sound", etag=etag, size_bytes=len(body))

    yield pinned
    alert.close()


def play(pinned: PinnedObject, content_type: str) -> AudioFacts:
    source = SeekableSource(pinned)
    probe = probe_media(source, content_type=content_type)
    return render_audio(source, probe, AudioPreset(), emit=lambda output, file: None)


@pytest.mark.parametrize(
    "faults",
    [
        [SLOW_DOWN, SLOW_DOWN],
        [Cut(MIB // 2), Cut(3 * MIB), Cut(100)],
        [Cut(2 * MIB, reset=True), Cut(10, reset=True)],
        [Drop(asked=True), Drop(asked=False)],
        [Stall(MIB)],
        [Cut(MIB), SLOW_DOWN, Cut(1, reset=True), Stall(5)],
    ],
    ids=["503", "cut", "reset", "dropped", "stalled", "all of it"],
)
@pytest.mark.parametrize("form", ["wav 16", "m4a alac"])
def test_a_fault_on_the_line_changes_nothing_in_the_result(
    pinned: Callable[[bytes], PinnedObject], proxy: FaultProxy, faults: list[object], form: str
) -> None:
    body = sound(form, speech(60.0))
    source = pinned(body)
    proxy.faults.extend(faults)
    assert play(source, "audio/wav" if form == "wav 16" else "audio/mp4") == hear(body).facts
    assert not proxy.faults


def test_an_index_at_the_end_costs_a_few_requests_and_no_byte_twice(
    pinned: Callable[[bytes], PinnedObject], proxy: FaultProxy
) -> None:
    body = sound("m4a alac", speech(60.0))
    source = pinned(body)
    play(source, "audio/mp4")
    assert len(proxy.requests) <= 6
    assert len(body) <= source.bytes_read <= len(body) + 2 * MIB


def test_an_object_that_was_replaced_is_told_as_such(
    store: ObjectStore, pinned: Callable[[bytes], PinnedObject], proxy: FaultProxy
) -> None:
    body = sound("wav 16", speech(60.0))
    source = pinned(body)
    proxy.faults.append(Cut(3 * MIB))
    store.put("sound", b"other", content_type="a/b", size_bytes=5)
    with pytest.raises(SourceChanged):
        play(source, "audio/wav")


def test_an_object_that_changes_in_the_middle_ends_the_job(
    store: ObjectStore, pinned: Callable[[bytes], PinnedObject], proxy: FaultProxy
) -> None:
    body = sound("wav 16", speech(60.0))
    source = SeekableSource(pinned(body))
    proxy.faults.append(Cut(3 * MIB))
    probe = probe_media(source, content_type="audio/wav")
    store.put("sound", body[:-1] + b"x", content_type="a/b", size_bytes=len(body))
    with pytest.raises(SourceChanged):
        render_audio(source, probe, AudioPreset(), emit=lambda output, file: None)


def test_a_source_that_always_ends_early_is_never_a_success(
    pinned: Callable[[bytes], PinnedObject], proxy: FaultProxy
) -> None:
    source = pinned(sound("wav 16", speech(60.0)))
    proxy.faults.extend([Cut(4 * MIB), *[Cut(0)] * 20])
    with pytest.raises(StoreUnavailable):
        play(source, "audio/wav")


def test_a_redirect_is_not_followed(pinned: Callable[[bytes], PinnedObject], proxy: FaultProxy) -> None:
    source = pinned(sound("wav 16", speech(5.0)))
    proxy.faults.extend([Answer(302, headers={"Location": f"{proxy.url}/elsewhere"})] * 20)
    with pytest.raises((StoreRefused, StoreUnavailable)):
        play(source, "audio/wav")
    assert not [request for request in proxy.requests if "elsewhere" in str(request)]
