from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("searches", "0001_searches")]

    operations = [
        migrations.AddField(
            model_name="search",
            name="perimeters",
            field=models.JSONField(
                default=list, verbose_name="périmètre de son auteur au moment du partage"
            ),
        ),
    ]
