"""The web process as a WSGI application: the HTTP API, the pages at ``/``, the static files of the API's documents."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from mediadock.api.verify import with_verify_door
from mediadock.server.headers import page_headers
from mediadock.server.pages import operators_files, with_static_files
from mediadock.server.whole_answers import with_whole_answers

application = with_verify_door(
    with_static_files(
        with_whole_answers(get_wsgi_application()),
        static_url=settings.STATIC_URL,
        pages=settings.WEB_FOLDER,
        headers=page_headers(
            store=settings.MEDIADOCK["store"],
            ws_url=settings.MEDIADOCK["ws_url"],
            cdn_base_url=settings.MEDIADOCK["cdn_base_url"],
        ),
        further=operators_files() if settings.ADMIN else (),
    ),
    path="/api/v1/auth/verify",
)
