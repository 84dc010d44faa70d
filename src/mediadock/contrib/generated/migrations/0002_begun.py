"""Which images have begun to arrive: those whose asset's id is taken."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

_BEGUN = """
    UPDATE mediadock_generated_image AS image SET begun = true
     WHERE EXISTS (SELECT FROM mediadock_asset AS asset WHERE asset.id = image.media_id)
"""


class Migration(migrations.Migration):
    """What is there already has begun."""

    dependencies: ClassVar = [("mediadock_generated", "0001_initial"), ("mediadock_uploads", "0001_initial")]
    operations: ClassVar = [
        migrations.AddField("generatedimage", "begun", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(_BEGUN, migrations.RunSQL.noop),
    ]
