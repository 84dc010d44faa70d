"""``manage.py ensure_bucket``: the bucket, its CORS and its life-cycle rules."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mediadock.uploads.conf import conf
from mediadock.uploads.store import object_store


class Command(BaseCommand):
    """Make the bucket ready for browsers of the allowed origins."""

    help = "Create the bucket if it is not there and set its CORS and life-cycle rules."

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Once, or again without harm."""
        origins = settings.MEDIADOCK_AUTH.get("allowed_origins") or (conf().public_origin,)
        object_store().ensure_bucket(cors_origins=origins)
