from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0001_initial"),
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="called_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="appelée le"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="called_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=120, verbose_name="qui a appelé"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="is_reached",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="prévenue par téléphone"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="called_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=120, verbose_name="qui a appelé"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="is_reached",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="prévenue par téléphone"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_at__isnull", False),
                    models.Q(("called_at", None), ("called_name", ""), ("is_reached", False)),
                    _connector="OR",
                ),
                name="only_an_answer_to_an_appeal_is_called_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("called_at", None), ("called_name", ""), ("is_reached", False)),
                    models.Q(
                        ("called_at__isnull", False), models.Q(("called_name", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_call_about_an_answer_has_its_instant_and_its_author",
            ),
        ),
    ]
