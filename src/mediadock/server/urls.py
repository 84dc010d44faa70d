"""Every route of the server."""

from __future__ import annotations

from django.conf import settings
from django.urls import path
from ninja import NinjaAPI

from mediadock import __version__
from mediadock.api.problems import install_handlers, not_found
from mediadock.contrib.accounts.api import router as accounts
from mediadock.contrib.albums.api import router as albums
from mediadock.contrib.assets.api import router as assets
from mediadock.contrib.avatars.api import router as avatars
from mediadock.contrib.chat.api_messages import router as chat_messages
from mediadock.contrib.chat.api_uploads import router as chat_uploads
from mediadock.contrib.feed.api import router as feed
from mediadock.contrib.generated.api import router as generated
from mediadock.contrib.media.api import router as media
from mediadock.contrib.media.redirect import to_the_medium
from mediadock.ingest.webhook import router as ingest
from mediadock.realtime.api import router as realtime
from mediadock.server.operators import operators_site, to_the_operators
from mediadock.server.pages import no_pages, to_the_documents
from mediadock.telemetry.exposition import metrics
from mediadock.telemetry.health import healthz, readyz

api = NinjaAPI(title="Mediadock", version=__version__, urls_namespace="mediadock", openapi_url="/openapi.json")
install_handlers(api)
for router in (  # an address is looked for from the first on: those that are asked for most come first
    media,
    chat_uploads,
    chat_messages,
    accounts,
    realtime,
    feed,
    albums,
    avatars,
    generated,
    assets,
    ingest,
):
    api.add_router("", router)

# Pages that are there have answered before Django is asked.
at_root = to_the_documents if settings.WEB_FOLDER is None else no_pages

urlpatterns = [
    path("", at_root),
    path("api/v1/", api.urls),
    path("m/<int:media_id>", to_the_medium),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
if settings.ADMIN:
    urlpatterns += [path("admin", to_the_operators), path("admin/", operators_site().urls)]
handler404 = not_found
