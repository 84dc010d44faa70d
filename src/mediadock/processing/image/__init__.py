"""Pictures: thumbnails, a display version and a placeholder, made in the sandbox."""

from mediadock.processing.image.model import ImageFacts, ImageSpec, Output
from mediadock.processing.image.render import render_image

__all__ = ["ImageFacts", "ImageSpec", "Output", "render_image"]
