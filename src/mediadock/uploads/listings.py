"""How far a listing of the store has got that goes on from round to round, whoever makes the next one.

Two sweepers at once read the same place, list the same page and leave the same place behind; what is done with a page
can be done twice. This module alone writes the rows.
"""

from __future__ import annotations

from django.db import connection

from mediadock.uploads.crashpoints import one_statement
from mediadock.uploads.models import Listing


def reached(prefix: str) -> str:
    """The key behind which the next page of ``prefix`` begins; empty for its beginning."""
    return Listing.objects.filter(pk=prefix).values_list("after", flat=True).first() or ""


def note(prefix: str, after: str) -> None:
    """The next page begins behind this key; with an empty one the listing begins anew."""
    with one_statement("listed"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mediadock_listing AS listing (prefix, after) VALUES (%s, %s)"
            " ON CONFLICT (prefix) DO UPDATE SET after = EXCLUDED.after WHERE listing.after <> EXCLUDED.after",
            [prefix, after],
        )
