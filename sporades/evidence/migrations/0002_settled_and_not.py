"""What a file still lacks, and what was judged of it, found within an academy; pieces are written meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("evidence", "0001_initial"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        # Those that were cut off are there, and serve nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS evidence_unsettled_there", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS evidence_settled_there", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("checking", "deposited", "posted")),
                    models.Q(("is_mandatory", True), ("state__in", ("owed", "refused"))),
                    _connector="OR",
                ),
                fields=["academy", "registration"],
                name="evidence_unsettled_there",
            ),
        ),
        AddIndexConcurrently(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("state__in", ("accepted", "waived"))),
                fields=["academy", "registration"],
                name="evidence_settled_there",
            ),
        ),
    ]
