from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("medical", "0002_what_a_doctor_writes"),
    ]

    operations = [
        migrations.AddField(
            model_name="opening",
            name="is_for_copy",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="dans une copie de ses données"
            ),
        ),
    ]
