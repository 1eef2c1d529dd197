import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("doubles", "0001_likely_doubles"),
    ]

    dependencies = [
        ("candidates", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LikelyDouble",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reasons", models.JSONField(default=list, verbose_name="ce qui les rapproche")),
                ("doubts", models.JSONField(default=list, verbose_name="ce qui les distingue")),
                ("is_strong", models.BooleanField(default=False, verbose_name="très ressemblants")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "À comparer"),
                            ("proposed", "Fusion proposée"),
                            ("merged", "Fusionnés"),
                            ("told_apart", "Deux personnes"),
                            ("lapsed", "Sans objet"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("found_at", models.DateTimeField(verbose_name="trouvé le")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                (
                    "proposed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="proposé le"),
                ),
                (
                    "proposed_by",
                    models.CharField(blank=True, max_length=255, verbose_name="proposé par"),
                ),
                (
                    "proposed_by_id",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="compte de qui propose"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="décidé le"),
                ),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=255, verbose_name="décidé par"),
                ),
                (
                    "decided_by_id",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="compte de qui décide"
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=500, verbose_name="motif du refus"),
                ),
                (
                    "left",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="ce qu'était le dossier fusionné"
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="candidates.candidate",
                        verbose_name="le plus ancien",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="candidates.candidate",
                        verbose_name="dossier gardé",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="candidates.candidate",
                        verbose_name="le plus récent",
                    ),
                ),
            ],
            options={
                "verbose_name": "doublon probable",
                "verbose_name_plural": "doublons probables",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "proposed"))),
                        fields=["found_at", "id"],
                        name="double_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("first", "second"), name="two_candidates_are_compared_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="a_double_names_the_older_candidate_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ("proposed", "merged")),
                                models.Q(
                                    ("kept", models.F("first")),
                                    ("kept", models.F("second")),
                                    _connector="OR",
                                ),
                                models.Q(("proposed_by_id", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ("proposed", "merged")), _negated=True),
                                ("kept", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_merge_says_which_of_the_two_is_kept",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "merged"), _negated=True),
                            models.Q(("decided_by_id", models.F("proposed_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_approves_their_own_merge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("merged", "told_apart")), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_decided_double_says_who_and_when",
                    ),
                ],
            },
        ),
    ]
