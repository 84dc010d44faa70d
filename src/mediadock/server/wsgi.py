"""The HTTP API as a WSGI application, with the few static files of its documents."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")

from pathlib import Path

import ninja
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

application = WhiteNoise(
    get_wsgi_application(), root=Path(ninja.__file__).parent / "static", prefix=settings.STATIC_URL
)
