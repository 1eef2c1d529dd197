import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("statistics", "0001_archived_figures"),
        ("statistics", "0002_hours_and_verdicts"),
        ("statistics", "0003_delays_of_requests"),
    ]

    dependencies = [
        ("exams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedCount",
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
                            ("day", "Jour de l'enregistrement"),
                            ("choice", "Examen et spécialité"),
                            ("category", "Catégorie du candidat"),
                            ("state", "État à l'archivage"),
                            ("hour", "Heure de l'enregistrement"),
                            ("verdict", "Jour d'un verdict sur une pièce"),
                            ("delay", "Délai d'un verdict, par examen"),
                            ("piece", "Délai d'un verdict, par pièce"),
                            ("refusal", "Motif d'un refus de pièce"),
                            ("step_day", "Jour d'une étape d'une demande d'aménagement"),
                            ("step", "Délai d'une étape d'une demande d'aménagement"),
                            ("request", "Délai d'une demande d'aménagement, par examen"),
                        ],
                        max_length=10,
                        verbose_name="ce qui est compté",
                    ),
                ),
                ("day", models.DateField(blank=True, null=True, verbose_name="jour")),
                (
                    "value",
                    models.CharField(blank=True, max_length=200, verbose_name="ce qui est commun"),
                ),
                ("count", models.PositiveIntegerField(verbose_name="combien")),
                (
                    "exam",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.exam",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.registrationservice",
                    ),
                ),
                (
                    "speciality",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.speciality",
                    ),
                ),
            ],
            options={
                "verbose_name": "chiffre gardé",
                "verbose_name_plural": "chiffres gardés",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "kind", "day", "exam", "speciality", "value"),
                        name="an_archived_figure_is_counted_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("day__isnull", False),
                                ("exam", None),
                                ("kind", "day"),
                                ("speciality", None),
                                ("value", ""),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam__isnull", False),
                                ("kind", "choice"),
                                ("value", ""),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam__isnull", False),
                                ("kind", "category"),
                                ("speciality", None),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam", None),
                                ("kind", "state"),
                                ("speciality", None),
                                models.Q(("value", ""), _negated=True),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam", None),
                                ("kind", "hour"),
                                ("speciality", None),
                                models.Q(("value", ""), _negated=True),
                            ),
                            models.Q(
                                ("day__isnull", False),
                                ("exam", None),
                                ("kind", "verdict"),
                                ("speciality", None),
                                ("value", ""),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam__isnull", False),
                                ("kind", "delay"),
                                ("speciality", None),
                                models.Q(("value", ""), _negated=True),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam", None),
                                ("kind", "piece"),
                                ("speciality", None),
                                models.Q(("value", ""), _negated=True),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam", None),
                                ("kind", "refusal"),
                                ("speciality", None),
                            ),
                            models.Q(
                                ("day__isnull", False),
                                ("exam", None),
                                ("kind", "step_day"),
                                ("speciality", None),
                                ("value", ""),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam", None),
                                ("kind", "step"),
                                ("speciality", None),
                                models.Q(("value", ""), _negated=True),
                            ),
                            models.Q(
                                ("day", None),
                                ("exam__isnull", False),
                                ("kind", "request"),
                                ("speciality", None),
                                models.Q(("value", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_archived_figure_crosses_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1)),
                        name="an_archived_figure_counts_somebody",
                    ),
                ],
            },
        ),
    ]
