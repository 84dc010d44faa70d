"""Heads that are refused under any name: programs, scripts, web pages, SVG, playlists."""

from __future__ import annotations

import re

from mediadock.processing.sniffing.text import is_text, readings
from mediadock.processing.sniffing.zipped import is_program_archive

_PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",  # Mach-O, both widths and byte orders
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Mach-O for several processors, Java class
    b"dex\n",
    b"\0asm",
    b"!<arch>\n",  # Debian package, static library
    b"\xed\xab\xee\xdb",  # RPM
    b"L\0\0\0\x01\x14\x02\0",  # Windows shortcut
    b"MSCF",
    b"ITSF",  # compiled help
    b"BC\xc0\xde",  # LLVM
)
_FLASH = (b"FWS", b"CWS", b"ZWS")

_SCRIPT = re.compile(
    r"#!(?!amr)"  # "#!AMR" is a sound
    r"|<\?(?:php\b|=|\s)|<%"
    r"|@?echo\s+off\b|@(?:rem|echo|setlocal|start|cmd|powershell)\b"
    r"|\[(?:internetshortcut|desktop entry|autorun)\]"
    r"|windows registry editor|regedit4"
)
_PLAYLIST = re.compile(
    r"#ext(?:m3u|inf|-x-)|ffconcat\s+version|\[playlist\]|\[reference\]|rtsptext|smilref|<\?wpl\b"
    r"|v=0\s*\r?\n\s*[osact]="  # SDP
)
_PROLOGUE = re.compile(r"(?:\s+|<!--.*?-->|<\?xml.*?\?>|<!doctype\s+(?!html)[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_PLAYLIST_ROOT = re.compile(
    r"<(?:\w+:)?(?:mpd|smil|playlist|asx|wpl|m3u|compositionplaylist|assetmap|smoothstreamingmedia|xspf)\b"
)
_SVG_ROOT = re.compile(r"<(?:\w+:)?svg\b|<!doctype\s+svg")
# What a browser takes for a page when it sniffs (WHATWG MIME Sniffing, 7.1), and elements that act on their own.
_HTML_ROOT = re.compile(
    r"<!doctype\s+html|<!--|</?(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|frameset|frame"
    r"|meta|link|base|img|object|embed|applet|form|input|button|video|audio|details|marquee|math|span|center|template"
    r"|xss|isindex|xhtml:html)(?=[\s>/]|$)"
)


def find_active(head: bytes) -> str | None:
    """``executable`` ``script`` ``html`` ``svg`` or ``playlist`` when the head is one, None otherwise."""
    if head.startswith(_PROGRAMS) or (head.startswith((b"MZ", b"ZM", *_FLASH)) and not is_text(head)):
        return "executable"
    if is_program_archive(head):
        return "executable"
    for reading in readings(head):
        if found := _active_text(reading):
            return found
    return None


def _active_text(text: str) -> str | None:
    if _SCRIPT.match(text):
        return "script"
    if _PLAYLIST.match(text):
        return "playlist"
    if not text.startswith("<"):
        return None
    prologue = _PROLOGUE.match(text)
    root = text[prologue.end() :] if prologue else text
    if _PLAYLIST_ROOT.match(root):
        return "playlist"
    if _SVG_ROOT.match(root):
        return "svg"
    return "html" if _HTML_ROOT.match(root) or _HTML_ROOT.match(text) else None
