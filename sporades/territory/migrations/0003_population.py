"""How many live in a commune, to suggest the likeliest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("territory", "0002_information"),
    ]

    operations = [
        migrations.AddField(
            model_name="commune",
            name="population",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="habitants"),
        ),
    ]
