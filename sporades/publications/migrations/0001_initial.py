import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("publications", "0001_publications"),
        ("publications", "0002_who_proposes_and_why_it_is_refused"),
        ("publications", "0003_those_that_are_proposed"),
        ("publications", "0004_nobody_approves_their_own"),
        ("publications", "0005_who_decided"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("documents", "0001_initial"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
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
                ("kind", models.SlugField(max_length=40, verbose_name="nature")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "En préparation"),
                            ("proposed", "À approuver"),
                            ("published", "Publiée"),
                            ("withdrawn", "Retirée"),
                            ("dropped", "Abandonnée"),
                        ],
                        default="preparing",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("zone", models.CharField(max_length=40, verbose_name="fuseau horaire")),
                (
                    "archive_key",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="fichiers déposés, à lire"
                    ),
                ),
                ("moved_at", models.DateTimeField(verbose_name="dernière avancée le")),
                (
                    "publish_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="à publier le"),
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
                    "proposed_name",
                    models.CharField(blank=True, max_length=255, verbose_name="proposé par"),
                ),
                (
                    "concerns",
                    models.JSONField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="périmètre des documents proposés",
                    ),
                ),
                (
                    "refused_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="proposition refusée le"
                    ),
                ),
                (
                    "refused_name",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="proposition refusée par"
                    ),
                ),
                (
                    "refusal",
                    models.CharField(blank=True, max_length=300, verbose_name="motif du refus"),
                ),
                (
                    "why",
                    models.CharField(blank=True, max_length=300, verbose_name="motif du retrait"),
                ),
                (
                    "taken_by",
                    models.CharField(blank=True, max_length=120, verbose_name="décision prise par"),
                ),
                (
                    "taken_as",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="qualité de l'auteur"
                    ),
                ),
                (
                    "appeal",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="voies et délais de recours"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "publication",
                "indexes": [
                    models.Index(fields=["-asked_at"], name="publication_by_age"),
                    models.Index(
                        condition=models.Q(("archive_key", ""), _negated=True),
                        fields=["moved_at"],
                        name="publication_to_fill",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_as", ""), ("taken_by", "")),
                            models.Q(
                                models.Q(("taken_by", ""), _negated=True),
                                models.Q(("taken_as", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_author_of_a_decision_has_a_quality",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "proposed"), _negated=True),
                            models.Q(("concerns__isnull", False), ("proposed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_is_proposed_says_by_whom_and_whom_it_concerns",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed_by", None),
                            ("decided_by", None),
                            models.Q(
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="nobody_approves_what_they_began_or_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refusal", ""), ("refused_at", None), ("refused_name", "")),
                            models.Q(
                                ("refused_at__isnull", False),
                                models.Q(("refused_name", ""), _negated=True),
                                models.Q(("refusal", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_proposal_that_is_refused_says_when_by_whom_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("published", "withdrawn")), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("publish_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_published_has_its_instant_and_who_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), models.Q(("why", ""), _negated=True)),
                            models.Q(models.Q(("state", "withdrawn"), _negated=True), ("why", "")),
                            _connector="OR",
                        ),
                        name="a_withdrawn_publication_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicationLine",
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
                        max_length=40, verbose_name="numéro d'inscription, tel qu'il est dit"
                    ),
                ),
                (
                    "file_name",
                    models.CharField(blank=True, max_length=200, verbose_name="fichier déposé"),
                ),
                (
                    "of_version",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="version de l'inscription"
                    ),
                ),
                (
                    "prepared_by",
                    models.CharField(blank=True, max_length=40, verbose_name="préparé par"),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "En attente"),
                            ("prepared", "Préparé"),
                            ("published", "Publié"),
                            ("refused", "Refusé"),
                            ("withdrawn", "Retiré"),
                        ],
                        max_length=10,
                        verbose_name="résultat",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="motif")),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="annoncé le")),
                (
                    "withdrawal_told_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="retrait annoncé le"),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="publications.publication",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publication_lines",
                        to="registrations.registration",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="publication_line",
                        to="documents.documentversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne d'une publication",
                "indexes": [
                    models.Index(
                        fields=["publication", "outcome", "id"], name="publication_by_outcome"
                    ),
                    models.Index(
                        condition=models.Q(("outcome", "published"), ("told_at", None)),
                        fields=["publication", "id"],
                        name="publication_line_to_tell",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "refused"), _negated=True),
                        fields=("publication", "registration"),
                        name="a_registration_is_once_in_a_publication",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome__in", ("refused", "withdrawn")),
                                models.Q(("why", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("outcome__in", ("refused", "withdrawn")), _negated=True),
                                ("why", ""),
                            ),
                            _connector="OR",
                        ),
                        name="a_line_that_was_refused_or_withdrawn_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "published"), _negated=True),
                            ("registration__isnull", False),
                            _connector="OR",
                        ),
                        name="a_published_line_has_its_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawal_told_at", None), ("outcome", "withdrawn"), _connector="OR"
                        ),
                        name="only_a_line_that_was_told_has_its_withdrawal_told",
                    ),
                ],
            },
        ),
    ]
