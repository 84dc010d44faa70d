"""The records of the engine. Nothing outside ``lifecycle`` and ``services/prepare`` writes an asset's state.

``Stream`` and ``Event`` are each user's numbered facts: ``seq`` is counted per user, without gaps, under the lock
of the user's ``Stream`` row, so the order of commits is the order of ``seq`` and ``seq > cursor`` never misses one.
``Ledger`` counts what is limited, under the same kind of lock. ``Outbox`` holds what must be told or done after
commit. ``Heartbeat`` says who is alive, ``Listing`` how far the sweeper has got with what it lists piece by piece.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from mediadock.core.filetypes import Kind
from mediadock.core.states import State


class MediaAsset(models.Model):
    """One original and all that became of it. Sizes are bytes, ``duration`` is seconds.

    ``audience`` are the users who may see it and are told of it, the owner among them. ``link_kind`` and
    ``link_id`` name what it hangs on, which the engine does not know further. ``due_at`` is from
    when a worker may take it.
    """

    # PROTECT: a cascade knows no store, and would leave all objects of a user there who goes before the files do
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in Kind])
    audience: models.Field[list[int], list[int]] = ArrayField(models.BigIntegerField())
    link_kind = models.CharField(max_length=32, null=True)
    link_id = models.BigIntegerField(null=True)

    file_name = models.TextField()
    declared_type = models.CharField(max_length=127)
    detected_type = models.CharField(max_length=127, null=True)
    size_bytes = models.BigIntegerField()
    checksum_sha256 = models.CharField(max_length=44, null=True)

    object_key = models.TextField(unique=True)
    upload_id = models.TextField(null=True)
    part_size_bytes = models.BigIntegerField(null=True)
    num_parts = models.IntegerField(null=True)
    etag = models.TextField(null=True)

    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in State])
    attempt = models.SmallIntegerField(default=0, db_default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    hints = models.SmallIntegerField(default=0, db_default=0)
    hinted_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())

    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    duration = models.FloatField(null=True)
    waveform = models.JSONField(null=True)
    pages = models.IntegerField(null=True)
    placeholder = models.TextField(null=True)
    sha256 = models.CharField(max_length=64, null=True)
    variants = models.JSONField(default=dict, db_default={})
    error_code = models.CharField(max_length=64, null=True)
    error_reason = models.TextField(null=True)

    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_asset"
        verbose_name = "asset"
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="mediadock_asset_owner"),
            models.Index(fields=["link_kind", "link_id"], name="mediadock_asset_link"),
            models.Index(
                fields=["state", "updated_at"],
                name="mediadock_asset_unsettled",
                condition=models.Q(state__in=["pending", "uploaded", "processing"]),
            ),
            models.Index(
                fields=["kind", "owner", "due_at", "id"],
                name="mediadock_asset_waiting",
                condition=models.Q(state="uploaded") | models.Q(state="processing", lease_token__isnull=True),
            ),
            models.Index(
                fields=["kind", "owner"], name="mediadock_asset_held", condition=models.Q(lease_token__isnull=False)
            ),
            models.Index(
                fields=["upload_id"], name="mediadock_asset_upload", condition=models.Q(upload_id__isnull=False)
            ),
            models.Index(
                fields=["state", "-id"],
                name="mediadock_asset_ended_badly",
                condition=models.Q(state__in=["failed", "rejected", "aborted", "expired"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class Ledger(models.Model):
    """What a user has in flight and in store; the row's lock makes counting and limiting one step.

    ``served_at`` is when a worker last took one of the user's assets.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    pending_count = models.IntegerField()
    used_bytes = models.BigIntegerField()
    served_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mediadock_ledger"
        verbose_name_plural = "storage"
        indexes: ClassVar = [
            models.Index(
                fields=["served_at"], name="mediadock_ledger_served", condition=models.Q(served_at__isnull=False)
            )
        ]


class Stream(models.Model):
    """The last ``seq`` given to an event of this user."""

    user_id = models.BigIntegerField(primary_key=True)
    last_seq = models.BigIntegerField()

    class Meta:
        db_table = "mediadock_stream"


class Event(models.Model):
    """A fact that one user is told. ``data`` holds keys where the wire has URLs; ``snapshot.render`` fills them in."""

    user_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    type = models.CharField(max_length=32)
    asset_id = models.BigIntegerField(null=True)
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_event"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user_id", "seq"], name="mediadock_event_once")]
        indexes: ClassVar = [
            models.Index(fields=["asset_id"], name="mediadock_event_asset", condition=models.Q(asset_id__isnull=False))
        ]


class Outbox(models.Model):
    """Something that must be told or done after commit, at least once."""

    topic = models.CharField(max_length=16)
    payload = models.JSONField()
    attempts = models.SmallIntegerField(default=0, db_default=0)
    available_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_outbox"
        verbose_name = "outbox row"
        indexes: ClassVar = [models.Index(fields=["topic", "available_at"], name="mediadock_outbox_due")]


class Listing(models.Model):
    """How far the store has been listed below a prefix; ``listings`` is the only writer."""

    prefix = models.TextField(primary_key=True)
    after = models.TextField()

    class Meta:
        db_table = "mediadock_listing"


class Heartbeat(models.Model):
    """When something of this name last happened; ``heartbeats`` is the only writer."""

    name = models.CharField(max_length=64, primary_key=True)
    beaten_at = models.DateTimeField()

    class Meta:
        db_table = "mediadock_heartbeat"
        verbose_name_plural = "queues and heartbeats"
