"""A change of dates keeps when its closing was told: all those in force until then were."""

from django.db import migrations, models

_TOLD = "UPDATE exams_servicechange SET told_at = decided_at WHERE state = 'applied'"


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="servicechange",
            name="told_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="dit le"
            ),
        ),
        migrations.RunSQL(_TOLD, reverse_sql=migrations.RunSQL.noop),
    ]
