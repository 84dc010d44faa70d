"""The store's documents are read with no trust."""

from __future__ import annotations

import pytest

from mediadock.storage.answers import error_code, parse, stored_parts, text
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.shapes import StoredPart, bare_etag, quoted_etag

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><a>&m;</a>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"""
PARAMETER = b"""<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><a/>"""


@pytest.mark.parametrize(
    "document", [LAUGHS, OUTSIDE, PARAMETER, LAUGHS.decode().replace("1.0", "1.0").encode("utf-16")]
)
def test_a_document_type_is_refused_before_anything_is_expanded(document):
    with pytest.raises(StoreUnavailable):
        parse(document)


@pytest.mark.parametrize("document", [b"", b"not xml", b"<a>", b"<a>&undefined;</a>", b"\xff\xfe", b"<a>\x00</a>"])
def test_what_is_no_xml_is_a_store_that_does_not_answer(document):
    with pytest.raises(StoreUnavailable):
        parse(document)


def test_names_are_found_in_any_namespace():
    for opening in ("<R>", '<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'):
        assert text(parse(f"{opening}<UploadId> u </UploadId></R>".encode()), "UploadId") == " u "


def test_only_an_error_document_has_an_error_code():
    assert error_code(b'<?xml version="1.0"?>\n<Error><Code>SlowDown</Code></Error>') == "SlowDown"
    assert error_code(b"<Result><Key>&lt;Error></Key></Result>") == ""
    assert error_code(b"<Result><Error><Code>x</Code></Error></Result>") == ""
    assert error_code(b"<Error><Code>") == ""
    assert error_code(b"") == ""


def test_a_part_without_number_or_size_is_a_store_that_does_not_answer():
    part = b"<PartNumber>2</PartNumber><ETag>&quot;e&quot;</ETag><Size>7</Size><LastModified>t</LastModified>"
    page = b"<R><Part>" + part + b"</Part></R>"
    assert stored_parts(parse(page)) == [("t", StoredPart(number=2, etag="e", size_bytes=7))]
    with pytest.raises(StoreUnavailable):
        stored_parts(parse(page.replace(b"7", b"")))


def test_etags_lose_and_regain_their_quotes():
    for etag in ("abc-2", '"abc-2"', 'W/"abc-2"', ' "abc-2" '):
        assert bare_etag(etag) == "abc-2"
        assert quoted_etag(etag) == '"abc-2"'
