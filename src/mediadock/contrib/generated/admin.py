"""Generated images in Django's admin, to look at."""

from django.contrib import admin

from mediadock.contrib.generated.models import GeneratedImage
from mediadock.uploads.admin.readonly import ReadOnlyAdmin


@admin.register(GeneratedImage)
class GeneratedImageAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("id", "generation_id", "index", "media_id", "begun", "model", "owner", "created_at")
    list_select_related = ("owner",)
