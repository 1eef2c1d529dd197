"""Who a person is, and the candidates that they are."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("candidates", "0001_candidates"),
        ("candidates", "0002_name_keys"),
        ("candidates", "0003_sort_by_first_names"),
        ("candidates", "0004_merged"),
        ("candidates", "0005_records"),
        ("candidates", "0006_claim_codes"),
        ("candidates", "0007_code_contact"),
        ("candidates", "0008_keys_without_unseen_signs"),
        ("candidates", "0009_by_likeness"),
        ("candidates", "0010_telephones"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("territory", "0001_initial"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            "CREATE SEQUENCE candidates_number START 1000000",
            "DROP SEQUENCE candidates_number",
        ),
        migrations.CreateModel(
            name="Candidate",
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
                        blank=True,
                        max_length=12,
                        null=True,
                        unique=True,
                        verbose_name="numéro candidat",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse électronique"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("mail", "Mail"), ("letter", "Courrier postal")],
                        default="mail",
                        max_length=6,
                        verbose_name="canal",
                    ),
                ),
                (
                    "address_1",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 1"),
                ),
                (
                    "address_2",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 2"),
                ),
                (
                    "address_3",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 3"),
                ),
                (
                    "address_4",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 4"),
                ),
                (
                    "postcode",
                    models.CharField(blank=True, max_length=10, verbose_name="code postal"),
                ),
                ("town", models.CharField(blank=True, max_length=80, verbose_name="commune")),
                ("country", models.CharField(blank=True, max_length=5, verbose_name="pays")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="figé le")),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
                (
                    "merged_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="fusionné le"),
                ),
                (
                    "academy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.academy",
                        verbose_name="académie qui a fait la fiche",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged",
                        to="candidates.candidate",
                        verbose_name="fusionné avec",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="candidate",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
            ],
            options={
                "verbose_name": "candidat",
            },
        ),
        migrations.CreateModel(
            name="ClaimCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        db_collation="C", max_length=64, unique=True, verbose_name="empreinte"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="donné le")),
                ("made_name", models.CharField(max_length=120, verbose_name="donné par")),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse mail quand il fut donné"
                    ),
                ),
                (
                    "envelope",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=220),
                        blank=True,
                        default=list,
                        verbose_name="adresse postale quand il fut donné",
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="valable jusqu'au")),
                (
                    "failures",
                    models.PositiveSmallIntegerField(default=0, verbose_name="essais manqués"),
                ),
                (
                    "candidate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claim_code",
                        to="candidates.candidate",
                        verbose_name="fiche",
                    ),
                ),
                (
                    "taken_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claim_code",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte qui attend son activation",
                    ),
                ),
            ],
            options={
                "verbose_name": "code de rattachement",
                "verbose_name_plural": "codes de rattachement",
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "civility",
                    models.CharField(
                        choices=[("mme", "Madame"), ("m", "Monsieur")],
                        max_length=3,
                        verbose_name="civilité",
                    ),
                ),
                ("birth_name", models.CharField(max_length=100, verbose_name="nom de famille")),
                (
                    "usage_name",
                    models.CharField(blank=True, max_length=100, verbose_name="nom d'usage"),
                ),
                (
                    "first_names",
                    models.CharField(blank=True, max_length=100, verbose_name="prénoms"),
                ),
                ("birth_year", models.PositiveSmallIntegerField(verbose_name="année de naissance")),
                (
                    "birth_month",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="mois de naissance"
                    ),
                ),
                (
                    "birth_day",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="jour de naissance"
                    ),
                ),
                ("birth_country", models.CharField(max_length=5, verbose_name="pays de naissance")),
                (
                    "birth_department",
                    models.CharField(
                        blank=True, max_length=3, verbose_name="département de naissance"
                    ),
                ),
                (
                    "birth_commune",
                    models.CharField(blank=True, max_length=5, verbose_name="commune de naissance"),
                ),
                ("birth_place", models.CharField(max_length=120, verbose_name="lieu de naissance")),
                ("nationality", models.CharField(max_length=5, verbose_name="nationalité")),
                ("name_key", models.TextField(db_collation="C", verbose_name="clé de recherche")),
                (
                    "birth_name_key",
                    models.TextField(db_collation="C", verbose_name="clé du nom de famille"),
                ),
                (
                    "usage_name_key",
                    models.TextField(
                        blank=True, db_collation="C", verbose_name="clé du nom d'usage"
                    ),
                ),
                (
                    "first_names_key",
                    models.TextField(blank=True, db_collation="C", verbose_name="clé des prénoms"),
                ),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
            ],
            options={
                "verbose_name": "identité",
                "indexes": [
                    models.Index(
                        fields=["birth_year", "birth_month", "birth_day"], name="identity_by_birth"
                    ),
                    models.Index(fields=["birth_name_key"], name="identity_by_birth_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("name_key", name="gin_trgm_ops"),
                        name="identity_by_likeness",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_day__isnull", True),
                            ("birth_month__isnull", False),
                            _connector="OR",
                        ),
                        name="a_birth_day_has_its_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_month__isnull", True),
                            ("birth_month__range", (1, 12)),
                            _connector="OR",
                        ),
                        name="a_birth_month_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_day__isnull", True),
                            ("birth_day__range", (1, 31)),
                            _connector="OR",
                        ),
                        name="a_birth_day_is_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("birth_name", ""), _negated=True),
                        name="a_person_has_a_name",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="candidate",
            name="identity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="candidates.identity",
                verbose_name="identité",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(fields=["email"], name="candidate_by_address"),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True),
                fields=["phone"],
                name="candidate_by_telephone",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_at__isnull", True), ("merged_into__isnull", True)),
                    models.Q(("merged_at__isnull", False), ("merged_into__isnull", False)),
                    _connector="OR",
                ),
                name="a_merged_candidate_has_its_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("email", ""), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="a_merged_candidate_has_no_account_and_no_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                name="nobody_is_merged_into_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number__isnull", True), ("frozen_at__isnull", False), _connector="OR"
                ),
                name="a_numbered_candidate_is_frozen",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", "mail"), ("user__isnull", True), _connector="OR"),
                name="who_has_an_account_is_told_by_mail",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="identity",
            trigger=pgtrigger.compiler.Trigger(
                name="an_identity_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a4cd44b844f1f0ab17450fdf01a36db77480f921",
                    operation="UPDATE",
                    pgid="pgtrigger_an_identity_is_never_rewritten_ada2d",
                    table="candidates_identity",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="candidate",
            trigger=pgtrigger.compiler.Trigger(
                name="a_merged_candidate_leaves_nothing_behind",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."merged_into_id" IS NOT NULL)',
                    func="\nIF EXISTS (SELECT FROM registrations_registration WHERE candidate_id = NEW.id)\n    OR EXISTS (SELECT FROM registrations_draft WHERE candidate_id = NEW.id)\n    OR EXISTS (SELECT FROM registrations_correctionrequest WHERE candidate_id = NEW.id)\n    OR EXISTS (SELECT FROM candidates_candidate WHERE merged_into_id = NEW.id)\n    OR EXISTS (\n        SELECT FROM candidates_candidate WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL\n    )\nTHEN\n    RAISE EXCEPTION 'a_merged_candidate_leaves_nothing_behind' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="fff3adc6990b5ea0c9c6f664f0cb059ce329acd9",
                    operation='UPDATE OF "merged_into_id"',
                    pgid="pgtrigger_a_merged_candidate_leaves_nothing_behind_8f188",
                    table="candidates_candidate",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="candidate",
            trigger=pgtrigger.compiler.Trigger(
                name="a_merged_candidate_stays_so",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."merged_into_id" IS NOT NULL AND (NEW."merged_into_id" IS NULL OR OLD."identity_id" IS DISTINCT FROM (NEW."identity_id") OR OLD."number" IS DISTINCT FROM (NEW."number")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="22b1d34ed33d15630c9585150ee495e17c304fcb",
                    operation="UPDATE",
                    pgid="pgtrigger_a_merged_candidate_stays_so_4c039",
                    table="candidates_candidate",
                    when="BEFORE",
                ),
            ),
        ),
    ]
