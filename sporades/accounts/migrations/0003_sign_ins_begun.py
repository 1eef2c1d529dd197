"""A sign-in that waits for its second factor is noted too (ASVS 16.3.1)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sign_ins"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="signin",
            name="a_sign_in_ends_in_one_of_its_ways",
        ),
        migrations.AlterField(
            model_name="signin",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("accepted", "connexion"),
                    ("halfway", "première étape"),
                    ("refused", "refus"),
                ],
                max_length=20,
                verbose_name="issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="signin",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["accepted", "halfway", "refused"])),
                name="a_sign_in_ends_in_one_of_its_ways",
            ),
        ),
    ]
