"""Keep with a decision, and with its appeal, how long it told that the court may be asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0002_calls_about_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="months_of_distance",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="mois de plus pour saisir le tribunal"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="court_seat",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=3,
                verbose_name="académie dont le tribunal est saisi",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="months_of_distance",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="mois de plus pour saisir le tribunal"
            ),
        ),
    ]
