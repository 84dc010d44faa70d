"""Lists that are only read, and that stay quick however long a table is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import OperationalError, connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from psycopg.errors import QueryCanceled

TIMEOUT_MS = 5_000
"""A statement of a page that takes longer is ended."""
MOST_ROWS = 5_000
"""Nobody pages further than this; to count all rows that match would read all of them, on every page."""
TOO_SLOW = "This takes too long here. Narrow it down, by state or by owner for example."

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator


@contextmanager
def bounded(timeout_ms: int = TIMEOUT_MS) -> Iterator[None]:
    """A transaction that cannot write, and whose statements end after ``timeout_ms`` with an ``OperationalError``."""
    with transaction.atomic():
        asked(
            "SELECT set_config('statement_timeout', %s, true), set_config('transaction_read_only', 'on', true)",
            str(timeout_ms),
        )
        yield


def asked(query: str, *params: str | int | list[int]) -> list[tuple[Any, ...]]:
    """The rows that a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(query, params or None)
        return list(cursor.fetchall())


def took_too_long(error: OperationalError) -> bool:
    """Whether it was ``bounded`` that ended a statement."""
    return isinstance(error.__cause__, QueryCanceled)


class FirstRows(_Paginator):
    """Pages of the first ``MOST_ROWS`` rows that match; no statement counts further."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_ROWS].count())


class ReadOnlyAdmin(_ModelAdmin):
    """Rows to look at for those with the model's ``view`` permission; nobody adds, changes or deletes any here."""

    paginator = FirstRows
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet counts all rows
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest, *_of: object) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nor by way of what it hangs on: a user who has such rows is not deleted here either."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, rendered while its statements are bounded."""
        if request.method != "GET":
            return super().changelist_view(request, extra_context)
        try:
            with bounded():
                return _rendered(super().changelist_view(request, extra_context))
        except OperationalError as error:
            if not took_too_long(error) or not request.GET:
                raise
        messages.warning(request, TOO_SLOW)
        return HttpResponseRedirect(request.path)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One row, in the same way."""
        with bounded():
            return _rendered(super().change_view(request, object_id, form_url, extra_context))


def _rendered(response: HttpResponse) -> HttpResponse:
    """Templates ask for rows too, but only when they are rendered."""
    render = getattr(response, "render", None)
    return render() if render is not None else response
