"""The registrations to be reviewed are few, and found at once; others are filed meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("registrations", "0005_to_review_since"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS registration_to_review", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("to_review_since__isnull", False)),
                fields=["to_review_since", "id"],
                name="registration_to_review",
            ),
        ),
    ]
