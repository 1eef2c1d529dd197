from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="retirée le"),
        ),
        migrations.AddField(
            model_name="publication",
            name="within",
            field=models.JSONField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="périmètre de qui publie beaucoup",
            ),
        ),
        migrations.AlterField(
            model_name="publication",
            name="state",
            field=models.CharField(
                choices=[
                    ("preparing", "En préparation"),
                    ("proposed", "À approuver"),
                    ("publishing", "Publication en cours"),
                    ("published", "Publiée"),
                    ("withdrawn", "Retirée"),
                    ("dropped", "Abandonnée"),
                ],
                default="preparing",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "publishing"), _negated=True),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("publish_at__isnull", False),
                        ("within__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="what_is_under_way_has_its_instant_who_decided_and_where",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(("withdrawn_at", None), ("state", "withdrawn"), _connector="OR"),
                name="only_a_withdrawn_publication_says_when",
            ),
        ),
    ]
