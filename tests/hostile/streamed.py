"""A long sound or film that exists nowhere: it is made as it is read, rendered in a process of its own, and weighed.

``python -m hostile.streamed <kind> <bytes>`` prints what it cost as JSON.
"""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np

from media.encoders import made_by_ffmpeg
from media.hostile.ebml import CLUSTER, element, sized
from mediadock.core.profiles import AudioPreset, VideoPreset, VideoVariant
from mediadock.processing import sandbox
from mediadock.processing.audio import render_audio
from mediadock.processing.ffmpeg import probe_media
from mediadock.processing.seekable import SeekableSource
from mediadock.processing.source import BLOCK_BYTES
from mediadock.processing.video import render_video

_STAMP_AT = 4 + 8 + 2  # behind the cluster's name and size, and the name and size of its time
_UNIT_MS = 1000


class Repeated:
    """A head and then one unit again and again; ``stamp`` is where each carries its own number of milliseconds."""

    def __init__(self, head: bytes, unit: bytes, *, at_least: int, stamp: int | None = None) -> None:
        self.head, self.unit, self._stamp = head, unit, stamp
        self.count = -(-at_least // len(unit))
        self.size_bytes = len(head) + self.count * len(unit)
        self.served_bytes = 0

    def read(self, offset: int, length: int) -> bytes:
        end, pieces = min(offset + length, self.size_bytes), []
        while offset < end:
            piece = self._piece(offset)[: end - offset]
            pieces.append(piece)
            offset += len(piece)
        body = b"".join(pieces)
        self.served_bytes += len(body)
        return body

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        while start < self.size_bytes:
            block = self.read(start, BLOCK_BYTES)
            yield block
            start += len(block)

    def _piece(self, offset: int) -> bytes:
        if offset < len(self.head):
            return self.head[offset:]
        number, at = divmod(offset - len(self.head), len(self.unit))
        if self._stamp is None:
            return self.unit[at:]
        stamp = struct.pack(">I", number * _UNIT_MS)
        return (self.unit[: self._stamp] + stamp + self.unit[self._stamp + len(stamp) :])[at:]


def noise_wav(at_least: int) -> Repeated:
    """White noise in stereo, 16 bits: 10 MB a minute, and no two stretches of a mebibyte alike."""
    unit = np.random.default_rng(5).integers(-9000, 9000, 512 * 1024, dtype="<i2").tobytes()
    data = -(-at_least // len(unit)) * len(unit)
    head = b"RIFF" + struct.pack("<I", 36 + data) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 2, 44_100, 176_400, 4, 16) + b"data" + struct.pack("<I", data)
    return Repeated(head, unit, at_least=at_least)


def _mkv(at_least: int, *coding: str) -> Repeated:
    """One second of film again and again, in clusters of a MKV without index."""
    picture = "testsrc2=s=320x180:r=25,noise=alls=40:allf=t,format=yuv420p"
    body = made_by_ffmpeg("-f", "lavfi", "-i", picture, "-t", "1", *coding, "-live", "1", suffix="mkv")
    with av.open(io.BytesIO(body)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    blocks = b""
    for number, packet in enumerate(packets):
        flags = 0x80 if packet.is_keyframe else 0
        said = b"\x81" + struct.pack(">hB", number * 40, flags) + bytes(packet)
        blocks += element(0xA3, said, size=sized(len(said)))
    inside = b"\xe7\x84" + bytes(4) + blocks
    unit = element(CLUSTER, inside, size=sized(len(inside)))
    head = body[: body.index(struct.pack(">I", CLUSTER))]
    return Repeated(head, unit, at_least=at_least, stamp=_STAMP_AT)


def raw_film(at_least: int) -> Repeated:
    """Uncompressed: 2 MB a second."""
    return _mkv(at_least, "-c:v", "rawvideo", "-allow_raw_vfw", "1")


def h264_film(at_least: int) -> Repeated:
    """What is published as it is: about 1 MB a second."""
    return _mkv(at_least, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-bf", "0", "-g", "25")


MAKERS: dict[str, Callable[[int], Repeated]] = {"sound": noise_wav, "film": raw_film, "copied film": h264_film}
CONTENT_TYPES = {"sound": "audio/wav", "film": "video/x-matroska", "copied film": "video/x-matroska"}
_SMALL = VideoVariant(long_side=160, short_side=90, speed="ultrafast", may_copy=False)


def render(kind: str, source: Repeated) -> int:
    """Render it as the engine would; how many bytes came out."""
    made = 0

    def emit(_output: object, file: BinaryIO) -> None:
        nonlocal made
        made += os.fstat(file.fileno()).st_size

    with closing(SeekableSource(source)) as seekable:
        probe = probe_media(seekable, content_type=CONTENT_TYPES[kind])
        if kind == "sound":
            render_audio(seekable, probe, AudioPreset(), emit=emit)
        else:
            spec = VideoPreset() if kind == "copied film" else VideoPreset(variants=(_SMALL,))
            facts = render_video(seekable, probe, spec, emit=emit)
            assert facts.copied == (frozenset({"video"}) if kind == "copied film" else frozenset())
    return made


def written_by(pid: int | None) -> dict[str, int]:
    """By a process and every child that it has waited for: all calls, and what went to a disk (proc(5))."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    counts = dict(line.split(": ") for line in lines)
    return {"calls": int(counts["wchar"]), "disk": int(counts["write_bytes"])}


def peak_bytes(pid: int | str) -> int:
    """The most memory that a process has had (``VmHWM``)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def main(kind: str, at_least: str) -> None:
    """Warm up, weigh, render, weigh."""
    source = MAKERS[kind](int(at_least))
    sandbox.warm()
    before = written_by(os.getpid()), written_by(sandbox.zygote_pid())
    made = render(kind, source)
    after = written_by(os.getpid()), written_by(sandbox.zygote_pid())
    sandbox.stop()  # and all that it started have been waited for
    child_peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    ours, theirs = ({name: b[name] - a[name] for name in a} for a, b in zip(before, after, strict=True))
    print(
        json.dumps(
            {
                "made_bytes": made,
                "source_bytes": source.size_bytes,
                "served_bytes": source.served_bytes,
                "ours": ours,
                "theirs": theirs,
                "peak_bytes": peak_bytes("self"),
                "child_peak_bytes": child_peak_bytes,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
