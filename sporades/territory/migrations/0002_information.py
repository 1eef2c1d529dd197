"""What a managing service tells for some days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="managingservice",
            name="information",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="information du service",
            ),
        ),
        migrations.AddField(
            model_name="managingservice",
            name="information_from",
            field=models.DateField(
                blank=True, null=True, verbose_name="information affichée à partir du"
            ),
        ),
        migrations.AddField(
            model_name="managingservice",
            name="information_until",
            field=models.DateField(
                blank=True, null=True, verbose_name="information affichée jusqu'au"
            ),
        ),
        migrations.AddConstraint(
            model_name="managingservice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("information", ""),
                        ("information_from", None),
                        ("information_until", None),
                    ),
                    models.Q(
                        models.Q(("information", ""), _negated=True),
                        ("information_from__isnull", False),
                        ("information_until__gte", models.F("information_from")),
                    ),
                    _connector="OR",
                ),
                name="what_a_service_tells_has_its_days",
                violation_error_message="Une information a un premier et un dernier jour.",
            ),
        ),
    ]
