import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("mail", "0001_mail"),
        ("mail", "0002_refused"),
        ("mail", "0003_sent_again"),
        ("mail", "0004_letters"),
        ("mail", "0005_academy"),
        ("mail", "0006_matter"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60, verbose_name="type")),
                ("key", models.CharField(max_length=120, verbose_name="événement")),
                (
                    "recipient",
                    models.EmailField(blank=True, max_length=254, verbose_name="destinataire"),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="objet")),
                ("body", models.TextField(verbose_name="texte")),
                (
                    "about_kind",
                    models.CharField(blank=True, max_length=60, verbose_name="type d'objet"),
                ),
                (
                    "about_id",
                    models.CharField(blank=True, max_length=60, verbose_name="objet concerné"),
                ),
                (
                    "academy",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=3,
                        verbose_name="académie de l'inscription concernée",
                    ),
                ),
                (
                    "matter",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=30,
                        verbose_name="ce dont il parle",
                    ),
                ),
                ("is_urgent", models.BooleanField(default=False, verbose_name="passe devant")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "En attente d'envoi"),
                            ("sent", "Envoyé"),
                            ("refused", "Refusé par le serveur du destinataire"),
                            ("letter", "Par courrier"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=300, verbose_name="dernière erreur"),
                ),
                ("written_at", models.DateTimeField(verbose_name="écrit le")),
                ("next_try_at", models.DateTimeField(verbose_name="prochain essai le")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="envoyé le")),
                (
                    "again_of",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="again",
                        to="mail.message",
                        verbose_name="envoyé de nouveau à la place de",
                    ),
                ),
            ],
            options={
                "verbose_name": "courriel",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_try_at"],
                        name="message_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "refused")),
                        fields=["written_at"],
                        name="message_refused",
                    ),
                    models.Index(fields=["about_kind", "about_id"], name="message_by_object"),
                    models.Index(fields=["recipient", "written_at"], name="message_by_recipient"),
                    models.Index(
                        fields=["about_kind", "-written_at", "-id"], name="message_by_age"
                    ),
                    models.Index(
                        condition=models.Q(("about_kind", "registration")),
                        fields=["academy", "-written_at", "-id"],
                        name="message_of_academy_by_age",
                    ),
                    models.Index(
                        condition=models.Q(("state", "refused")),
                        fields=["about_kind", "-written_at", "-id"],
                        name="message_refused_by_age",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "recipient"), name="an_event_is_told_once_to_an_address"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_sent_message_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recipient", ""),
                            models.Q(("state", "letter"), _negated=True),
                            _connector="OR",
                        ),
                        name="a_letter_has_no_address",
                    ),
                ],
            },
        ),
    ]
