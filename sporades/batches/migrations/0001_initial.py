import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("batches", "0001_batches"),
        ("batches", "0002_what_it_fills"),
        ("batches", "0003_approved_messages"),
        ("batches", "0004_about_a_piece"),
        ("batches", "0005_accommodations_of_many"),
        ("batches", "0006_what_was_decided"),
        ("batches", "0007_two_presses_one_batch"),
        ("batches", "0008_criteria_in_words"),
        ("batches", "0009_health"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
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
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("validate", "validate"),
                            ("reopen", "reopen"),
                            ("flag", "flag"),
                            ("clear", "clear"),
                            ("set_aside", "set_aside"),
                            ("restore", "restore"),
                            ("declare-incomplete", "declare-incomplete"),
                            ("accept-piece", "accept-piece"),
                            ("waive-piece", "waive-piece"),
                            ("refuse-piece", "refuse-piece"),
                            ("follow-opinion", "follow-opinion"),
                            ("notify-accommodation", "notify-accommodation"),
                            ("prepare-attestation-inscription", "prepare-attestation-inscription"),
                            ("write", "write"),
                        ],
                        max_length=60,
                        verbose_name="action",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                ("piece", models.CharField(blank=True, max_length=40, verbose_name="pièce")),
                (
                    "sought",
                    models.TextField(
                        blank=True, db_default="", default="", verbose_name="critères, en mots"
                    ),
                ),
                (
                    "is_of_health",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="trouvées par un critère de santé",
                    ),
                ),
                ("about", models.UUIDField(blank=True, null=True, verbose_name="ce qu'il remplit")),
                ("total", models.PositiveIntegerField(verbose_name="lignes")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "À vérifier"),
                            ("proposed", "En attente d'approbation"),
                            ("running", "En cours"),
                            ("stopped", "Arrêté"),
                            ("done", "Terminé"),
                            ("refused", "Refusé"),
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
                    "launched_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lancé ou proposé le"),
                ),
                (
                    "decided_name",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="approuvé ou refusé par"
                    ),
                ),
                (
                    "moved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="dernière avancée le"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="terminé le"),
                ),
                (
                    "sending",
                    models.UUIDField(blank=True, editable=False, null=True, verbose_name="envoi"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batches",
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
                "verbose_name": "lot",
                "indexes": [
                    models.Index(fields=["asked_by", "-asked_at"], name="batch_by_author"),
                    models.Index(
                        condition=models.Q(("state", "running")),
                        fields=["moved_at"],
                        name="batch_under_way",
                    ),
                    models.Index(
                        condition=models.Q(("state", "proposed")),
                        fields=["asked_at"],
                        name="batch_proposed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_batch_that_is_done_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_approves_their_own_batch",
                    ),
                    models.UniqueConstraint(
                        fields=("asked_by", "sending"), name="two_presses_prepare_one_batch"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "En attente"),
                            ("done", "Faite"),
                            ("refused", "Refusée"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="résultat",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="refus")),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=120,
                        verbose_name="ce qui en était décidé",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="batches.batch",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batch_lines",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne d'un lot",
                "indexes": [
                    models.Index(fields=["batch", "outcome", "id"], name="batch_line_by_outcome")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "registration"), name="a_registration_is_once_in_a_batch"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "refused"), models.Q(("why", ""), _negated=True)),
                            models.Q(models.Q(("outcome", "refused"), _negated=True), ("why", "")),
                            _connector="OR",
                        ),
                        name="a_refused_line_says_why",
                    ),
                ],
            },
        ),
    ]
