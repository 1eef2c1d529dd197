"""A letter keeps what stood under its text; what was printed before knows it no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0003_nothing_to_send_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="mention",
            field=models.TextField(
                blank=True, null=True, verbose_name="mention imprimée sous son texte"
            ),
        ),
    ]
