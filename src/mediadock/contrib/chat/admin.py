"""Messages in Django's admin, to look at. A message with files hangs on assets, which are dealt with there."""

from django.contrib import admin

from mediadock.contrib.chat.models import Message
from mediadock.uploads.admin.readonly import ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("id", "sender", "receiver", "seen_at", "created_at")
    list_select_related = ("sender", "receiver")
