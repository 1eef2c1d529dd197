import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("trials", "0001_trials"),
        ("trials", "0002_losses"),
        ("trials", "0003_against"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("exams", "0001_initial"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
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
                ("total", models.PositiveIntegerField(verbose_name="inscriptions à juger")),
                (
                    "done",
                    models.PositiveIntegerField(default=0, verbose_name="inscriptions jugées"),
                ),
                (
                    "position",
                    models.BigIntegerField(default=0, verbose_name="dernière inscription jugée"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "En cours"),
                            ("stopped", "Arrêté"),
                            ("done", "Terminé"),
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
                ("moved_at", models.DateTimeField(verbose_name="dernière avancée le")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="terminé le"),
                ),
                (
                    "against",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.regulation",
                        verbose_name="version en vigueur quand il a été demandé",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="exams.preparedregulation",
                        verbose_name="réglementation",
                    ),
                ),
            ],
            options={
                "verbose_name": "essai à blanc",
                "verbose_name_plural": "essais à blanc",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "running")),
                        fields=["moved_at"],
                        name="trial_under_way",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")),
                        fields=("prepared", "asked_by"),
                        name="a_file_is_tried_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_trial_that_is_done_has_its_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrialRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("academy", models.CharField(max_length=3, verbose_name="académie")),
                ("section", models.CharField(blank=True, max_length=80, verbose_name="onglet")),
                ("label", models.CharField(blank=True, max_length=410, verbose_name="question")),
                ("message", models.TextField(verbose_name="ce qui serait répondu")),
                ("is_new", models.BooleanField(default=True, verbose_name="par ce fichier")),
                (
                    "is_loss",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="perdu, l'inscription étant acceptée",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trial_refusals",
                        to="registrations.registration",
                        verbose_name="inscription",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.session",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refusals",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "verbose_name": "refus d'un essai à blanc",
                "verbose_name_plural": "refus d'un essai à blanc",
                "indexes": [
                    models.Index(fields=["trial", "academy", "id"], name="trial_refusal_by_academy")
                ],
            },
        ),
        migrations.CreateModel(
            name="TrialTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("academy", models.CharField(max_length=3, verbose_name="académie")),
                ("accepted", models.PositiveIntegerField(default=0, verbose_name="acceptées")),
                (
                    "losing",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        verbose_name="acceptées, qui perdraient quelque chose",
                    ),
                ),
                ("refused", models.PositiveIntegerField(default=0, verbose_name="refusées")),
                (
                    "refused_anyway",
                    models.PositiveIntegerField(default=0, verbose_name="refusées déjà en vigueur"),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.session",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "verbose_name": "décompte d'un essai à blanc",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trial", "session", "academy"),
                        name="a_trial_counts_an_academy_once",
                    )
                ],
            },
        ),
    ]
