"""A banner that gives way to one that is planned keeps the end that was asked of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="banner",
            name="asked_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="fin demandée"),
        ),
        migrations.AddField(
            model_name="banner",
            name="gives_way",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="laisse la place au suivant"
            ),
        ),
        migrations.AddConstraint(
            model_name="banner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_until__isnull", True), ("gives_way", False)),
                    models.Q(("ends_at__isnull", False), ("gives_way", True)),
                    _connector="OR",
                ),
                name="only_a_banner_that_gives_way_had_another_end",
            ),
        ),
    ]
