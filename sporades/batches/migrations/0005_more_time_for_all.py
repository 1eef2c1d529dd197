"""More time may be left for all that is still to be sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0004_a_piece_more"),
    ]

    operations = [
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
