"""Assets: a list to find the one that somebody complains of, and a page with all that is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mediadock.core.states import State
from mediadock.uploads.admin import columns, filters
from mediadock.uploads.admin.acting import ActingAdmin
from mediadock.uploads.admin.readonly import MOST_ROWS, asked
from mediadock.uploads.admin.verbs import VERBS
from mediadock.uploads.admin.words import human_bytes, human_duration
from mediadock.uploads.models import Event, MediaAsset, Outbox

_MOST_EVENTS = 100
_MOST_OUTBOX_ROWS = 20

_SHOWN = (columns.state, columns.reason, columns.attempts, columns.owner)
_FIELDSETS: tuple[Any, ...] = (
    (None, {"fields": (*_SHOWN, "profile", "kind", "created_at", "updated_at")}),
    ("File", {"fields": ("file_name", "declared_type", "detected_type", columns.size, "sha256")}),
    ("Found in it", {"fields": ("width", "height", "duration", "pages")}),
    ("Seen by", {"fields": ("audience", "link_kind", "link_id")}),
    (
        "In the store",
        {"fields": ("object_key", "upload_id", "part_size_bytes", "num_parts", "etag", "checksum_sha256")},
    ),
    ("In the queue", {"fields": ("due_at", "hints", "hinted_at", "lease_token", "lease_until", "expires_at")}),
)


class _Page(ChangeList):
    """A page of the list, with what its cells need by one statement more."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        columns.attach_steps(self.result_list)


@admin.register(MediaAsset)
class AssetAdmin(ActingAdmin):
    """Assets, newest first."""

    list_display = (
        columns.preview,
        columns.named,
        columns.happened,
        columns.times,
        columns.age,
        columns.owner,
    )
    list_display_links = (columns.named,)
    list_filter = (filters.ConcernFilter, "state", "kind", filters.ProfileFilter, filters.AgeFilter)
    list_select_related = ("owner",)
    search_fields = ("pk",)  # without one Django shows no field; get_search_results does the work
    search_help_text = filters.HELP
    fieldsets = _FIELDSETS
    readonly_fields: ClassVar[Any] = (*_SHOWN, columns.size)  # functions, which the stubs do not know here
    change_list_template = "mediadock_uploads/admin/assets.html"
    change_form_template = "mediadock_uploads/admin/asset.html"

    class Media:
        css = {"all": ("mediadock_uploads/admin.css",)}  # noqa: RUF012 - as Django reads it

    def get_changelist(self, request: HttpRequest, **_options: object) -> type[ChangeList]:
        return _Page

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MediaAsset], search_term: str
    ) -> tuple[QuerySet[MediaAsset], bool]:
        return filters.search(queryset, search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": "Assets", "about": _about_how_many(), "most_rows": MOST_ROWS, **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,  # noqa: ANN401 - what Django passes on
        **kwargs: Any,  # noqa: ANN401
    ) -> HttpResponse:
        """The page, with all that hangs on the asset."""
        asset: MediaAsset = context["original"]
        columns.attach_steps([asset])
        return super().render_change_form(
            request,
            {
                **context,
                "verbs": self._offered(request, asset),
                "picture": columns.shown(asset)["thumbnail_url"],
                "variants": _variants(asset),
                "steps": _steps(asset),
                "times": columns.times(asset),
                "events": _events(asset),
                "outbox": _outbox(asset),
            },
            *args,
            **kwargs,
        )

    def _offered(self, request: HttpRequest, asset: MediaAsset) -> list[dict[str, object]]:
        return [
            {"verb": verb, "url": reverse(f"admin:mediadock_uploads_mediaasset_{verb.name}", args=[asset.pk])}
            for verb in VERBS.values()
            if State(asset.state) in verb.states and self.may(request, verb)
        ]


def _about_how_many() -> int:
    """As PostgreSQL's last look at the table tells; nobody counts."""
    [(rows,)] = asked("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'mediadock_asset'::regclass")
    return int(rows)


def _variants(asset: MediaAsset) -> list[Mapping[str, Any]]:
    addresses = columns.shown(asset)["variants"]
    return [
        {
            **variant,
            "name": name,
            "url": addresses[name]["url"],
            "size": human_bytes(variant["size_bytes"]) if variant.get("size_bytes") is not None else "–",
        }
        for name, variant in asset.variants.items()
    ]


def _steps(asset: MediaAsset) -> list[Mapping[str, Any]]:
    steps = getattr(asset, "steps", [])
    return [{"state": step.state, "at": step.at, "lasted": human_duration(step.lasted)} for step in steps]


def _events(asset: MediaAsset) -> list[Event]:
    """What its owner was told, the last first."""
    told = Event.objects.filter(asset_id=asset.pk, user_id=asset.owner_id)
    return list(told.order_by("-seq")[:_MOST_EVENTS])


def _outbox(asset: MediaAsset) -> list[Outbox]:
    """What is still to be done for it."""
    about = Q(payload__asset_id=asset.pk) | Q(payload__keys__contains=[asset.object_key])
    return list(Outbox.objects.filter(about).order_by("id")[:_MOST_OUTBOX_ROWS])
