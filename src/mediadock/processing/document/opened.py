"""Step 2: open the document and find its first page. Actions of the document are never asked for.

This build of PDFium has no JavaScript and no XFA, so that the form's fields can be drawn and do nothing else.
"""

from __future__ import annotations

import contextlib
import io

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2 import raw as pdfium

from mediadock.core.errors import ContentRejected

_ENCRYPTED = frozenset({pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY})


def open_document(stream: io.RawIOBase | io.BytesIO) -> pypdfium2.PdfDocument:
    """The document; ContentRejected ``encrypted``, ``empty_document`` or ``corrupt``.

    One that is encrypted and asks for no password to be read is open to everybody, and to us.
    """
    try:
        return pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _ENCRYPTED:
            raise ContentRejected(
                "encrypted",
                "This PDF is protected by a password. Remove the password and send it again.",
                log=str(error),
            ) from None
        if error.err_code == pdfium.FPDF_ERR_SUCCESS:
            raise ContentRejected("empty_document", "This PDF has no pages.", log=str(error)) from None
        raise corrupt(error) from None


def first_page(document: pypdfium2.PdfDocument) -> pypdfium2.PdfPage:
    """The first page, what was filled in with it; ContentRejected ``corrupt`` when it is counted and not there."""
    with contextlib.suppress(pypdfium2.PdfiumError):  # then it is a page without a form
        document.init_forms()
    try:
        return document[0]
    except pypdfium2.PdfiumError as error:
        raise corrupt(error) from None


def corrupt(error: Exception) -> ContentRejected:
    """The one sentence for a document that does not open."""
    return ContentRejected("corrupt", "This PDF is damaged or incomplete and cannot be opened.", log=str(error))
