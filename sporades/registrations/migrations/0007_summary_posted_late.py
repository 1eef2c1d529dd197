from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0006_to_review"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="is_summary_posted_late",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="récapitulatif signé posté hors délai"
            ),
        ),
    ]
