import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("exchanges", "0001_exports"),
        ("exchanges", "0002_approved_and_pending"),
    ]

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("asked_name", models.CharField(max_length=255, verbose_name="demandé par")),
                ("asked_role", models.CharField(max_length=20, verbose_name="en qualité de")),
                ("perimeters", models.JSONField(verbose_name="périmètre au moment de la demande")),
                ("asked_at", models.DateTimeField(verbose_name="demandé le")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tree", models.JSONField(verbose_name="arbre des critères")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        default=list,
                        verbose_name="colonnes",
                    ),
                ),
                ("order", models.CharField(max_length=30, verbose_name="tri")),
                (
                    "form",
                    models.CharField(
                        choices=[("csv", "csv"), ("xlsx", "xlsx"), ("ods", "ods")],
                        max_length=4,
                        verbose_name="format",
                    ),
                ),
                ("purpose", models.CharField(max_length=300, verbose_name="motif")),
                ("total", models.PositiveIntegerField(verbose_name="lignes à écrire")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="lignes écrites")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "En attente d'approbation"),
                            ("waiting", "En attente de préparation"),
                            ("running", "En préparation"),
                            ("ready", "Prêt"),
                            ("refused", "Refusé"),
                            ("stopped", "Arrêté"),
                            ("forgotten", "Effacé"),
                        ],
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="pourquoi il s'est arrêté"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="décidé le"),
                ),
                (
                    "decided_name",
                    models.CharField(blank=True, max_length=255, verbose_name="décidé par"),
                ),
                (
                    "approved_total",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="lignes approuvées"
                    ),
                ),
                (
                    "begun_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="commencé le"),
                ),
                ("ready_at", models.DateTimeField(blank=True, null=True, verbose_name="prêt le")),
                ("file_key", models.CharField(blank=True, max_length=100, verbose_name="fichier")),
                (
                    "pending_key",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="fichier en cours d'écriture"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "indexes": [
                    models.Index(fields=["asked_by", "-asked_at"], name="export_by_author"),
                    models.Index(fields=["state", "asked_at"], name="export_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "ready"),
                                models.Q(("file_key", ""), _negated=True),
                                ("ready_at__isnull", False),
                            ),
                            models.Q(models.Q(("state", "ready"), _negated=True), ("file_key", "")),
                            _connector="OR",
                        ),
                        name="an_export_that_is_ready_has_its_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("total__lte", 5000),
                            models.Q(("state__in", ["running", "ready"]), _negated=True),
                            models.Q(("decided_name", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_large_export_is_approved_before_it_is_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_approves_their_own_export",
                    ),
                ],
            },
        ),
    ]
