"""A batch gives registrations to another academy, and says to which."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0005_more_time_for_all"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="academy",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=3, verbose_name="académie"
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="action",
            field=models.CharField(
                choices=[
                    ("validate", "validate"),
                    ("reopen", "reopen"),
                    ("flag", "flag"),
                    ("clear", "clear"),
                    ("set_aside", "set_aside"),
                    ("restore", "restore"),
                    ("declare-incomplete", "declare-incomplete"),
                    ("accept-piece", "accept-piece"),
                    ("waive-piece", "waive-piece"),
                    ("refuse-piece", "refuse-piece"),
                    ("grant-piece", "grant-piece"),
                    ("grant-summary", "grant-summary"),
                    ("grant-all", "grant-all"),
                    ("ask-piece", "ask-piece"),
                    ("move", "move"),
                    ("follow-opinion", "follow-opinion"),
                    ("notify-accommodation", "notify-accommodation"),
                    ("prepare-attestation-inscription", "prepare-attestation-inscription"),
                    ("write", "write"),
                ],
                max_length=60,
                verbose_name="action",
            ),
        ),
    ]
