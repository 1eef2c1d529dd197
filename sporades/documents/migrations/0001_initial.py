import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("documents", "0001_documents"),
        ("documents", "0002_unread_documents"),
        ("documents", "0003_one_version_to_publish"),
    ]

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Folder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("academy", models.CharField(blank=True, max_length=3, verbose_name="académie")),
                ("domain", models.CharField(blank=True, max_length=40, verbose_name="domaine")),
                ("label", models.CharField(max_length=255, verbose_name="intitulé")),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="folders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="titulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier de documents",
                "verbose_name_plural": "dossiers de documents",
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.SlugField(max_length=40, verbose_name="nature")),
                ("academy", models.CharField(blank=True, max_length=3, verbose_name="académie")),
                (
                    "folder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="documents.folder",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("folder", "kind"), name="a_folder_has_one_document_of_a_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="numéro de version")),
                ("academy", models.CharField(blank=True, max_length=3, verbose_name="académie")),
                ("content", models.JSONField(verbose_name="contenu")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte du contenu")),
                ("code", models.CharField(max_length=40, verbose_name="code de vérification")),
                ("issued_at", models.DateTimeField(verbose_name="délivré le")),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="publié le"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="retiré le"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ouvert pour la première fois le"
                    ),
                ),
                (
                    "pdf_key",
                    models.CharField(blank=True, max_length=100, verbose_name="fichier imprimé"),
                ),
                ("sealed", models.BooleanField(default=False, verbose_name="cacheté")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "version de document",
                "verbose_name_plural": "versions de documents",
                "indexes": [
                    models.Index(
                        condition=models.Q(("opened_at", None)),
                        fields=["published_at"],
                        name="document_unread",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("document", "number"), name="a_document_version_number_is_used_once"
                    ),
                    models.UniqueConstraint(
                        fields=("code",), name="a_code_names_one_document_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("published_at", None)),
                        fields=("document",),
                        name="a_document_has_one_version_to_publish",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None), ("published_at__isnull", False), _connector="OR"
                        ),
                        name="only_what_was_published_is_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sealed", False),
                            models.Q(("pdf_key", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="only_what_was_printed_is_sealed",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="documentversion",
            trigger=pgtrigger.compiler.Trigger(
                name="an_issued_content_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."document_id" IS DISTINCT FROM (NEW."document_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."academy" IS DISTINCT FROM (NEW."academy") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="150dee557180280c21afb578a8d2b1782a27d248",
                    operation="UPDATE",
                    pgid="pgtrigger_an_issued_content_is_never_rewritten_f7640",
                    table="documents_documentversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="documentversion",
            trigger=pgtrigger.compiler.Trigger(
                name="a_first_opening_is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") AND OLD."opened_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="fafae4a622b177022f614c4e38e28587ad6a6460",
                    operation="UPDATE",
                    pgid="pgtrigger_a_first_opening_is_kept_4a9cf",
                    table="documents_documentversion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
