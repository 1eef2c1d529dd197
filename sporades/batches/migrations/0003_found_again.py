"""A message says by which search it has found whom it is for, to ask it again before it leaves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0002_more_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="tree",
            field=models.JSONField(blank=True, null=True, verbose_name="arbre des critères"),
        ),
    ]
