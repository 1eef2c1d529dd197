"""The day on which ages count is kept: neither the clock of another academy nor a late answer moves it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0014_asked_late"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="ages_on",
            field=models.DateField(blank=True, null=True, verbose_name="jour où comptent les âges"),
        ),
    ]
