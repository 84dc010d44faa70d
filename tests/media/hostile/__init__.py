"""Files made to do harm. ``CLASSES`` names them: a name, and a call from a seed to one file, always the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from media.hostile import avi, coded, damage, endless, gaps, heads_first, hidden, lies, still
from media.hostile.model import Hostile, Maker, hostile

__all__ = ["BEHIND_SLICES", "CLASSES", "Hostile"]

_MAKERS: Mapping[str, Maker] = {
    "something active behind the end": hidden.behind_the_end,
    "boxes nobody reads": hidden.in_boxes,
    "gaps in the media data": hidden.in_media_data,
    "names of handlers": hidden.in_handlers,
    "tags of sounds": hidden.in_sound_tags,
    "matroska's other elements": hidden.in_matroska,
    "ogg's other streams": hidden.in_ogg,
    "metadata of pictures": hidden.in_pictures,
    "units of coded pictures": coded.in_picture_units,
    "parameter sets": coded.in_parameter_sets,
    "elements of coded sound": coded.in_sound_elements,
    "something active in front": heads_first.active_in_front,
    "two files at once": heads_first.two_at_once,
    "lies about length": lies.about_length,
    "lies about dimensions": lies.about_dimensions,
    "lies about rates": lies.about_rates,
    "boxes that do not add up": lies.about_boxes,
    "tables that count too much": lies.about_tables,
    "edit lists": lies.about_edits,
    "thousands of tracks": lies.about_tracks,
    "fragments with holes": lies.about_fragments,
    "gaps in time": gaps.in_time,
    "matroska heads that lie": gaps.in_heads,
    "packed blocks": gaps.in_packed_blocks,
    "hundreds of matroska tracks": gaps.in_tracks,
    "pictures that change": gaps.in_pictures,
    "endless FLAC": endless.flac,
    "endless WAV": endless.wave,
    "endless Opus": endless.opus,
    "endless frames": endless.framed,
    "subtitles of AVI": avi.with_stranger_subtitles,
    "bombs in AVI": avi.bombs,
    "AVI that lies": avi.lies,
    "cut short": damage.cut_short,
    "bits flipped": damage.bits_flipped,
    "pieces moved": damage.pieces_moved,
    "spliced": damage.spliced,
    "joined": damage.joined,
    "transport streams with noise": damage.transport,
    "hardly anything": damage.hardly_anything,
    "films that change": damage.changing,
    "bombs of pictures": still.picture_bombs,
    "pictures with changed bytes": still.pictures_changed,
    "documents": still.documents,
}

CLASSES: Mapping[str, Callable[[int], Hostile]] = MappingProxyType(
    {name: partial(hostile, name, maker) for name, maker in _MAKERS.items()}
)

BEHIND_SLICES: Callable[[int], Hostile] = partial(hostile, "behind slices", coded.behind_slices)
"""Not among ``CLASSES``: what becomes of it depends on whether a profile lets films be copied."""
