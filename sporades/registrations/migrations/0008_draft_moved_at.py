"""When a draft went to another academy: of what moved there before, it is told nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0007_summary_posted_late"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="moved_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="changé d'académie le"),
        ),
    ]
