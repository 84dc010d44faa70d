"""Reading the store's XML: small documents, from the store only, and still with no trust in them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.shapes import StoredPart, bare_etag

MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
"""A listing of 10,000 parts is about 3 MB."""


class _NoDoctype(ElementTree.TreeBuilder):
    """Refuses a document type as soon as it begins: no entity is ever declared, none expanded."""

    def doctype(self, *_declared: str) -> None:
        raise ElementTree.ParseError("a document type in the store's answer")


def parse(document: bytes) -> ElementTree.Element:
    """The root element. Raises StoreUnavailable for what is no XML or has a document type."""
    try:
        return ElementTree.XML(document, ElementTree.XMLParser(target=_NoDoctype()))  # noqa: S314 - no document type, so no entity
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise StoreUnavailable(log=f"unreadable answer: {type(error).__name__}") from None


def error_code(document: bytes) -> str:
    """The ``Code`` of an ``<Error>`` document, or "" for anything else."""
    if b"<Error" not in document[:2048]:
        return ""
    try:
        root = parse(document)
    except StoreUnavailable:
        return ""
    return text(root, "Code")[:64] if local_name(root) == "Error" else ""


def stored_parts(root: ElementTree.Element) -> list[tuple[str, StoredPart]]:
    """The parts of one page of ListParts, each with its time, which sorts as text.

    Raises StoreUnavailable for a part without number or size.
    """
    try:
        return [
            (
                text(part, "LastModified"),
                StoredPart(
                    number=int(text(part, "PartNumber")),
                    etag=bare_etag(text(part, "ETag")),
                    size_bytes=int(text(part, "Size")),
                ),
            )
            for part in children(root, "Part")
        ]
    except ValueError:
        raise StoreUnavailable(log="unreadable answer: a part without number or size") from None


def text(element: ElementTree.Element, name: str) -> str:
    """The text of the first child called ``name`` in any namespace, spaces and all (keys may begin with one), or ""."""
    for child in children(element, name):
        return child.text or ""
    return ""


def children(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The children called ``name`` in any namespace: stores differ in the one they use."""
    return (child for child in element if local_name(child) == name)


def local_name(element: ElementTree.Element) -> str:
    """The name of ``element`` without its namespace."""
    return element.tag.rpartition("}")[2]
