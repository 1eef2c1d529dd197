"""A signed summary that was handed over at the desk, or sent by mail, is said to be so, and not posted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0009_options_and_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="summary_came_by",
            field=models.CharField(
                choices=[
                    ("post", "Par la poste"),
                    ("desk", "Remis au guichet"),
                    ("mail", "Par mail"),
                ],
                db_default="post",
                default="post",
                max_length=4,
                verbose_name="récapitulatif signé venu",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("summary_came_by__in", ["post", "desk", "mail"])),
                name="a_signed_summary_comes_by_a_way_that_exists",
            ),
        ),
    ]
