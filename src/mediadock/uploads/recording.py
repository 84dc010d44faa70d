"""One statement that records prepared uploads: ledger, link, assets, streams and events, or nothing.

The hot path of the product: the limits are counted under the ledger row's lock in the same statement that
inserts, so parallel requests cannot pass a limit together, and one round trip to PostgreSQL does all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import DataError, IntegrityError, connection
from psycopg.errors import NumericValueOutOfRange
from pydantic_core import to_json

from mediadock.core.errors import NotFound, TooLarge, TooMany, Unauthenticated
from mediadock.core.policy import human_bytes
from mediadock.core.profiles import Profile
from mediadock.uploads import doorbell
from mediadock.uploads.conf import conf
from mediadock.uploads.crashpoints import one_statement
from mediadock.uploads.links import ExistingLink, NewLink
from mediadock.uploads.models import Ledger, MediaAsset
from mediadock.uploads.snapshot import snapshot


def reserve_ids(count: int) -> list[int]:
    """``count`` rising ids for assets whose keys the store must know before they are recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('mediadock_asset_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def record_prepared(
    assets: Sequence[MediaAsset],
    *,
    owner_id: int,
    profile: Profile,
    audience: Sequence[int],
    link: NewLink | ExistingLink | None,
) -> None:
    """Insert everything, if the owner's limits allow it, and ring for the audience.

    Fills in the ids, keys and link that the database gave. Raises ``TooMany`` (``too_many_pending``), ``TooLarge``
    (``quota_exceeded``), and ``NotFound`` when the link names a user who does not exist.
    """
    limits = conf()
    total_bytes = sum(asset.size_bytes for asset in assets)
    users = sorted(set(audience))
    new_link = link if isinstance(link, NewLink) else None
    params = {
        "owner_id": owner_id,
        "count": len(assets),
        "total_bytes": total_bytes,
        "max_pending": limits.max_pending_per_user,
        "max_bytes": limits.max_bytes_per_user,
        "pending_ttl_s": limits.pending_ttl_s,
        "audience": f"{{{','.join(map(str, users))}}}",  # an array as text: psycopg takes a list apart in Python
        "event_type": profile.event_type,
        "assets": to_json([_row(asset) for asset in assets]).decode(),
        **(new_link.params if new_link else {}),
    }
    with one_statement("prepared"):
        rows = _execute(_statement(new_link.sql if new_link else _NO_LINK), params)
    if len(rows) != len(assets):
        raise _over_the_limit(owner_id, len(assets), total_bytes)
    for asset, row in zip(assets, rows, strict=True):
        asset.pk, asset.object_key, asset.link_id = row
    doorbell.ring_users_on_commit(users)


@cache
def _statement(link_sql: str) -> str:
    return _RECORD.replace("<link>", link_sql)


def _execute(statement: str, params: dict[str, Any]) -> list[tuple[int, str, int | None]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())
    except DataError as error:
        if isinstance(error.__cause__, NumericValueOutOfRange):  # the link's own ids its surface has checked
            raise _no_such_user() from error
        raise
    except IntegrityError as error:
        if "_owner_id_" in str(error) or "_sender_id_" in str(error):
            raise _no_such_user() from error
        if "_receiver_id_" in str(error):
            raise NotFound("receiver_not_found", "There is no such receiver.") from error
        raise


def _no_such_user() -> Unauthenticated:
    return Unauthenticated("user_unknown", "The token's user does not exist any more.")


def _over_the_limit(owner_id: int, count: int, total_bytes: int) -> TooMany | TooLarge:
    """Which limit it is; where there is room by now, one that the client asks again for."""
    limits = conf()
    ledger = Ledger.objects.filter(pk=owner_id).first()
    is_full = (ledger.pending_count if ledger else 0) + count > limits.max_pending_per_user
    left = limits.max_bytes_per_user - (ledger.used_bytes if ledger else 0)
    if total_bytes > left and not is_full:
        return TooLarge(
            "quota_exceeded",
            f"This needs {human_bytes(total_bytes)}; {human_bytes(max(0, left))}"
            f" of your {human_bytes(limits.max_bytes_per_user)} are left.",
        )
    return TooMany(
        "too_many_pending",
        f"At most {limits.max_pending_per_user} uploads may be under way at once: finish or abort some first.",
        retry_after_s=60 if is_full else 1,
    )


def _row(asset: MediaAsset) -> dict[str, object]:
    asset.created_at = asset.updated_at = datetime.now(UTC)
    columns = {name: getattr(asset, name) for name in _COLUMNS}
    return {**columns, "data": snapshot(asset, message_status=None)}


_COLUMNS = (
    "id", "profile", "kind", "link_kind", "link_id", "file_name", "declared_type", "size_bytes", "checksum_sha256",
    "object_key", "upload_id", "part_size_bytes", "num_parts",
)  # fmt: skip

_NO_LINK = "SELECT NULL::bigint AS id WHERE false"

_RECORD = """
    WITH granted AS (
        INSERT INTO mediadock_ledger AS ledger (owner_id, pending_count, used_bytes)
        SELECT %(owner_id)s, %(count)s, %(total_bytes)s
         WHERE %(count)s <= %(max_pending)s AND %(total_bytes)s <= %(max_bytes)s
        ON CONFLICT (owner_id) DO UPDATE
           SET pending_count = ledger.pending_count + excluded.pending_count,
               used_bytes = ledger.used_bytes + excluded.used_bytes
         WHERE ledger.pending_count + excluded.pending_count <= %(max_pending)s
           AND ledger.used_bytes + excluded.used_bytes <= %(max_bytes)s
        RETURNING 1
    ),
    link AS (<link>),
    declared AS (
        SELECT coalesce(id, nextval('mediadock_asset_id_seq')) AS new_id,
               coalesce(link_id, (SELECT id FROM link)) AS new_link_id, declared.*
          FROM ROWS FROM (jsonb_to_recordset(%(assets)s::jsonb) AS (
            id bigint, profile text, kind text, link_kind text, link_id bigint, file_name text, declared_type text,
            size_bytes bigint, checksum_sha256 text, object_key text, upload_id text, part_size_bytes bigint,
            num_parts int, data jsonb)) WITH ORDINALITY AS declared, granted
    ),
    inserted AS (
        INSERT INTO mediadock_asset (id, profile, kind, link_kind, link_id, file_name, declared_type, size_bytes,
                                     checksum_sha256, object_key, upload_id, part_size_bytes, num_parts,
                                     owner_id, audience, state, expires_at)
        SELECT new_id, profile, kind, link_kind, new_link_id, file_name, declared_type, size_bytes,
               checksum_sha256, replace(object_key, '{asset}', new_id::text), upload_id, part_size_bytes, num_parts,
               %(owner_id)s, %(audience)s::bigint[], 'pending', now() + make_interval(secs => %(pending_ttl_s)s)
          FROM declared
        RETURNING id, object_key, link_id
    ),
    stream AS (
        INSERT INTO mediadock_stream AS stream (user_id, last_seq)
        SELECT user_id, %(count)s FROM unnest(%(audience)s::bigint[]) AS user_id, granted ORDER BY user_id
        ON CONFLICT (user_id) DO UPDATE SET last_seq = stream.last_seq + excluded.last_seq
        RETURNING user_id, last_seq
    ),
    event AS (
        INSERT INTO mediadock_event (user_id, seq, type, asset_id, data)
        SELECT user_id, last_seq - %(count)s + ordinality, %(event_type)s, new_id,
               data || jsonb_build_object('asset_id', new_id, 'created_at', now(), 'updated_at', now(),
                                          'message_id', CASE WHEN link_kind = 'message' THEN new_link_id END)
          FROM stream, declared
    )
    SELECT id, object_key, link_id FROM inserted ORDER BY id
"""
