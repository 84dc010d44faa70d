"""FFmpeg's filters for pictures: from whatever a source holds to 8 bits of 4:2:0 in BT.709's range.

A graph begins with frames that FFmpeg has turned upright already.
"""

from __future__ import annotations

from collections.abc import Sequence

from mediadock.processing.ffmpeg.probe import VideoStream

PQ, HLG = 16, 18
_UNSPECIFIED = 2
_HD_LINES = 720
_TRANSFER_NAMES = {PQ: "smpte2084", HLG: "arib-std-b67"}
_WHITE_NITS = 203  # ITU-R BT.2408: where white paper lies in HDR
_PEAK = 1000 / _WHITE_NITS
FASTEST = 60
_CLOSEST_S = 0.91 / FASTEST
"""Frames that come faster are left out; 60 a second with timestamps rounded to milliseconds still pass."""


def film_graph(video: VideoStream, sizes: Sequence[tuple[int, int]]) -> str:
    """One decode of stream ``video.index`` to pictures of ``sizes``, labelled ``v0``, ``v1`` …

    Each is made from the next larger one, so that HDR is brought down once.
    """
    order = sorted(range(len(sizes)), key=lambda number: sizes[number], reverse=True)
    source, chains = f"0:{video.index}", []
    head = [*_progressive(video), f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{_CLOSEST_S:.5f})'"]
    for position, number in enumerate(order):
        filters = [*head, *in_sdr(video, sizes[number])] if position == 0 else [*_fit(sizes[number])]
        rest = order[position + 1 :]
        split = f",split=2[v{number}][w{number}]" if rest else f"[v{number}]"
        chains.append(f"[{source}]{','.join(filters)}{split}")
        source = f"w{number}"
    return ";".join(chains)


def in_sdr(video: VideoStream, size: tuple[int, int]) -> list[str]:
    """Filters to pictures of exactly ``size``, with nothing beside the pixels."""
    return [
        *_named_matrix(video),
        *_fit(size, options=":out_color_matrix=bt709" if _is_rgb(video) else ""),
        *_tone_mapped(video),
        "format=yuv420p",
        "setsar=1",
        "sidedata=mode=delete",
    ]


def _progressive(video: VideoStream) -> list[str]:
    return ["bwdif=mode=send_frame:deint=interlaced"] if video.interlaced else []


def _is_rgb(video: VideoStream) -> bool:
    return any(order in video.pixel_format for order in ("rgb", "bgr", "gbr", "pal"))


def _named_matrix(video: VideoStream) -> list[str]:
    """Name the matrix where the source does not, as players guess it: by the size, which may be another afterwards."""
    if video.matrix != _UNSPECIFIED or _is_rgb(video):
        return []
    return ["setparams=colorspace=" + ("bt709" if video.height >= _HD_LINES else "smpte170m")]


def _fit(size: tuple[int, int], *, options: str = "") -> list[str]:
    """To the size, whatever the frame's own is; bars where a later frame has another shape than the first."""
    width, height = size
    shape = f"(iw*if(between(sar,0.05,20),sar,1)/ih*{height}/{width})"
    same = f"between({shape},0.97,1.03)"
    wide = f"if({same},{width},max(2,min({width},round({width}*{shape}/2)*2)))"
    high = f"if({same},{height},max(2,min({height},round({height}/{shape}/2)*2)))"
    return [f"scale=w='{wide}':h='{high}':out_range=tv{options}", f"pad={width}:{height}:-1:-1"]


def _tone_mapped(video: VideoStream) -> list[str]:
    """HDR to SDR: white paper stays nearly white, what shines brighter is compressed above it."""
    transfer = _TRANSFER_NAMES.get(video.transfer)
    if transfer is None:
        return []
    return [
        *(["setparams=color_primaries=bt2020"] if video.primaries == _UNSPECIFIED else []),  # as every HDR has them
        "format=yuv420p10le",
        f"zscale=tin={transfer}:pin=bt2020:min=2020_ncl:rin=tv:t=linear:npl={_WHITE_NITS}",
        "format=gbrpf32le",
        "zscale=p=bt709",
        f"tonemap=mobius:peak={_PEAK:.3f}:desat=0",
        "zscale=t=bt709:m=bt709:r=tv",
    ]
