"""Documents: a PDF's pages counted and its first one drawn, in the sandbox. Other documents are never opened."""

from mediadock.processing.document.model import DocumentFacts, DocumentSpec
from mediadock.processing.document.render import DOCUMENT_LIMITS, render_document

__all__ = ["DOCUMENT_LIMITS", "DocumentFacts", "DocumentSpec", "render_document"]
