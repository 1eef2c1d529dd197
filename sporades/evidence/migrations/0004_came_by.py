"""A piece that was handed over at the desk, or sent by mail, is said to be so, and not posted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0003_infected"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="came_by",
            field=models.CharField(
                choices=[
                    ("post", "Par la poste"),
                    ("desk", "Remis au guichet"),
                    ("mail", "Par mail"),
                ],
                db_default="post",
                default="post",
                max_length=4,
                verbose_name="venue",
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="state",
            field=models.CharField(
                choices=[
                    ("owed", "À fournir"),
                    ("checking", "En vérification"),
                    ("deposited", "Déposée"),
                    ("accepted", "Conforme"),
                    ("refused", "Non conforme"),
                    ("waived", "Dispensée"),
                    ("posted", "Reçue par le service"),
                    ("withdrawn", "N'est plus demandée"),
                ],
                default="owed",
                max_length=12,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("came_by", "post"),
                    models.Q(
                        ("came_by__in", ["post", "desk", "mail"]), ("posted_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="a_piece_comes_by_a_way_that_exists_on_a_day",
            ),
        ),
    ]
