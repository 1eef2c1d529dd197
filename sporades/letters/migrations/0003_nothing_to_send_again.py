"""What came back is settled by whoever says so: those that another address had settled await again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0002_own_envelope"),
    ]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="is_settled",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="rien à renvoyer"
            ),
        ),
        migrations.RunSQL(
            "UPDATE letters_letter SET is_settled = false WHERE is_settled",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
