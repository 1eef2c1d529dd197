from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_left_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="leftaddress",
            name="is_moved",
            field=models.BooleanField(
                default=True, verbose_name="le changement est celui de l'adresse"
            ),
        ),
    ]
