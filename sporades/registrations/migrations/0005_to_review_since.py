from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0004_placed_there"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="to_review_since",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="à revoir depuis une correction, le"
            ),
        ),
    ]
