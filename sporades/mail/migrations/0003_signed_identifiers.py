"""A notice of non-delivery is believed of a mail whose Message-ID nobody guesses (RFC 3464, § 4.1)."""

from django.db import migrations, models

import sporades.mail.models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0002_due_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="sign",
            field=models.CharField(
                blank=True,
                db_default="",
                default=sporades.mail.models.a_sign,
                editable=False,
                max_length=16,
                verbose_name="signe de l'envoi",
            ),
        ),
    ]
