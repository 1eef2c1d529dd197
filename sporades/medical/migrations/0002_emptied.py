"""A compartment that takes papers again says since when those before them are erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("medical", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="compartment",
            name="emptied_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="ce qui s'y trouvait avant, effacé le"
            ),
        ),
    ]
