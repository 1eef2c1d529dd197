"""Keep with a request the day on which silence has accepted it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0003_court_delay_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="accepted_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="acceptée par le silence depuis le"
            ),
        ),
    ]
