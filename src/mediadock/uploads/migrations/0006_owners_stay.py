"""Users with assets are not deleted. Django alone acts on it: the database is not changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mediadock_uploads", "0005_listing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mediaasset",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
