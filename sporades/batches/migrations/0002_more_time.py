"""A batch that leaves more time says until which day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="until",
            field=models.DateField(blank=True, null=True, verbose_name="jour accordé"),
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
