"""Whose turn it is: which waiting asset a free worker takes, as the ``SELECT`` of a claim.

Fair among users, within one kind: the owner of whom the fewest assets are being processed, then the owner who was
served longest ago, then the asset that has waited longest, then the owner whom the round comes to first. An asset
waits from ``due_at`` on; before that it backs off.

The owners who wait are found by hopping over the index ``mediadock_asset_waiting``, one probe an owner, however many
assets each has. The order is exact while at most ``OWNERS_COMPARED`` users wait for one kind; beyond that it
compares so many of them, starting after the owner who was served last, so that everybody is among them again and again.
"""

from __future__ import annotations

from mediadock.uploads.conf import conf

MOST_DOUBLINGS = 5

OWNERS_COMPARED = 200
"""A claim among so many takes 2 ms; whom it does not look at, one of the next does."""

BY_INDEX_ONLY = "SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"
AS_USUAL = "SET LOCAL enable_sort = DEFAULT; SET LOCAL enable_incremental_sort = DEFAULT"
"""A queue grows faster than PostgreSQL's statistics: one that is believed empty would be sorted at every hop, measured
at 28 s a claim. Only the index has the hops' order already."""

WAITING = "(state = 'uploaded' OR (state = 'processing' AND lease_token IS NULL))"
"""As the index's condition: there is work, and nobody has it. Whoever ended an attempt saw that one is left."""

THIS_VERY_ASSET = """
    SELECT id FROM mediadock_asset
     WHERE id = %(asset_id)s AND <waiting>
       FOR UPDATE
""".replace("<waiting>", WAITING)

_FAIREST = """
    WITH RECURSIVE last_served AS MATERIALIZED (
        SELECT owner_id FROM mediadock_ledger WHERE served_at IS NOT NULL ORDER BY served_at DESC LIMIT 1
    ),
    round (owner_id, due_at, lap) AS (
        SELECT coalesce((SELECT owner_id FROM last_served), 0)::bigint, NULL::timestamptz, 0
        UNION ALL
        SELECT following.owner_id::bigint, following.due_at, following.lap
          FROM round CROSS JOIN LATERAL (
            (SELECT owner_id, due_at, round.lap FROM mediadock_asset
              WHERE <of this kind> AND owner_id > round.owner_id ORDER BY owner_id, due_at LIMIT 1)
            UNION ALL
            (SELECT owner_id, due_at, 1 FROM mediadock_asset
              WHERE <of this kind> AND round.lap = 0 ORDER BY owner_id, due_at LIMIT 1)
            LIMIT 1
          ) AS following
         WHERE following.lap = 0 OR following.owner_id <= coalesce((SELECT owner_id FROM last_served), 0)
    ),
    busy AS (
        SELECT owner_id, count(*) AS jobs FROM mediadock_asset
         WHERE kind = %(kind)s AND lease_token IS NOT NULL AND lease_until > now()
         GROUP BY owner_id
    ),
    turn AS (
        SELECT owner_id
          FROM (SELECT owner_id, due_at, lap FROM round OFFSET 1 LIMIT <owners>) AS waiting
          LEFT JOIN busy USING (owner_id)
          LEFT JOIN mediadock_ledger USING (owner_id)
         WHERE due_at <= now()
         ORDER BY coalesce(jobs, 0), served_at NULLS FIRST, due_at, lap, owner_id
    )
    SELECT oldest.id
      FROM turn CROSS JOIN LATERAL (
        SELECT id FROM mediadock_asset
         WHERE <of this kind> AND owner_id = turn.owner_id AND due_at <= now()
         ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
      ) AS oldest
     LIMIT 1
"""

FAIREST_OF_A_KIND = (
    _FAIREST.replace("<of this kind>", "kind = %(kind)s AND <waiting>")
    .replace("<waiting>", WAITING)
    .replace("<owners>", str(OWNERS_COMPARED))
)
"""What another worker is just taking is skipped."""


def patience_s(hints: int) -> int:
    """How long an asset of which so many hints were given waits for the next one: 10 s, 20 s, 40 s … 320 s."""
    return conf().hint_patience_s << min(hints, MOST_DOUBLINGS)
