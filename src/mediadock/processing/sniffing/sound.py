"""Sounds: those with a name at their head, and MPEG audio, which has only frames."""

from __future__ import annotations

from mediadock.processing.sniffing.text import is_text, without_id3

_BITRATES_V1 = {  # kbit/s by layer (MPEG-1, ISO/IEC 11172-3 table 3-B.1)
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_BITRATES_V2 = {  # MPEG-2 and 2.5 (ISO/IEC 13818-3)
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def sound_type(head: bytes) -> str | None:
    """The content type of a sound, None when the head is none."""
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio/aiff"
    body = without_id3(head)
    if body.startswith(b"fLaC"):
        return "audio/flac"
    if body.startswith((b"\xff\xf1", b"\xff\xf9", b"\xff\xf0", b"\xff\xf8")):
        return "audio/aac" if _adts_goes_on(body) else None
    if head.startswith(b"ID3") and head[3:4] in (b"\x02", b"\x03", b"\x04"):
        return "audio/mpeg"  # the tag may be longer than the head; the decoder will tell
    return "audio/mpeg" if _mpeg_goes_on(body) and not is_text(head) else None  # a mark of UTF-16 looks like a frame


def _adts_goes_on(body: bytes) -> bool:
    """The header's own length must lead to another header, as far as the head reaches."""
    if len(body) < 7 or (body[2] >> 2) & 0x0F > 12:
        return False
    length = (body[3] & 0x03) << 11 | body[4] << 3 | body[5] >> 5
    following = body[length : length + 2]
    return length >= 7 and (len(following) < 2 or following == body[:2])


def _mpeg_goes_on(body: bytes) -> bool:
    length = mpeg_frame_bytes(body)
    if length is None:
        return False
    following = body[length : length + 4]
    return len(following) < 4 or mpeg_frame_bytes(following) is not None


def mpeg_frame_bytes(header: bytes) -> int | None:
    """Length of the MPEG audio frame that starts here, None when no frame can start so."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate_index, rate_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or bitrate_index in (0, 15) or rate_index == 3:
        return None
    bitrate = (_BITRATES_V1 if version == 3 else _BITRATES_V2)[layer][bitrate_index] * 1000
    rate = _RATES[version][rate_index]
    if layer == 1:
        return (12 * bitrate // rate + padding) * 4
    samples = 72 if layer == 3 and version != 3 else 144
    return samples * bitrate // rate + padding
