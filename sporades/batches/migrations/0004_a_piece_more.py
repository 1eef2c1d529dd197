"""A batch that asks for a piece of no réglementation says for which, and how it is given."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0003_found_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="label",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="pièce demandée en plus",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="giving",
            field=models.CharField(
                blank=True,
                choices=[
                    ("both", "both"),
                    ("deposit", "deposit"),
                    ("post", "post"),
                    ("each", "each"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="comment elle se fournit",
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
