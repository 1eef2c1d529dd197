"""What restorations have lost, found by a public page without reading the journal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("journal", "0006_who_looked"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS entry_restored", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("verb", "database restored")),
                fields=["at"],
                name="entry_restored",
            ),
        ),
    ]
