"""A named search keeps the order in which it is read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("searches", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="search",
            name="order",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40, verbose_name="tri"
            ),
        ),
    ]
