"""What is asked is named as it is, whatever the length of the names of an épreuve."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trials", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="trialrefusal",
            name="label",
            field=models.TextField(blank=True, verbose_name="question"),
        ),
    ]
