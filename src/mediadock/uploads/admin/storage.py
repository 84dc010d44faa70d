"""Storage: whose bytes there are, in which states, and which of them could be had back.

Bytes are those of originals, as the ledgers count them. A table that is too large to be read is sampled: what is
shown then is an estimate, and says so.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from mediadock.core.states import OCCUPIES_BYTES
from mediadock.uploads.admin.readonly import TOO_SLOW, ReadOnlyAdmin, asked, bounded, took_too_long
from mediadock.uploads.admin.words import human_bytes, human_duration
from mediadock.uploads.conf import conf
from mediadock.uploads.models import Ledger

READ_AT_MOST = 500_000
"""Rows that a page reads; of a larger table so many are sampled. The page took 0.34 s with 200,000."""
_MOST_USERS = 50


@admin.register(Ledger)
class StorageAdmin(ReadOnlyAdmin):
    """In place of a list of rows, the page that one opens when the disk is full."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page; a question that takes too long is left out, and the page says so."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "title": "Storage",
            "opts": self.opts,
            "most_users": _MOST_USERS,
            "limit": human_bytes(conf().max_bytes_per_user),
            **_figures(request),
        }
        return TemplateResponse(request, "mediadock_uploads/admin/storage.html", context)


def _figures(request: HttpRequest) -> dict[str, object]:
    try:
        with bounded():
            share = _share()
            groups = [_scaled(row, share) for row in asked(_GROUPS.replace("<share>", f"{share:.6f}"))]
            [(held, pending)] = asked(_LEDGERS)
            [(reserved,)] = asked(_RESERVED)
            return {
                "sampled": None if share >= 100 else f"{share:.2g} %",
                "states": _summed(groups, lambda state, _profile, _kind: (state,)),
                "profiles": _summed(groups, lambda _state, profile, kind: (profile, kind)),
                "held": human_bytes(int(held)),
                "pending": pending,
                "reserved": human_bytes(int(reserved)),
                "settled": human_bytes(max(int(held) - int(reserved), 0)),
                "drift": _drift(groups, int(held)) if share >= 100 else None,
                "users": _users(),
                "reclaimable": [(what, count, human_bytes(int(size))) for what, count, size in asked(_RECLAIMABLE)],
                "removals": [(*row, human_duration(age)) for *row, age in asked(_REMOVALS)],
            }
    except OperationalError as error:
        if not took_too_long(error):
            raise
    messages.warning(request, TOO_SLOW)
    return {}


def _share() -> float:
    """How much of the table is read, in percent."""
    [(rows,)] = asked("SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'mediadock_asset'::regclass")
    return min(100.0, 100.0 * READ_AT_MOST / float(rows))


def _scaled(row: tuple[Any, ...], share: float) -> tuple[str, str, str, int, int]:
    state, profile, kind, count, size = row
    return state, profile, kind, round(int(count) * 100 / share), round(int(size) * 100 / share)


def _summed(groups: list[tuple[str, str, str, int, int]], key: Any) -> list[tuple[object, ...]]:  # noqa: ANN401 - a function of three names
    sums: dict[tuple[str, ...], list[int]] = {}
    for state, profile, kind, count, size in groups:
        sum_of = sums.setdefault(key(state, profile, kind), [0, 0])
        sum_of[0] += count
        sum_of[1] += size
    largest = sorted(sums.items(), key=lambda item: -item[1][1])
    return [(*names, count, human_bytes(size)) for names, (count, size) in largest]


def _drift(groups: list[tuple[str, str, str, int, int]], held: int) -> str | None:
    """By how much the ledgers and the assets disagree, in words; None where they do not."""
    counted = sum(size for state, _, _, _, size in groups if state in OCCUPIES_BYTES)
    if counted == held:
        return None
    return f"The ledgers hold {held - counted:+d} bytes against what the assets add up to."


def _users() -> list[tuple[object, ...]]:
    found = Ledger.objects.select_related("owner").order_by("-used_bytes")[:_MOST_USERS]
    limit = max(conf().max_bytes_per_user, 1)
    return [
        (
            ledger.owner_id,
            ledger.owner.get_username(),
            human_bytes(ledger.used_bytes),
            ledger.pending_count,
            f"{100 * ledger.used_bytes / limit:.1f} %",
        )
        for ledger in found
    ]


_GROUPS = """
    SELECT state, profile, kind, count(*), sum(size_bytes)
      FROM mediadock_asset TABLESAMPLE SYSTEM (<share>) GROUP BY state, profile, kind
"""

_LEDGERS = "SELECT coalesce(sum(used_bytes), 0), coalesce(sum(pending_count), 0) FROM mediadock_ledger"

_RESERVED = "SELECT coalesce(sum(size_bytes), 0) FROM mediadock_asset WHERE state = 'pending'"

_RECLAIMABLE = """
    SELECT 'Failed, kept for another try: delete them', count(*), coalesce(sum(size_bytes), 0)
      FROM mediadock_asset WHERE state = 'failed'
    UNION ALL
    SELECT 'Unfinished and overdue: the sweeper takes them', count(*), coalesce(sum(size_bytes), 0)
      FROM mediadock_asset WHERE state = 'pending' AND expires_at < now()
"""

_REMOVALS = """
    SELECT CASE topic WHEN 'discard' THEN 'Left-overs, to be removed now'
                      ELSE 'The same again, when the last URLs have lapsed' END,
           count(*), coalesce(sum(jsonb_array_length(payload -> 'keys')), 0),
           extract(epoch FROM now() - min(created_at))
      FROM mediadock_outbox WHERE topic IN ('discard', 'discard_again') GROUP BY topic ORDER BY topic
"""
