from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0002_holds_follow_their_registration"),
    ]

    operations = [
        migrations.AddField(
            model_name="archive",
            name="looked_since",
            field=models.DateTimeField(
                db_default=datetime(1970, 1, 1, tzinfo=UTC),
                null=True,
                verbose_name="première consultation qu'elle nomme",
            ),
        ),
    ]
