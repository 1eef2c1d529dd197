from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publications", "0001_initial"),
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
    ]
