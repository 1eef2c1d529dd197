"""The fingerprint of an export's file stays when the file goes; those that are there have theirs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchanges", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="digest",
            field=models.CharField(
                blank=True,
                db_default="",
                max_length=64,
                verbose_name="empreinte du fichier",
            ),
        ),
        # Its key names it. There are few, of two days.
        migrations.RunSQL(
            """
            UPDATE exchanges_export SET digest = substring(file_key FROM '[0-9a-f]{64}')
            WHERE state = 'ready' AND file_key ~ '/[0-9a-f]{64}[.]'
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("digest", ""),
                    models.Q(
                        ("state__in", ["ready", "forgotten"]), ("digest__regex", "^[0-9a-f]{64}$")
                    ),
                    _connector="OR",
                ),
                name="a_fingerprint_is_of_a_file_that_was_made",
            ),
        ),
    ]
