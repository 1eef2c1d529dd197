"""A letter knows whether its envelope is its own: what waits with an address was given one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="has_own_envelope",
            field=models.BooleanField(
                db_default=False,
                default=False,
                verbose_name="son adresse n'est pas celle du candidat",
            ),
        ),
        migrations.RunSQL(
            "UPDATE letters_letter SET has_own_envelope = true"
            " WHERE state = 'to_print' AND run_id IS NULL AND address <> '{}'",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
