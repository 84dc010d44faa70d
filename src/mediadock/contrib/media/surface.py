"""The media types that come with the package: everything the engine needs to know about them."""

from __future__ import annotations

from mediadock.contrib.media.types import media_type
from mediadock.core.filetypes import Kind
from mediadock.core.parts import GIB, MIB
from mediadock.core.profiles import register

POST_IMAGE = register(media_type("post-image", Kind.IMAGE, max_bytes=50 * MIB))
POST_VIDEO = register(media_type("post-video", Kind.VIDEO, max_bytes=5 * GIB))
POST_AUDIO = register(media_type("post-audio", Kind.AUDIO, max_bytes=500 * MIB))
