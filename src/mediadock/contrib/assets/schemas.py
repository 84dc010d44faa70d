"""What the asset endpoints give."""

from __future__ import annotations

from typing import Literal

from ninja import Schema


class UnfinishedOut(Schema):
    """An upload that waits for bytes, on whatever device it was begun."""

    asset_id: int
    message_id: int | None
    profile: str
    mode: Literal["direct", "multipart"]
    object_key: str
    upload_id: str | None
    part_size: int | None
    num_parts: int | None
    file_name: str
    size: int
    content_type: str
    created_at: str
    expires_at: str


class UnfinishedList(Schema):
    items: list[UnfinishedOut]
    next: str | None


class ProfileOut(Schema):
    """The limits of one profile; sizes are bytes."""

    kinds: list[str]
    types: list[str]
    max_size: dict[str, int]
    max_files: int
    direct_up_to: int


class ImageLimitsOut(Schema):
    """Pixels of a picture that is shown.

    ``max_pixels`` of width times height, but ``max_pixels_baseline_jpeg`` of a JPEG that is not progressive, and
    ``max_pixels_held_whole`` of AVIF, HEIC, interlaced PNG and progressive JPEG; all frames together
    ``max_pixels_all_frames``.
    """

    max_side: int
    max_pixels: int
    max_pixels_baseline_jpeg: int
    max_pixels_held_whole: int
    max_pixels_all_frames: int


class VideoLimitsOut(Schema):
    """Pixels of a film's longer side, and its seconds."""

    max_side: int
    max_duration: int


class AudioLimitsOut(Schema):
    """Seconds of a sound."""

    max_duration: int


class DimensionsOut(Schema):
    """How large what is shown may be beside its bytes, whatever the profile. The worker refuses what is beyond."""

    image: ImageLimitsOut
    video: VideoLimitsOut
    audio: AudioLimitsOut


class ConfigOut(Schema):
    """What a client needs to know before it asks."""

    ws_url: str
    max_batch_count: int
    min_part_size: int
    max_parts: int
    dimensions: DimensionsOut
    profiles: dict[str, ProfileOut]
