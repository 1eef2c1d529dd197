"""Archives in a schema apart: the role that serves pages is given nothing of it (docs/operations.md)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("retention", "0001_archives"),
        ("retention", "0002_holds_in_reach"),
    ]

    dependencies = []

    operations = [
        migrations.RunSQL("CREATE SCHEMA archives", "DROP SCHEMA archives"),
        migrations.CreateModel(
            name="LeavingFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120, verbose_name="fichier")),
            ],
            options={
                "verbose_name": "fichier à effacer",
                "verbose_name_plural": "fichiers à effacer",
                "db_table": 'archives"."leaving_file',
            },
        ),
        migrations.CreateModel(
            name="Archive",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        max_length=14, unique=True, verbose_name="numéro d'inscription"
                    ),
                ),
                ("academy", models.CharField(max_length=3, verbose_name="académie")),
                ("counts_from", models.DateField(verbose_name="sa durée compte à partir du")),
                ("archived_at", models.DateTimeField(verbose_name="archivée le")),
                ("facts", models.JSONField(verbose_name="ce qu'elle était, sans nommer personne")),
                (
                    "content",
                    models.JSONField(
                        default=list, verbose_name="ses lignes, telles qu'elles étaient"
                    ),
                ),
                ("files", models.JSONField(default=list, verbose_name="ses fichiers")),
            ],
            options={
                "verbose_name": "inscription archivée",
                "verbose_name_plural": "inscriptions archivées",
                "db_table": 'archives"."archive',
                "indexes": [models.Index(fields=["counts_from"], name="archive_by_age")],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        max_length=14, unique=True, verbose_name="numéro d'inscription"
                    ),
                ),
                ("academy", models.CharField(max_length=3, verbose_name="académie")),
                ("domain", models.CharField(blank=True, max_length=20, verbose_name="domaine")),
                ("reason", models.CharField(max_length=300, verbose_name="motif")),
                ("placed_at", models.DateTimeField(verbose_name="demandé le")),
                ("placed_by", models.CharField(max_length=255, verbose_name="demandé par")),
            ],
            options={
                "verbose_name": "gel",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="a_hold_says_why"
                    )
                ],
            },
        ),
    ]
