"""The inside of a probe: libavformat in this very process, reading through the parent."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Any

import av
import av.logging

from mediadock.core.errors import ContentRejected
from mediadock.processing.ffmpeg.arguments import RULES
from mediadock.processing.ffmpeg.formats import COUNTS_FROM_ZERO, DECODERS, TELLS_DURATION
from mediadock.processing.sandbox.child import Parent

av.logging.set_level(None)

_DECODERS = frozenset(DECODERS.split(","))
_ENCRYPTED_TAGS = frozenset({"encv", "enca", "drmi", "drms"})
_PACKETS_FOR_ONE_FRAME = 600
_UNLIKELY_ASPECT = 20.0
_RATES = range(1_000, 768_001)
_FOR_EVER_S = 1e9


def probe(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Streams and duration as JSON; ContentRejected when it cannot be opened."""
    demuxer = str(params["demuxer"])
    options = {**RULES, "format_whitelist": demuxer}
    try:
        with av.open(_Reader(parent), format=demuxer, options=options, metadata_errors="replace") as container:
            return _facts(container, demuxer)
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise ContentRejected(
            "corrupt", "This file is damaged and cannot be played.", log=f"{type(error).__name__}: {error}"
        ) from error


def _facts(container: Any, demuxer: str) -> dict[str, object]:  # noqa: ANN401 - an input of PyAV, which has no stubs for all
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    sounds = [stream for stream in container.streams.audio if stream.codec_context is not None]
    if any(_tag(stream.codec_context) in _ENCRYPTED_TAGS for stream in (*pictures, *sounds)):
        raise ContentRejected("encrypted", "This file is protected by a password or by copy protection.")
    video = _pictures(container, pictures)
    audio = next((_audio(stream) for stream in sounds if stream.codec_context.sample_rate in _RATES), None)
    return {"duration_s": _duration_s(container, demuxer), "video": video, "audio": audio}


def _pictures(container: Any, streams: list[Any]) -> dict[str, object] | None:  # noqa: ANN401
    """The first stream that decodes; None where there is nothing to decode, as behind a camera that was off.

    ContentRejected where there is and it does not: a film is no sound because its pictures are lost. The list of
    decoders that FFmpeg is given holds here by our own doing: libavformat keeps to it only while it opens.
    """
    refused: ContentRejected | None = None
    for stream in streams:
        codec = stream.codec_context.name
        if codec not in _DECODERS:
            refused = refused or ContentRejected(
                "type_not_allowed", "The pictures of this film are in a form that cannot be shown here.", log=codec
            )
            continue
        frame, packets = _first_frame(container, stream)
        if frame is not None:
            return _video(stream, frame)
        if packets:
            refused = refused or ContentRejected(
                "corrupt", "The pictures of this film are damaged and cannot be shown.", log=f"{packets} packets"
            )
    if refused is not None:
        raise refused
    return None


def _tag(context: Any) -> str:  # noqa: ANN401
    try:
        return str(context.codec_tag).lower()
    except UnicodeDecodeError:
        return ""  # four letters in some containers, a plain number in others: AAC in an AVI is 255


def _duration_s(container: Any, demuxer: str) -> float | None:  # noqa: ANN401
    """From the first timestamp on: a recording that was cut out of a longer one may count from that one's beginning."""
    duration = container.duration
    if demuxer not in TELLS_DURATION or not duration or duration <= 0:
        return None
    before = max(container.start_time or 0, 0) if demuxer in COUNTS_FROM_ZERO else 0
    return min(float(duration - before if before < duration else duration) / av.time_base, _FOR_EVER_S)


def _is_cover(stream: Any) -> bool:  # noqa: ANN401
    return bool(stream.disposition & av.stream.Disposition.attached_pic) or stream.codec_context is None


def _video(stream: Any, frame: Any) -> dict[str, object]:  # noqa: ANN401
    """By the first frame that decodes, which alone knows the rotation."""
    context = stream.codec_context
    aspect = float(stream.sample_aspect_ratio or context.sample_aspect_ratio or 1) or 1.0
    return {
        "index": stream.index,
        "codec": context.name,
        "profile": str(context.profile or ""),
        "pixel_format": frame.format.name,
        "width": frame.width,
        "height": frame.height,
        "sample_aspect": aspect if 1 / _UNLIKELY_ASPECT <= aspect <= _UNLIKELY_ASPECT else 1.0,
        "rotation": _rotation(frame),
        "transfer": int(frame.color_trc),
        "frame_rate": float(stream.average_rate or stream.guessed_rate or 0),
        "interlaced": bool(frame.interlaced_frame),
        "matrix": int(frame.colorspace),
        "mirrored": _is_mirrored(frame),
        "primaries": int(frame.color_primaries),
    }


def _rotation(frame: Any) -> int:  # noqa: ANN401
    """As FFmpeg will turn it: what is a degree or less beside a quarter, by rounding, is turned by the quarter."""
    degrees = int(frame.rotation) % 360
    return degrees - degrees % 180 + 90 if abs(degrees % 180 - 90) <= 1 else degrees


def _is_mirrored(frame: Any) -> bool:  # noqa: ANN401
    """Whether the display matrix, nine numbers by rows, turns the picture over; also where that cannot be known."""
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV reads nothing beside the pixels where it has no name for some of it, as for EXIF
        return True
    if matrix is None:
        return False
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix))
    return bool(a * d - b * c < 0)


def _first_frame(container: Any, stream: Any) -> tuple[Any, int]:  # noqa: ANN401
    """The first frame that decodes, None where none does; and how many packets of pictures were tried."""
    tried = 0
    stream.codec_context.thread_count = 1
    for number, packet in enumerate(container.demux(stream)):
        try:
            for frame in packet.decode():
                return frame, tried
        except av.FFmpegError:
            pass  # the next packet may do; players are tolerant, so are we
        tried += packet.size > 0
        if number >= _PACKETS_FOR_ONE_FRAME:
            break
    return None, tried


def _audio(stream: Any) -> dict[str, object]:  # noqa: ANN401
    context = stream.codec_context
    return {
        "index": stream.index,
        "codec": context.name,
        "profile": str(context.profile or ""),
        "channels": context.channels,
        "sample_rate": context.sample_rate,
    }


class _Reader(io.RawIOBase):
    """The parent's source as a file that libavformat can seek in."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._parent.size_bytes}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        length = self._parent.size_bytes - self._at if size < 0 else size
        block = self._parent.read(self._at, max(0, length))
        self._at += len(block)
        return block
