"""A derogation that was granted to one candidate to a rule of eligibility is noted, and then kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0012_complement_came_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="waived",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, verbose_name="dérogations notées"
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="waived",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, verbose_name="dérogations notées"
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="waivers",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="dérogations"
            ),
        ),
    ]
