import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("personal", "0001_copies"),
    ]

    dependencies = [
        ("candidates", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "En préparation"), ("ready", "Prête")],
                        default="asked",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                (
                    "asked_kind",
                    models.CharField(max_length=20, verbose_name="qualité de qui l'a demandée"),
                ),
                ("asked_name", models.CharField(max_length=255, verbose_name="demandée par")),
                ("ready_at", models.DateTimeField(blank=True, null=True, verbose_name="prête le")),
                (
                    "taken_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="prise pour la première fois le"
                    ),
                ),
                (
                    "content",
                    models.BinaryField(default=bytes, verbose_name="données et page, ensemble"),
                ),
                (
                    "candidate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_copy",
                        to="candidates.candidate",
                        verbose_name="candidat",
                    ),
                ),
            ],
            options={
                "verbose_name": "copie de données personnelles",
                "verbose_name_plural": "copies de données personnelles",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ready_at__isnull", False),
                                ("state", "ready"),
                                models.Q(("content", b""), _negated=True),
                            ),
                            models.Q(("content", b""), ("ready_at", None), ("state", "asked")),
                            _connector="OR",
                        ),
                        name="a_copy_that_is_ready_has_its_content",
                    )
                ],
            },
        ),
    ]
