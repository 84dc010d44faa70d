"""Metadata that must never leave: a place, a serial number, a marker that can be searched for byte by byte."""

from __future__ import annotations

from PIL import Image

EXIF_MARKER = b"MARKER-7f3a-where-I-live"
_LATITUDE = (52.0, 31.0, 12.34)
_LONGITUDE = (13.0, 24.0, 18.27)
_ORIENTATION, _MAKER, _DESCRIPTION, _GPS = 0x0112, 0x010F, 0x010E, 0x8825


def exif_of(*, orientation: int, gps: bool, marker: bytes = EXIF_MARKER) -> bytes:
    """An EXIF block with the orientation and, when asked, a place and the marker in three fields."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    if gps:
        exif[_MAKER] = "Canon"
        exif[_DESCRIPTION] = marker.decode()
        place = exif.get_ifd(_GPS)
        place[1], place[2], place[3], place[4] = "N", _LATITUDE, "E", _LONGITUDE
        place[29] = "2024:05:01"
        place[0x1B] = marker
    return exif.tobytes()


def xmp_of(marker: bytes = EXIF_MARKER, *, orientation: int = 1) -> bytes:
    """An XMP packet with a place, the marker and an orientation."""
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        b'exif:GPSLatitude="52,31.2056N" tiff:Orientation="%d" exif:UserComment="%s"/></rdf:RDF></x:xmpmeta>'
        b'<?xpacket end="w"?>' % (orientation, marker)
    )
