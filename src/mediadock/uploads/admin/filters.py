"""What the list of assets is narrowed down by. None of it asks the database which values there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from mediadock.core.policy import MAX_INT64
from mediadock.core.profiles import registered
from mediadock.core.states import State
from mediadock.uploads.models import MediaAsset

HELP = "An id of an asset or a user, an object key, @user name, or a part of a file name."

_AGES = {
    "hour": ("In the last hour", Q(created_at__gte=Now() - timedelta(hours=1))),
    "day": ("In the last day", Q(created_at__gte=Now() - timedelta(days=1))),
    "week": ("In the last week", Q(created_at__gte=Now() - timedelta(days=7))),
    "over-day": ("More than a day ago", Q(created_at__lt=Now() - timedelta(days=1))),
    "over-week": ("More than a week ago", Q(created_at__lt=Now() - timedelta(days=7))),
}
_CONCERNS = {
    "error": ("Failed or rejected", Q(state__in=[State.FAILED, State.REJECTED])),
    "under-way": ("Under way", Q(state__in=[State.PENDING, State.UPLOADED, State.PROCESSING])),
    "overdue": ("Unfinished and overdue", Q(state=State.PENDING, expires_at__lt=Now())),
    "again": ("Tried more than once", Q(attempt__gt=1)),
}

if TYPE_CHECKING:
    Assets = QuerySet[MediaAsset]
    _ModelAdmin = admin.ModelAdmin[Any]


class _Named(admin.SimpleListFilter):
    """A filter whose choices have a name, a title and a condition."""

    conditions: dict[str, tuple[str, Q]]

    def lookups(self, request: HttpRequest, model_admin: _ModelAdmin) -> Iterable[tuple[str, str]]:
        return [(name, title) for name, (title, _) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: Assets) -> Assets:
        chosen = self.conditions.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen[1])


class ConcernFilter(_Named):
    """What one comes to look for."""

    title = "concern"
    parameter_name = "concern"
    conditions = _CONCERNS


class AgeFilter(_Named):
    """When it was prepared."""

    title = "age"
    parameter_name = "age"
    conditions = _AGES


class ProfileFilter(admin.SimpleListFilter):
    """The profiles that this process knows."""

    title = "profile"
    parameter_name = "profile"

    def lookups(self, request: HttpRequest, model_admin: _ModelAdmin) -> Iterable[tuple[str, str]]:
        return [(name, name) for name in sorted(registered())]

    def queryset(self, request: HttpRequest, queryset: Assets) -> Assets:
        return queryset.filter(profile=self.value()) if self.value() else queryset


def search(queryset: Assets, term: str) -> Assets:
    """The assets that ``HELP`` promises. All but parts of file names are found by an index."""
    term = term.strip()
    if not term or "\0" in term:
        return queryset if not term else queryset.none()
    if term.isascii() and term.isdecimal():
        number = int(term)
        return queryset.filter(Q(pk=number) | Q(owner_id=number)) if number <= MAX_INT64 else queryset.none()
    if term.startswith("@"):
        return queryset.filter(owner_id__in=_users_called(term[1:]))
    if "/" in term:
        return queryset.filter(object_key__startswith=term)
    return queryset.filter(Q(owner_id__in=_users_called(term)) | Q(file_name__icontains=term))


def _users_called(name: str) -> list[int]:
    """By their whole name, which is one user or none."""
    users = get_user_model()
    return list(users._default_manager.filter(**{users.USERNAME_FIELD: name}).values_list("pk", flat=True))
