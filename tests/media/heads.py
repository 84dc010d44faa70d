"""First bytes of everything: what is refused under any name, and what must be recognised."""

from __future__ import annotations

import io
import struct
import zipfile

from media.pictures import animation, encoded, quarters

PROGRAMS = {
    "Windows program": b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"
    + b"\0" * 44
    + b"\x80\0\0\0"
    + b"\0" * 64
    + b"PE\0\0",
    "Linux program": b"\x7fELF\x02\x01\x01" + b"\0" * 57,
    "Mac program": b"\xcf\xfa\xed\xfe\x07\0\0\x01" + b"\0" * 24,
    "Java class": b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 24,
    "WebAssembly": b"\0asm\x01\0\0\0",
    "Windows shortcut": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F",
    "Debian package": b"!<arch>\ndebian-binary   ",
    "Flash": b"CWS\x0a\x9a\x12\0\0x\x9c",
}
SCRIPTS = {
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "env python": b"#! /usr/bin/env python3\nprint(1)\n",
    "PHP": b"<?php system($_GET['c']); ?>",
    "PHP, short tag": b"<?= `id` ?>",
    "PHP behind blanks": b" \r\n\t<?php echo 1;",
    "PHP behind a mark": b"\xef\xbb\xbf<?php echo 1;",
    "PHP in UTF-16": "<?php echo 1;".encode("utf-16"),
    "PHP in UTF-16 without mark": "<?php echo 1;".encode("utf-16-le"),
    "PHP behind an ID3 tag": b"ID3\x03\0\0\0\0\0\x04abcd<?php echo 1;",
    "JSP": b"<%@ page import='java.io.*' %>",
    "batch": b"@echo off\r\ndel *.*",
    "internet shortcut": b"[InternetShortcut]\r\nURL=http://127.0.0.1/",
    "desktop entry": b"[Desktop Entry]\nExec=sh",
}
PAGES = {
    "doctype": b"<!DOCTYPE html><p>hi",
    "html": b"<html><script>alert(1)</script>",
    "upper case": b"<HTML>",
    "script": b"<script src=//x></script>",
    "behind a comment": b"<!-- nothing -->\n<html>",
    "image with handler": b"<img src=x onerror=alert(1)>",
    "iframe": b"\n\n<iframe src='javascript:alert(1)'>",
    "UTF-16": "<html><body>".encode("utf-16"),
    "UTF-16 big": "<html><body>".encode("utf-16-be"),
    "UTF-32": "<html>".encode("utf-32"),
    "UTF-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "XHTML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
}
DRAWINGS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "behind a declaration": b'<?xml version="1.0" encoding="utf-8"?>\n<!-- made by hand -->\n<svg>',
    "doctype": b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg>',
    "entities": b'<!DOCTYPE foo [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "namespace": b'<s:svg xmlns:s="http://www.w3.org/2000/svg">',
    "UTF-16": '<?xml version="1.0"?><svg>'.encode("utf-16"),
}
PLAYLISTS = {
    "HLS": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n",
    "HLS behind a mark": b"\xef\xbb\xbf#EXTM3U\n",
    "HLS behind an ID3 tag": b"ID3\x04\0\0\0\0\0\x02ab#EXTM3U\n",
    "DASH": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file:///etc/passwd</BaseURL>',
    "DASH bare": b"<MPD profiles='urn:mpeg:dash:profile:isoff-live:2011'>",
    "ffconcat": b"ffconcat version 1.0\nfile 'http://127.0.0.1/x'",
    "PLS": b"[playlist]\nFile1=http://127.0.0.1/x",
    "XSPF": b'<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">',
    "SMIL": b"<smil><body>",
    "ASX": b"<asx version='3.0'>",
    "SDP": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\n",
    "IMF": b'<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">',
}
REFUSED = {
    "executable": PROGRAMS,
    "script": SCRIPTS,
    "html": PAGES,
    "svg": DRAWINGS,
    "playlist": PLAYLISTS,
}
TEXTS = {
    "mentions PHP": b"To start a script write <?php at the top.\n",
    "mentions html": b"The tag <html> opens a page, <script> runs things.\n",
    "mentions a playlist": b"A playlist starts with #EXTM3U, they say.\n",
    "begins with MZ": b"MZ are the initials of Mark Zbikowski.\n",
    "a heart": b"<3 you\n",
    "an inequality": b"<x> is less than y\n",
    "Latin-1": "Crème brûlée\n".encode("latin-1"),
    "UTF-8": "Größe, 你好, مرحبا\n".encode(),
    "UTF-16": "hello there\n".encode("utf-16"),
    "v=0 in a sentence": b"v=0 means that it stands still.\n",
    "a hash": b"# Title\n\nA paragraph.\n",
}


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def _ftyp(major: bytes, *compatible: bytes) -> bytes:
    return _box(b"ftyp", major + b"\0\0\x02\0" + b"".join(compatible)) + _box(b"mdat", b"\0" * 64)


def _ebml(doctype: bytes) -> bytes:
    inner = (
        b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82"
        + bytes([0x80 | len(doctype)])
        + doctype
    )
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(inner)]) + inner + b"\x18\x53\x80\x67\x01" + b"\xff" * 7


def _ogg(first: bytes) -> bytes:
    return b"OggS\0\x02" + b"\0" * 8 + b"\x01\0\0\0\0\0\0\0\0\0\0\0\x01" + bytes([len(first)]) + first


def _zip(*names: str, mimetype: str = "") -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, b"x" * 20)
    return body.getvalue()


def _mp3(frames: int = 4) -> bytes:
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def _adts(frames: int = 4) -> bytes:
    length = 64
    header = b"\xff\xf1" + bytes([0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (header + b"\x21" * (length - len(header))) * frames


_OFFICE = "application/vnd.openxmlformats-officedocument."
FILMS_AND_SOUNDS = {
    "mp4": (_ftyp(b"isom", b"isom", b"avc1"), "video/mp4", "video"),
    "mp42": (_ftyp(b"mp42", b"mp42"), "video/mp4", "video"),
    "m4v": (_ftyp(b"M4V ", b"M4V "), "video/x-m4v", "video"),
    "mov": (_ftyp(b"qt  ", b"qt  "), "video/quicktime", "video"),
    "old mov": (_box(b"moov", _box(b"mvhd", b"\0" * 100)), "video/quicktime", "video"),
    "3gp": (_ftyp(b"3gp5", b"3gp5"), "video/3gpp", "video"),
    "3g2": (_ftyp(b"3g2a", b"3g2a"), "video/3gpp2", "video"),
    "webm": (_ebml(b"webm"), "video/webm", "video"),
    "mkv": (_ebml(b"matroska"), "video/x-matroska", "video"),
    "avi": (b"RIFF\x00\x10\0\0AVI LIST\xc0\0\0\0hdrlavih" + b"\0" * 64, "video/x-msvideo", "video"),
    "ts": ((b"\x47\x40\0\x10" + b"\0" * 184) * 4, "video/mp2t", "video"),
    "m2ts": ((b"\0\0\0\0\x47\x40\0\x10" + b"\0" * 184) * 4, "video/mp2t", "video"),
    "mpeg": (b"\0\0\x01\xba\x44\0\x04\0\x04\x01" + b"\0" * 64, "video/mpeg", "video"),
    "ogv": (_ogg(b"\x80theora\x03\x02\x01"), "video/ogg", "video"),
    "m4a": (_ftyp(b"M4A ", b"M4A ", b"mp42"), "audio/mp4", "audio"),
    "ogg": (_ogg(b"\x01vorbis\0\0\0\0\x01"), "audio/ogg", "audio"),
    "opus": (_ogg(b"OpusHead\x01\x01"), "audio/ogg", "audio"),
    "mp3": (_mp3(), "audio/mpeg", "audio"),
    "mp3 with ID3": (b"ID3\x03\0\0\0\0\0\x0a" + b"\0" * 10 + _mp3(), "audio/mpeg", "audio"),
    "mp3 with a long ID3": (b"ID3\x04\0\0\0\0\x7f\x7f" + b"\0" * 4000, "audio/mpeg", "audio"),
    "aac": (_adts(), "audio/aac", "audio"),
    "flac": (b"fLaC\0\0\0\x22" + b"\x10\0" * 40, "audio/flac", "audio"),
    "wav": (b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0" + b"\0" * 64, "audio/wav", "audio"),
    "aiff": (b"FORM\0\0\x10\0AIFFCOMM\0\0\0\x12" + b"\0" * 64, "audio/aiff", "audio"),
    "amr": (b"#!AMR\n\x3c\x91\x17\x16" + b"\0" * 64, "audio/amr", "audio"),
}
DOCUMENTS = {
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "application/pdf"),
    "rtf": (b"{\\rtf1\\ansi hello}", "application/rtf"),
    "zip": (_zip("a.txt", "b.txt"), "application/zip"),
    "docx": (_zip("[Content_Types].xml", "_rels/.rels", "word/document.xml"), _OFFICE + "wordprocessingml.document"),
    "xlsx": (_zip("[Content_Types].xml", "xl/workbook.xml"), _OFFICE + "spreadsheetml.sheet"),
    "pptx": (_zip("[Content_Types].xml", "ppt/presentation.xml"), _OFFICE + "presentationml.presentation"),
    "odt": (
        _zip("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
        "application/vnd.oasis.opendocument.text",
    ),
    "epub": (_zip("a.xhtml", mimetype="application/epub+zip"), "application/epub+zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\x04" + b"\0" * 24, "application/x-7z-compressed"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\x4b\x04\0", "application/gzip"),
    "tar": (b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 248, "application/x-tar"),
    "json": (b'{"a": [1, 2, 3]}', "application/json"),
    "csv": (b"a,b,c\n1,2,3\n4,5,6\n", "text/csv"),
    "bmp": (encoded(quarters(8, 8), "bmp"), "image/bmp"),
    "psd": (b"8BPS\0\x01" + b"\0" * 6 + b"\0\x03\0\0\0\x10\0\0\0\x10\0\x08\0\x03", "image/vnd.adobe.photoshop"),
    "ico": (encoded(quarters(16, 16), "ico"), "image/vnd.microsoft.icon"),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 " + b"\0" * 16, "image/jp2"),
    "jxl": (b"\xff\x0a\xfa\x7f\x01\x90\x08\x06\x01", "image/jxl"),
}
UNKNOWN = {
    "zeros": b"\0" * 512,
    "noise": bytes(range(7, 256, 5)) * 8,
    "Canon raw": b"II*\0\x10\0\0\0CR\x02\0" + b"\0" * 64,
}


def pictures() -> dict[str, tuple[bytes, str]]:
    """A file of every kind of picture that is shown, with its content type."""
    return {
        **{
            form: (encoded(quarters(), form), f"image/{form}")
            for form in ("jpeg", "png", "webp", "avif", "heic", "gif", "tiff")
        },
        "animated gif": (animation("gif"), "image/gif"),
        "animated webp": (animation("webp"), "image/webp"),
        "animated png": (animation("png"), "image/png"),
        "progressive jpeg": (encoded(quarters(), "jpeg", progressive=True), "image/jpeg"),
    }
