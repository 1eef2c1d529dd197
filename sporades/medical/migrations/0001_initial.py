import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("medical", "0001_medical"),
        ("medical", "0002_what_a_doctor_writes"),
        ("medical", "0003_openings_for_copies"),
        ("medical", "0004_papers_that_may_return"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PassingFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="fichier")),
                ("at", models.DateTimeField(verbose_name="depuis le")),
            ],
            options={
                "verbose_name": "fichier de santé sans papier",
                "verbose_name_plural": "fichiers de santé sans papier",
            },
        ),
        migrations.CreateModel(
            name="Compartment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "is_closed",
                    models.BooleanField(default=False, verbose_name="rien ne s'en retire plus"),
                ),
                (
                    "erase_after",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="à effacer après le"
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="effacé le"),
                ),
                (
                    "doctor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="compartments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="médecin en charge",
                    ),
                ),
                (
                    "registration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="compartment",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "compartiment médical",
                "verbose_name_plural": "compartiments médicaux",
            },
        ),
        migrations.CreateModel(
            name="OpinionDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("wrapped", models.BinaryField(verbose_name="clé, scellée")),
                (
                    "master",
                    models.CharField(
                        db_index=True, max_length=16, verbose_name="empreinte de la clé maîtresse"
                    ),
                ),
                ("sealed_text", models.BinaryField(verbose_name="saisie, scellée")),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="révision")),
                ("saved_at", models.DateTimeField(verbose_name="gardé le")),
                (
                    "compartment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinion_draft",
                        to="medical.compartment",
                    ),
                ),
            ],
            options={
                "verbose_name": "brouillon d'avis",
                "verbose_name_plural": "brouillons d'avis",
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reader_kind", models.CharField(max_length=20, verbose_name="qualité du lecteur")),
                ("reader_name", models.CharField(max_length=255, verbose_name="lecteur")),
                ("reader_id", models.CharField(max_length=60, verbose_name="compte du lecteur")),
                ("paper", models.UUIDField(blank=True, null=True, verbose_name="papier")),
                (
                    "kind",
                    models.CharField(blank=True, max_length=40, verbose_name="nature du papier"),
                ),
                (
                    "is_for_copy",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="dans une copie de ses données",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                (
                    "compartment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="openings",
                        to="medical.compartment",
                    ),
                ),
            ],
            options={
                "verbose_name": "ouverture du compartiment médical",
                "verbose_name_plural": "ouvertures du compartiment médical",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", ""), ("paper", None)),
                            models.Q(
                                ("paper__isnull", False), models.Q(("kind", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="an_opened_paper_has_its_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("wrapped", models.BinaryField(verbose_name="clé, scellée")),
                (
                    "master",
                    models.CharField(
                        db_index=True, max_length=16, verbose_name="empreinte de la clé maîtresse"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="nature")),
                ("sealed_name", models.BinaryField(verbose_name="nom du fichier, scellé")),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="fichier")),
                ("size", models.PositiveIntegerField(verbose_name="taille, en octets")),
                ("pages", models.PositiveSmallIntegerField(verbose_name="pages")),
                ("given_at", models.DateTimeField(verbose_name="déposé le")),
                ("sending", models.UUIDField(editable=False, verbose_name="envoi")),
                (
                    "scanned_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="passé à l'antivirus le"
                    ),
                ),
                ("is_clean", models.BooleanField(blank=True, null=True, verbose_name="sain")),
                (
                    "taken_back_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="retiré, et peut revenir, le"
                    ),
                ),
                (
                    "compartment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="papers",
                        to="medical.compartment",
                    ),
                ),
            ],
            options={
                "verbose_name": "papier de santé",
                "verbose_name_plural": "papiers de santé",
                "indexes": [
                    models.Index(
                        condition=models.Q(("scanned_at", None)),
                        fields=["given_at"],
                        name="paper_to_be_scanned",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compartment", "sending"), name="two_presses_confide_one_paper"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_clean", None), ("scanned_at", None)),
                            models.Q(("is_clean__isnull", False), ("scanned_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_paper_that_was_scanned_is_clean_or_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pages__gt", 0), ("size__gt", 0)),
                        name="a_paper_holds_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("wrapped", models.BinaryField(verbose_name="clé, scellée")),
                (
                    "master",
                    models.CharField(
                        db_index=True, max_length=16, verbose_name="empreinte de la clé maîtresse"
                    ),
                ),
                ("sealed_text", models.BinaryField(verbose_name="commentaire, scellé")),
                (
                    "author_kind",
                    models.CharField(max_length=20, verbose_name="qualité de l'auteur"),
                ),
                ("author_name", models.CharField(max_length=255, verbose_name="auteur")),
                ("author_id", models.CharField(max_length=60, verbose_name="compte de l'auteur")),
                ("written_at", models.DateTimeField(verbose_name="écrit le")),
                (
                    "is_between_doctors",
                    models.BooleanField(default=False, verbose_name="entre médecins"),
                ),
                ("sending", models.UUIDField(editable=False, verbose_name="envoi")),
                (
                    "compartment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="medical.compartment",
                    ),
                ),
            ],
            options={
                "verbose_name": "commentaire de santé",
                "verbose_name_plural": "commentaires de santé",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compartment", "sending"), name="two_presses_write_one_remark"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="an_opening_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="49c5640b4f739af9d69e50f7fadd763ce5364321",
                    operation="UPDATE",
                    pgid="pgtrigger_an_opening_is_never_rewritten_610bf",
                    table="medical_opening",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="an_opening_stays_while_papers_do",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT 1 FROM medical_compartment WHERE id = OLD.compartment_id AND erased_at IS NULL) THEN RAISE EXCEPTION 'an opening stays while papers do'; END IF; RETURN OLD;",
                    hash="6b2e182f6e40cd05daef74eb0d94dd9904cf765d",
                    operation="DELETE",
                    pgid="pgtrigger_an_opening_stays_while_papers_do_2ad4a",
                    table="medical_opening",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paper",
            trigger=pgtrigger.compiler.Trigger(
                name="a_paper_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."compartment_id" IS DISTINCT FROM (NEW."compartment_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."sealed_name" IS DISTINCT FROM (NEW."sealed_name") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."given_at" IS DISTINCT FROM (NEW."given_at") OR OLD."sending" IS DISTINCT FROM (NEW."sending"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="02af61300821dc9d0549a2ab8a9400a9fe9d9a22",
                    operation="UPDATE",
                    pgid="pgtrigger_a_paper_is_never_rewritten_98ad9",
                    table="medical_paper",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paper",
            trigger=pgtrigger.compiler.Trigger(
                name="a_paper_is_scanned_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."scanned_at" IS NOT NULL AND (OLD."scanned_at" IS DISTINCT FROM (NEW."scanned_at") OR OLD."is_clean" IS DISTINCT FROM (NEW."is_clean")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="1b1a738fd3da98a648777f0c2226b084a39123a5",
                    operation="UPDATE",
                    pgid="pgtrigger_a_paper_is_scanned_once_ae24a",
                    table="medical_paper",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="remark",
            trigger=pgtrigger.compiler.Trigger(
                name="a_remark_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."compartment_id" IS DISTINCT FROM (NEW."compartment_id") OR OLD."sealed_text" IS DISTINCT FROM (NEW."sealed_text") OR OLD."author_kind" IS DISTINCT FROM (NEW."author_kind") OR OLD."author_name" IS DISTINCT FROM (NEW."author_name") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."written_at" IS DISTINCT FROM (NEW."written_at") OR OLD."is_between_doctors" IS DISTINCT FROM (NEW."is_between_doctors") OR OLD."sending" IS DISTINCT FROM (NEW."sending"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2fabf813438818c88ed69d2e224b776be7e3dbe4",
                    operation="UPDATE",
                    pgid="pgtrigger_a_remark_is_never_rewritten_9fad7",
                    table="medical_remark",
                    when="BEFORE",
                ),
            ),
        ),
    ]
