from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "digest",
                    models.CharField(max_length=64, unique=True, verbose_name="empreinte du code"),
                ),
                (
                    "kind",
                    models.CharField(max_length=120, verbose_name="nature, telle qu'on la vérifie"),
                ),
                ("issuer", models.CharField(max_length=255, verbose_name="délivré par")),
                ("issued_on", models.DateField(verbose_name="délivré le")),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("stood", "délivré"),
                            ("replaced", "remplacé"),
                            ("withdrawn", "retiré"),
                            ("left", "d'une candidature qui n'était plus en cours"),
                        ],
                        max_length=10,
                        verbose_name="ce qu'il valait",
                    ),
                ),
            ],
            options={
                "verbose_name": "code d'un document archivé",
                "verbose_name_plural": "codes de documents archivés",
            },
        ),
    ]
