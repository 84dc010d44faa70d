"""Albums in Django's admin, to look at."""

from django.contrib import admin

from mediadock.contrib.albums.models import Album
from mediadock.uploads.admin.readonly import ReadOnlyAdmin


@admin.register(Album)
class AlbumAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("id", "title", "owner", "created_at")
    list_select_related = ("owner",)
