import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("mailings", "0001_mailings"),
    ]

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(max_length=100, verbose_name="objet")),
                ("text", models.CharField(max_length=5000, verbose_name="texte")),
                ("written_at", models.DateTimeField(verbose_name="écrit le")),
            ],
            options={
                "verbose_name": "message aux candidats",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", ""), _negated=True),
                            models.Q(("text", ""), _negated=True),
                        ),
                        name="a_mailing_says_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MailingTemplate",
            fields=[
                ("asked_name", models.CharField(max_length=255, verbose_name="demandé par")),
                ("asked_role", models.CharField(max_length=20, verbose_name="en qualité de")),
                ("perimeters", models.JSONField(verbose_name="périmètre au moment de la demande")),
                ("asked_at", models.DateTimeField(verbose_name="demandé le")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("subject", models.CharField(max_length=100, verbose_name="objet")),
                ("text", models.CharField(max_length=5000, verbose_name="texte")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mailing_templates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "modèle de message",
                "indexes": [models.Index(fields=["name"], name="mailing_template_by_name")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("asked_by", "name"), name="an_author_names_a_template_once"
                    )
                ],
            },
        ),
    ]
