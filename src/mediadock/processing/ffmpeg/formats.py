"""Which demuxer reads which detected type, and which decoders anything may use.

The demuxer is named, never guessed: a playlist under any name is then only a broken film.
"""

from __future__ import annotations

from mediadock.core.errors import ContentRejected

_DEMUXERS = {
    "video/mp4": "mov",
    "video/x-m4v": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/3gpp2": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "video/mp2t": "mpegts",
    "video/ogg": "ogg",
    "image/gif": "gif",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/3gpp": "mov",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/webm": "matroska",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
}
_MPEG_PROGRAM = b"\0\0\1\xba"

TELLS_DURATION = frozenset({"mov", "matroska", "avi", "flac", "wav", "aiff", "ogg"})
"""Demuxers whose duration is written down, not estimated from a bit rate."""

COUNTS_FROM_ZERO = frozenset({"mov", "matroska"})
"""Demuxers whose duration is the time of the end, wherever the first timestamp lies."""

_DECODERS = (
    # pictures
    "h264 hevc vp8 vp9 libvpx-vp9 av1 libdav1d mpeg4 msmpeg4 msmpeg4v1 msmpeg4v2 h263 h263i flv mjpeg mpeg1video "
    "mpeg2video mpegvideo theora vc1 wmv1 wmv2 wmv3 prores dvvideo gif png rawvideo huffyuv ffv1 svq1 svq3 cinepak "
    # sound
    "aac aac_fixed aac_latm libfdk_aac mp1 mp1float mp2 mp2float mp3 mp3float opus libopus vorbis libvorbis flac alac "
    "ac3 eac3 amrnb amrwb libopencore_amrnb libopencore_amrwb wmav1 wmav2 speex libspeex gsm gsm_ms libgsm qdm2 qcelp "
    "pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be "
    "pcm_f64le pcm_f64be pcm_alaw pcm_mulaw adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf adpcm_yamaha"
)
DECODERS = ",".join(_DECODERS.split())


def demuxer_of(content_type: str, head: bytes) -> str:
    """FFmpeg's name for what reads this type; ``ContentRejected`` when nothing here does."""
    if content_type == "video/mpeg":
        return "mpeg" if head.startswith(_MPEG_PROGRAM) else "mpegvideo"
    demuxer = _DEMUXERS.get(content_type)
    if demuxer is None:
        raise ContentRejected("type_not_allowed", f"{content_type} cannot be played here.")
    return demuxer
