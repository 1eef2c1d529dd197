"""A message keeps the first instant before which it asks for something."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="due_by",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="demande quelque chose avant le"
            ),
        ),
    ]
