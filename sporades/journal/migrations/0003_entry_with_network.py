"""Which acts say where they came from, found without reading the journal; acts are written meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("journal", "0002_provenance"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS entry_with_network", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("network__isnull", False)),
                fields=["at"],
                name="entry_with_network",
            ),
        ),
    ]
