import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import sporades.notices.models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("notices", "0001_notices"),
        ("notices", "0002_only_reading"),
        ("notices", "0003_one_at_a_time"),
        ("notices", "0004_one_banner_stands"),
    ]

    dependencies = [
        ("exams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Banner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("info", "Information"),
                            ("warning", "À savoir"),
                            ("alert", "Alerte"),
                        ],
                        default="info",
                        max_length=10,
                        verbose_name="importance",
                    ),
                ),
                ("message", models.CharField(max_length=300, verbose_name="message")),
                ("starts_at", models.DateTimeField(verbose_name="affiché à partir du")),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="affiché jusqu'au"),
                ),
                (
                    "stops_writing",
                    models.BooleanField(
                        default=False, verbose_name="met le service en lecture seule"
                    ),
                ),
            ],
            options={
                "verbose_name": "bandeau",
                "verbose_name_plural": "bandeaux",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("ends_at__gte", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="a_banner_ends_after_it_starts",
                        violation_error_message="Un bandeau finit après avoir commencé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("message", ""), _negated=True),
                        name="a_banner_says_something",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (sporades.notices.models.Stands("starts_at", "ends_at"), "&&")
                        ],
                        name="one_banner_stands_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("asked_at", models.DateTimeField(verbose_name="demandé le")),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmé le"),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="prévenu le")),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="exams.registrationservice",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "alerte d'ouverture",
                "verbose_name_plural": "alertes d'ouverture",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("confirmed_at__isnull", False), ("told_at__isnull", True)
                        ),
                        fields=["service"],
                        name="alert_to_tell",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "email"), name="an_address_is_told_once_of_an_opening"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("told_at__isnull", True),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="only_who_confirmed_is_told",
                    ),
                ],
            },
        ),
    ]
