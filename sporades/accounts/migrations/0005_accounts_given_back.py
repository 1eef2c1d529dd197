from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_ways_back_to_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="taken_back_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="rendu à son ancienne adresse le"
            ),
        ),
    ]
