"""A file that points elsewhere makes us read nothing but that file: by the arguments alone, and in the sandbox."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from hostile.canaries import Canary, WatchedFolder
from hostile.pipelines import ending_of
from media.encoders import ffmpeg_program
from media.films import film
from media.hostile.playlists import pointing_to
from mediadock.core.errors import ContentRejected, MediadockError, ProcessingFailed
from mediadock.core.profiles import AudioPreset
from mediadock.processing.audio import render_audio
from mediadock.processing.ffmpeg import Probe, probe_media
from mediadock.processing.ffmpeg.arguments import global_arguments, input_arguments
from mediadock.processing.ffmpeg.formats import demuxer_of
from mediadock.processing.source import MemorySource
from mediadock.processing.video import PosterSpec, VideoSpec, render_poster, render_video
from mediadock.storage.config import StoreConfig
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.pinned import PinnedObject
from mediadock.storage.s3 import ObjectStore

SENT_AS = {
    "film.mp4": "video/mp4",
    "film.m3u8": "video/quicktime",
    "film.avi": "video/x-msvideo",
    "film.mpd": "video/webm",
    "film.ffconcat": "video/mp2t",
    "film.sdp": "video/mpeg",
    "song.mp3": "audio/mpeg",
    "song": "audio/ogg",
}
"""Names that FFmpeg would believe, each with the type that our own first look is fooled into."""
KINDS = tuple(pointing_to("x"))
WHERE = ("absolute", "relative", "local", "file:")
AT_ONCE = 2
_PATIENCE_S = 200


@dataclass
class Surroundings:
    """A server that holds the playlist and a film beside it, two that hold others, and a folder with a film."""

    home: Canary
    away: Canary
    third: Canary
    folder: WatchedFolder
    local: Path

    def target(self, where: str) -> str:
        """Where the playlist points."""
        return {
            "absolute": f"{self.away.url}/other.ts",
            "relative": "other.ts",
            "local": str(self.local),
            "file:": f"file://{self.local}",
        }[where]

    def touched(self, *paths: str) -> list[str]:
        """Everything that was read but the files at ``paths``."""
        hits = [*self.home.others(*paths), *self.away.hits, *self.third.hits]
        return [*hits, *(["a local file"] if self.folder.was_touched() else [])]


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Surroundings]:
    """Nothing has been touched yet."""
    body = film(container="ts", size=(128, 72), seconds=0.4, rate=10)
    tmp_path.chmod(0o755)
    local = tmp_path / "other.ts"
    local.write_bytes(body)
    with ExitStack() as stack:
        home, away, third = (stack.enter_context(Canary(body).singing()) for _ in range(3))
        folder = WatchedFolder(tmp_path)
        stack.callback(folder.close)
        yield Surroundings(home, away, third, folder, local)


def play(*arguments: str) -> int:
    """FFmpeg outside of any sandbox, with these arguments for reading; its exit code."""
    argv = [ffmpeg_program(), *arguments, "-map", "0", "-t", "1", "-f", "null", "-"]
    shell = ["sh", "-c", 'exec "$@" 3>/dev/null', "sh", *argv]
    return subprocess.run(shell, capture_output=True, timeout=_PATIENCE_S, check=False).returncode


def ours(url: str, demuxer: str) -> list[str]:
    """The arguments of the pipelines."""
    return [*global_arguments(), *input_arguments(url, demuxer=demuxer)]


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("kind", KINDS)
def test_by_our_arguments_alone_nothing_else_is_read(kind: str, where: str, around: Surroundings) -> None:
    body = pointing_to(around.target(where))[kind]
    around.home.objects = {f"/bucket/{name}": body for name in SENT_AS}
    demuxers = {name: demuxer_of(_fooled(kind, SENT_AS[name]), body[:16]) for name in SENT_AS}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: play(*ours(f"{around.home.url}/bucket/{name}", demuxers[name])), SENT_AS))
    assert set(around.home.objects) <= set(around.home.hits), "FFmpeg did not even read the file"
    assert around.touched(*around.home.objects) == []


def test_without_our_arguments_the_canaries_are_hit(
    around: Surroundings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The attack is real: otherwise the tests above would show nothing."""
    for where, untouched in (("absolute", "away"), ("relative", "home")):
        around.home.objects["/bucket/film.m3u8"] = pointing_to(around.target(where))["HLS"]
        play("-v", "error", "-i", f"{around.home.url}/bucket/film.m3u8")
        assert getattr(around, untouched).others("/bucket/film.m3u8") != [], where
    local = pointing_to(around.target("file:"))["ffconcat"]
    around.home.objects["/bucket/film.ffconcat"] = local
    assert not around.folder.was_touched()
    loose = ("-protocol_whitelist", "file,http,tcp", "-f", "concat", "-safe", "0")
    play("-v", "error", *loose, "-i", f"{around.home.url}/bucket/film.ffconcat")
    assert around.folder.was_touched()
    sent = tmp_path_factory.mktemp("sent") / "film.mov"
    sent.write_bytes(pointing_to(around.target("local"))["MOV with samples elsewhere"])
    play("-v", "error", "-enable_drefs", "1", "-use_absolute_path", "1", "-i", str(sent))
    assert around.folder.was_touched()


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("kind", KINDS)
def test_in_the_sandbox_nothing_else_is_read_even_if_the_first_look_was_fooled(
    kind: str, where: str, around: Surroundings
) -> None:
    source = MemorySource(pointing_to(around.target(where))[kind])
    turn = KINDS.index(kind) + WHERE.index(where)
    content_type = _fooled(kind, tuple(SENT_AS.values())[turn % len(SENT_AS)])
    render = (_as_sound, _as_poster, _as_film)[turn % 3]
    with suppress(ContentRejected, ProcessingFailed):
        probe_media(source, content_type=content_type)
    with suppress(ContentRejected, ProcessingFailed):
        render(source, _forged(demuxer_of(content_type, b"")))
    assert around.touched() == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_points_elsewhere_is_refused_or_shown_without_it(kind: str, around: Surroundings) -> None:
    """Only films are shown: those whose subtitles or references nobody followed. A text that names a file is a text."""
    where = WHERE[KINDS.index(kind) % len(WHERE)]
    ending = ending_of(pointing_to(around.target(where))[kind], name=kind)
    if kind.split()[0] not in ("AVI", "MP4", "MOV", "a"):
        assert ending.outcome in ("playlist", "html", "type_unknown"), ending.outcome
    assert around.touched() == []


def test_a_redirect_is_not_followed_by_our_arguments_alone(around: Surroundings) -> None:
    with Canary(b"", redirect_to=f"{around.away.url}/other.ts").singing() as elsewhere:
        for name, demuxer in (("film.mp4", "mov"), ("film.ts", "mpegts"), ("film.mp3", "mp3")):
            url = f"{elsewhere.url}/bucket/{name}"
            assert play(*ours(url, demuxer)) != 0
        assert len(elsewhere.hits) == 3
        assert around.away.hits == []
        play("-v", "error", "-i", f"{elsewhere.url}/bucket/film.ts")
        assert around.away.hits != []


def test_a_store_that_redirects_is_not_followed_by_the_worker(around: Surroundings) -> None:
    with Canary(b"", redirect_to=f"{around.away.url}/other.ts").singing() as elsewhere:
        config = StoreConfig(
            endpoint_url=elsewhere.url, region="us-east-1", bucket="bucket", access_key="a", secret_key="s"
        )
        source = PinnedObject(ObjectStore(config), "incoming/film.mp4", etag="e", size_bytes=1000, deadline_s=5)
        with pytest.raises(MediadockError) as error:
            probe_media(source, content_type="video/mp4")
        assert isinstance(error.value, StoreUnavailable)
        assert elsewhere.hits != []
    assert around.touched() == []


def _fooled(kind: str, content_type: str) -> str:
    """The type that really opens this file, where there is one."""
    return {"AVI": "video/x-msvideo", "MP4": "video/mp4", "MOV": "video/quicktime"}.get(kind.split()[0], content_type)


@cache
def _seen() -> Probe:
    """The probe of a sound film."""
    return probe_media(MemorySource(film(size=(128, 72), seconds=0.4, rate=10)), content_type="video/mp4")


def _forged(demuxer: str) -> Probe:
    """A probe that says that there is a film, whatever there is."""
    return replace(_seen(), demuxer=demuxer, duration_s=None)


def _as_sound(source: MemorySource, probe: Probe) -> None:
    render_audio(source, probe, AudioPreset(), emit=lambda _output, _file: None)


def _as_poster(source: MemorySource, probe: Probe) -> None:
    render_poster(source, probe, PosterSpec(), emit=lambda _: None)


def _as_film(source: MemorySource, probe: Probe) -> None:
    render_video(source, probe, VideoSpec(), emit=lambda _output, _file: None)
