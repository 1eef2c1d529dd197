import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("exams", "0001_exams"),
        ("exams", "0002_service_changes"),
        ("exams", "0003_prepared_regulations"),
        ("exams", "0004_refused_change_says_why"),
        ("exams", "0005_extended_together"),
        ("exams", "0006_who_loaded_it"),
    ]

    dependencies = [
        ("territory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Domain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
                (
                    "rubric",
                    models.CharField(
                        choices=[("Examens", "Examens"), ("Concours", "Concours")],
                        max_length=10,
                        verbose_name="rubrique",
                    ),
                ),
            ],
            options={
                "verbose_name": "domaine",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rubric__in", ["Examens", "Concours"])),
                        name="domain_is_in_a_rubric",
                        violation_error_message="Un domaine est d'une rubrique connue.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Regulation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="numéro de version")),
                ("content", models.JSONField(verbose_name="contenu")),
                ("source", models.TextField(verbose_name="fichier tel qu'il a été chargé")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte du contenu")),
                ("loaded_at", models.DateTimeField(verbose_name="chargée le")),
                ("loaded_by", models.CharField(max_length=255, verbose_name="chargée par")),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regulations",
                        to="exams.domain",
                        verbose_name="domaine",
                    ),
                ),
            ],
            options={
                "verbose_name": "réglementation",
            },
        ),
        migrations.CreateModel(
            name="RegulationFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField(verbose_name="fichier tel qu'il a été chargé")),
                ("loaded_at", models.DateTimeField(verbose_name="chargé le")),
                ("loaded_by", models.CharField(max_length=255, verbose_name="chargé par")),
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="exams.regulation",
                        verbose_name="réglementation",
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier de réglementation",
                "verbose_name_plural": "fichiers de réglementation",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
                ("year", models.PositiveSmallIntegerField(verbose_name="année")),
            ],
            options={
                "verbose_name": "session",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 2000), ("year__lte", 2100)),
                        name="session_is_of_our_century",
                        violation_error_message="L'année d'une session est entre 2000 et 2100.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="regulation",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="regulations",
                to="exams.session",
                verbose_name="session",
            ),
        ),
        migrations.CreateModel(
            name="RegistrationService",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("grand_public", "Grand public"),
                            ("etablissements", "Établissements"),
                        ],
                        max_length=20,
                        verbose_name="public",
                    ),
                ),
                ("opens_at", models.DateTimeField(verbose_name="ouvre le")),
                ("closes_at", models.DateTimeField(verbose_name="ferme le")),
                ("zone", models.CharField(max_length=40, verbose_name="fuseau horaire")),
                ("website", models.URLField(blank=True, verbose_name="site de l'académie")),
                (
                    "moved_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="dates changées par la gestion le"
                    ),
                ),
                (
                    "academy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.academy",
                        verbose_name="académie",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="exams.domain",
                        verbose_name="domaine",
                    ),
                ),
                (
                    "managing_service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.managingservice",
                        verbose_name="service gestionnaire",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="exams.session",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "service d'inscription",
                "indexes": [models.Index(fields=["academy", "session"], name="service_by_academy")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("domain", "session", "academy", "audience"),
                        name="service_is_one_for_its_academy_and_audience",
                        violation_error_message="Ce service d'inscription existe déjà.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                        name="service_closes_after_it_opens",
                        violation_error_message="Un service ferme après avoir ouvert.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "opens_at",
                                models.Func(
                                    models.Value("minute"),
                                    models.F("opens_at"),
                                    function="date_trunc",
                                ),
                            ),
                            (
                                "closes_at",
                                models.Func(
                                    models.Value("minute"),
                                    models.F("closes_at"),
                                    function="date_trunc",
                                ),
                            ),
                        ),
                        name="service_opens_and_closes_on_a_whole_minute",
                        violation_error_message="L'ouverture et la fermeture sont à la minute.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("zone", ""), _negated=True),
                        name="service_has_a_zone",
                        violation_error_message="Un service suit un fuseau horaire.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["grand_public", "etablissements"])),
                        name="service_has_a_known_audience",
                        violation_error_message="Un service a un public connu.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exam",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, verbose_name="code")),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
                (
                    "kind",
                    models.CharField(
                        choices=[("exam", "Examen"), ("competition", "Concours")],
                        max_length=11,
                        verbose_name="nature",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exams",
                        to="exams.domain",
                        verbose_name="domaine",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exams",
                        to="exams.session",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "examen",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("domain", "session", "code"),
                        name="exam_has_one_code_in_its_session",
                        violation_error_message="Cet examen existe déjà pour cette session.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["exam", "competition"])),
                        name="exam_is_an_exam_or_a_competition",
                        violation_error_message="C'est un examen ou un concours.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Speciality",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("label", models.CharField(max_length=410, verbose_name="libellé")),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="specialities",
                        to="exams.exam",
                        verbose_name="examen",
                    ),
                ),
            ],
            options={
                "verbose_name": "spécialité",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("exam", "code"),
                        name="speciality_has_one_code_in_its_exam",
                        violation_error_message="Cette spécialité existe déjà pour cet examen.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="exams.exam",
                        verbose_name="examen",
                    ),
                ),
            ],
            options={
                "verbose_name": "épreuve",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("exam", "code"),
                        name="paper_has_one_code_in_its_exam",
                        violation_error_message="Cette épreuve existe déjà pour cet examen.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreparedRegulation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain_code", models.CharField(max_length=16, verbose_name="code du domaine")),
                (
                    "session_code",
                    models.CharField(max_length=16, verbose_name="code de la session"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom du fichier")),
                ("source", models.TextField(verbose_name="fichier tel qu'il a été chargé")),
                ("content", models.JSONField(verbose_name="contenu")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte du contenu")),
                (
                    "file_digest",
                    models.CharField(max_length=64, verbose_name="empreinte du fichier"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Préparée"),
                            ("enforced", "Mise en vigueur"),
                            ("dropped", "Retirée"),
                        ],
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("loaded_at", models.DateTimeField(verbose_name="chargée le")),
                ("loaded_by", models.CharField(max_length=255, verbose_name="chargée par")),
                (
                    "loaded_by_id",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="compte de qui charge"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="décidée le"),
                ),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=255, verbose_name="décidée par"),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prepared",
                        to="exams.regulation",
                        verbose_name="version en vigueur qu'elle est devenue",
                    ),
                ),
            ],
            options={
                "verbose_name": "réglementation préparée",
                "verbose_name_plural": "réglementations préparées",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "prepared")),
                        fields=("domain_code", "session_code", "file_digest"),
                        name="a_file_is_prepared_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("regulation__isnull", False), ("state", "enforced")),
                            models.Q(
                                models.Q(("state", "enforced"), _negated=True),
                                ("regulation__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="an_enforced_file_has_its_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "prepared")),
                            models.Q(
                                models.Q(("state", "prepared"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_decided_file_has_its_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="ouvrait le")),
                ("closed_at", models.DateTimeField(verbose_name="fermait le")),
                ("opens_at", models.DateTimeField(verbose_name="ouvre le")),
                ("closes_at", models.DateTimeField(verbose_name="ferme le")),
                ("reason", models.CharField(max_length=300, verbose_name="motif")),
                ("needs_two", models.BooleanField(verbose_name="deux personnes")),
                (
                    "together",
                    models.UUIDField(
                        blank=True, editable=False, null=True, verbose_name="proposés ensemble"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "En attente d'approbation"),
                            ("applied", "Appliqué"),
                            ("refused", "Refusé"),
                            ("dropped", "Retiré"),
                        ],
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposé le")),
                ("proposed_by", models.CharField(max_length=255, verbose_name="proposé par")),
                (
                    "proposed_by_id",
                    models.CharField(max_length=60, verbose_name="compte de qui propose"),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=300, verbose_name="motif du refus"),
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
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="exams.registrationservice",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "changement de dates",
                "verbose_name_plural": "changements de dates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("together", "service"),
                        name="a_service_is_extended_once_with_others",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("service",),
                        name="a_service_has_one_proposed_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_decided_change_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "applied"), _negated=True),
                            ("needs_two", False),
                            models.Q(("decided_by_id", models.F("proposed_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_approves_what_they_propose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                        name="a_changed_service_closes_after_it_opens",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="regulation",
            constraint=models.UniqueConstraint(
                fields=("domain", "session", "number"),
                name="regulation_has_one_number_in_its_session",
                violation_error_message="Cette version existe déjà.",
            ),
        ),
        migrations.AddConstraint(
            model_name="regulation",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)),
                name="regulation_numbers_count_from_one",
                violation_error_message="Les versions se comptent à partir de 1.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preparedregulation",
            trigger=pgtrigger.compiler.Trigger(
                name="what_is_prepared_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."domain_code" IS DISTINCT FROM (NEW."domain_code") OR OLD."session_code" IS DISTINCT FROM (NEW."session_code") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."digest" IS DISTINCT FROM (NEW."digest"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c17806294a9835be22d4fd70ca1de594fd080303",
                    operation="UPDATE",
                    pgid="pgtrigger_what_is_prepared_is_never_rewritten_e32b3",
                    table="exams_preparedregulation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regulationfile",
            trigger=pgtrigger.compiler.Trigger(
                name="a_loaded_file_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3032a2bfacbec5ebe41108dc504a0c99792a020f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_a_loaded_file_never_changes_6aff2",
                    table="exams_regulationfile",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regulation",
            trigger=pgtrigger.compiler.Trigger(
                name="a_regulation_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9c50581eb626f9d5afb1c3c2588d4eb90e07cb3a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_a_regulation_never_changes_8bca9",
                    table="exams_regulation",
                    when="BEFORE",
                ),
            ),
        ),
    ]
