"""A draft keeps the closing that it was reminded of, not when: a closing put off is another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0002_version_stored_at"),
    ]

    operations = [
        migrations.RenameField(model_name="draft", old_name="reminded_at", new_name="reminded_of"),
        migrations.AlterField(
            model_name="draft",
            name="reminded_of",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="rappelé de la fermeture du"
            ),
        ),
    ]
