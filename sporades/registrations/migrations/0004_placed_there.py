"""The registrations that the office has placed in an academy are few, and found at once; others are filed meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("registrations", "0003_keys_of_apostrophes"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS registration_placed_there", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("is_placed", True)),
                fields=["academy"],
                name="registration_placed_there",
            ),
        ),
    ]
