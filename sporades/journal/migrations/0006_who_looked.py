"""Who looked at a file, still named, found without reading the journal; acts are written meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

LOOKED = (
    "confided paper opened",
    "confided remarks read",
    "document read",
    "file read",
    "piece read",
    "proof read",
    "record read",
    "sign-ins read",
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("journal", "0005_forgotten_before"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS entry_who_looked", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                condition=models.Q(
                    ("verb__in", LOOKED), models.Q(("actor_name", ""), _negated=True)
                ),
                fields=["at"],
                name="entry_who_looked",
            ),
        ),
    ]
