"""Who has a document of a kind is found without reading those of others; some are issued meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("documents", "0002_archived_code"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS document_by_kind", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="document",
            index=models.Index(fields=["kind", "folder"], name="document_by_kind"),
        ),
    ]
