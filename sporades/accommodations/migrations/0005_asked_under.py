"""Keep with a request the version of the réglementation under which it was sent."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0004_accepted_by_silence"),
        ("exams", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="regulation",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="exams.regulation",
                verbose_name="version de la réglementation",
            ),
        ),
    ]
