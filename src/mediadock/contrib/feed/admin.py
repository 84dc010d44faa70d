"""Posts in Django's admin, to look at."""

from django.contrib import admin

from mediadock.contrib.feed.models import Post
from mediadock.uploads.admin.readonly import ReadOnlyAdmin


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("id", "author", "status", "created_at", "published_at")
    list_select_related = ("author",)
