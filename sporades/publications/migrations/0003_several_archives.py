"""A publication is deposited by several archives; each line says which one its file came in."""

from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [
        ("publications", "0002_by_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="archive_names",
            field=models.JSONField(
                db_default=Value([], models.JSONField()),
                default=list,
                editable=False,
                verbose_name="noms des archives déposées, dans leur ordre",
            ),
        ),
        migrations.AddField(
            model_name="publicationline",
            name="archive",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="archive d'où vient son fichier"
            ),
        ),
    ]
