"""The pieces in which the antivirus found something are few, and found at once; pieces are written meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("evidence", "0002_settled_and_not"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS evidence_infected", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(
                    ("decided_name", "l'antivirus"), ("is_mandatory", True), ("state", "refused")
                ),
                fields=["registration"],
                name="evidence_infected",
            ),
        ),
    ]
