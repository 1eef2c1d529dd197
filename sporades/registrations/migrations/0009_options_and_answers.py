"""An option and an answer are found without reading those of everybody; others are filed meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("registrations", "0008_draft_moved_at"),
    ]

    operations = [
        # One that was cut off is there, and serves nobody.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS epreuve_by_option", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="registrationpaper",
            index=models.Index(
                condition=models.Q(("option", ""), _negated=True),
                fields=["option", "paper", "status", "registration"],
                name="epreuve_by_option",
            ),
        ),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS answer_by_question", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="registrationanswer",
            index=models.Index(fields=["question", "registration"], name="answer_by_question"),
        ),
    ]
