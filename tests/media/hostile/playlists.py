"""Files that only point to other files: playlists of every kind, and films whose samples are said to lie elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from media.films import remuxed
from media.hostile.avi import with_subtitles
from media.hostile.boxes import film_of, whole
from media.hostile.valid import plain_mp4


def pointing_to(target: str) -> Mapping[str, bytes]:
    """One file of each kind that points to ``target``: an address, a name beside the file, or a path."""
    to = target.encode()
    hls = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\n" + to + b"\n#EXT-X-ENDLIST\n"
    return {
        "HLS": hls,
        "HLS, master": b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\n" + to + b"\n",
        "HLS, key": hls.replace(b"#EXTINF", b'#EXT-X-KEY:METHOD=AES-128,URI="' + to + b'"\n#EXTINF'),
        "HLS, map": hls.replace(b"#EXTINF", b'#EXT-X-MAP:URI="' + to + b'"\n#EXTINF'),
        "HLS behind an ID3 tag": b"ID3\x04\0\0\0\0\0\x02ab" + hls,
        "DASH": _dash(b"<BaseURL>" + to + b"</BaseURL>"),
        "DASH, template": _dash(b'<SegmentTemplate initialization="%b" media="%b" duration="1"/>' % (to, to)),
        "ffconcat": b"ffconcat version 1.0\nfile '" + to + b"'\n",
        "ffconcat, with options": b"ffconcat version 1.0\nfile '" + to + b"'\noption safe 0\nstream\n",
        "SDP": _sdp(to),
        "IMF": _imf(to),
        "SMIL": b'<smil><body><video src="' + to + b'"/></body></smil>',
        "XSPF": b'<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/"><track><location>%b</location>' % to,
        "PLS": b"[playlist]\nFile1=" + to + b"\nNumberOfEntries=1\n",
        "ASX": b'<asx version="3.0"><entry><ref href="' + to + b'"/></entry></asx>',
        "AVI with HLS as subtitles": with_subtitles(hls),
        "AVI with ffconcat as subtitles": with_subtitles(b"ffconcat version 1.0\nfile '" + to + b"'\n"),
        "AVI with DASH as subtitles": with_subtitles(_dash(b"<BaseURL>" + to + b"</BaseURL>")),
        "MP4 with samples elsewhere": _elsewhere(to, is_alias=False),
        "MOV with samples elsewhere": _elsewhere(to, is_alias=True),
        "a protocol of FFmpeg's": b"concat:" + to + b"|" + to,
    }


def _sdp(to: bytes) -> bytes:
    head = b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=" + to
    return head + b"\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 33\r\n"


def _dash(inside: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT1S" '
        b'mediaPresentationDuration="PT2S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
        b'<Period duration="PT2S"><AdaptationSet mimeType="video/mp4" contentType="video"><Representation id="1" '
        b'bandwidth="100000" width="128" height="72">' + inside + b"</Representation></AdaptationSet></Period></MPD>"
    )


def _imf(to: bytes) -> bytes:
    name = b"urn:uuid:00000000-0000-4000-8000-000000000001"
    return (
        b'<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>' + name
        + b"</Id><ContentTitle>" + to + b"</ContentTitle><EditRate>25 1</EditRate><SegmentList><Segment><Id>" + name
        + b"</Id><SequenceList/></Segment></SegmentList></CompositionPlaylist>"
    )  # fmt: skip


def _elsewhere(to: bytes, *, is_alias: bool) -> bytes:
    """A film whose data references name another file: by URL, or as QuickTime's aliases do."""
    film = film_of(remuxed(plain_mp4(), container="mov") if is_alias else plain_mp4())
    for references in film.every(b"dref"):
        entry = _alias(to) if is_alias else struct.pack(">I4sI", 13 + len(to), b"url ", 0) + to + b"\0"
        references.body = struct.pack(">II", 0, 1) + entry
    return whole(film)


def _alias(to: bytes) -> bytes:
    """An alias record: volume, file name, how many folders up and down, then the path as a tagged field."""
    name = to.rsplit(b"/", 1)[-1][:63]
    path = to + b"\0" * (len(to) % 2)
    record = bytes(10) + b"\0" + bytes(27) + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
    level = 0 if b"/" in to else 1
    record += struct.pack(">HH", level, level) + bytes(16)
    record += struct.pack(">HH", 2, len(path)) + path + struct.pack(">HH", 0xFFFF, 0)
    return struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record
