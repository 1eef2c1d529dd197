"""What a candidate keeps, and what is being sent."""

import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("drawers", "0001_drawers"),
        ("drawers", "0002_files_are_named"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("candidates", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom du fichier")),
                (
                    "mark",
                    models.CharField(blank=True, max_length=64, verbose_name="empreinte annoncée"),
                ),
                ("length", models.PositiveIntegerField(verbose_name="taille, en octets")),
                ("offset", models.PositiveIntegerField(default=0, verbose_name="octets reçus")),
                ("begun_at", models.DateTimeField(verbose_name="commencé le")),
                ("touched_at", models.DateTimeField(verbose_name="dernier octet reçu le")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="déposé le")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "envoi d'un fichier",
                "verbose_name_plural": "envois de fichiers",
                "indexes": [models.Index(fields=["touched_at"], name="upload_by_its_last_part")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("length__gt", 0), ("offset__lte", models.F("length"))),
                        name="an_upload_holds_no_more_than_its_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at", None), ("offset", models.F("length")), _connector="OR"
                        ),
                        name="an_upload_is_used_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.PositiveIntegerField(verbose_name="premier octet")),
                ("content", models.BinaryField(verbose_name="octets")),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="drawers.upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "partie d'un envoi",
                "verbose_name_plural": "parties d'envois",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("upload", "start"), name="a_part_of_an_upload_comes_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom du fichier")),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=60,
                        verbose_name="nom donné par le candidat",
                    ),
                ),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="fichier")),
                ("size", models.PositiveIntegerField(verbose_name="taille, en octets")),
                ("pages", models.PositiveSmallIntegerField(verbose_name="pages")),
                ("kept_at", models.DateTimeField(verbose_name="gardé le")),
                ("sending", models.UUIDField(editable=False, verbose_name="envoi")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="kept_files",
                        to="candidates.candidate",
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier du porte-documents",
                "verbose_name_plural": "fichiers du porte-documents",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "sending"), name="two_presses_keep_one_file"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pages__gt", 0), ("size__gt", 0)),
                        name="a_kept_file_holds_something",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="keptfile",
            trigger=pgtrigger.compiler.Trigger(
                name="a_kept_file_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."kept_at" IS DISTINCT FROM (NEW."kept_at") OR OLD."sending" IS DISTINCT FROM (NEW."sending"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d93893ee2275731470bc8b4ddee06991e7b56152",
                    operation="UPDATE",
                    pgid="pgtrigger_a_kept_file_is_never_rewritten_b4259",
                    table="drawers_keptfile",
                    when="BEFORE",
                ),
            ),
        ),
        # Photos and PDFs are packed already.
        migrations.RunSQL(
            "ALTER TABLE drawers_uploadpart ALTER COLUMN content SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
