"""Which sources are already what would be made of them."""

from __future__ import annotations

from mediadock.core.profiles import VideoVariant
from mediadock.processing.ffmpeg.probe import VideoStream
from mediadock.processing.video.fitting import fitted_size
from mediadock.processing.video.graph import FASTEST

MAX_LEVEL = 52
_DEMUXERS = frozenset({"mov", "matroska"})  # the others tell too little of when a picture is shown
_PROFILES = frozenset({"Baseline", "Constrained Baseline", "Main", "High", "Progressive High", "Constrained High"})
_PIXELS = frozenset({"yuv420p", "yuvj420p"})

KEPT_UNITS = "filter_units=pass_types=1|5|7-8,h264_metadata"
"""H.264's slices and parameter sets; every other unit may hold anything (ITU-T H.264, table 7-1). Parameter sets are
written anew from what they mean. Slices are bytes of the source: a profile that wants none has ``may_copy=False``."""


def may_copy_pictures(demuxer: str, video: VideoStream, variant: VideoVariant) -> bool:
    """Whether ``variant`` of this source is the source itself, as far as its probe tells."""
    return (
        variant.may_copy
        and demuxer in _DEMUXERS
        and video.codec == "h264"
        and video.profile in _PROFILES
        and video.pixel_format in _PIXELS
        and not video.interlaced
        and video.rotation == 0
        and not video.mirrored
        and video.sample_aspect == 1
        and round(video.frame_rate) <= FASTEST
        and (video.width, video.height) == fitted_size(video, variant)
    )
