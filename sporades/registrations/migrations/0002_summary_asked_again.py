"""A registration knows until when its signed summary may be sent back, once it was asked for again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="summary_until",
            field=models.DateTimeField(
                blank=True,
                null=True,
                verbose_name="récapitulatif signé demandé de nouveau jusqu'au",
            ),
        ),
    ]
