"""What a request lacked may come by post, at the desk or by mail: its service notes how."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0011_what_requests_lack"),
    ]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="complement_came_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("post", "Par la poste"),
                    ("desk", "Remis au guichet"),
                    ("mail", "Par mail"),
                ],
                db_default="",
                default="",
                max_length=4,
                verbose_name="complément venu",
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="complement_came_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("post", "Par la poste"),
                    ("desk", "Remis au guichet"),
                    ("mail", "Par mail"),
                ],
                db_default="",
                default="",
                max_length=4,
                verbose_name="complément venu",
            ),
        ),
        migrations.AlterField(
            model_name="changerequest",
            name="complement",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="complément reçu",
            ),
        ),
        migrations.AlterField(
            model_name="correctionrequest",
            name="complement",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="complément reçu",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("complement_came_by", ""),
                    models.Q(
                        ("complement_came_by__in", ["post", "desk", "mail"]),
                        ("completed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_request_is_completed_by_a_way_that_exists",
            ),
        ),
        migrations.AddConstraint(
            model_name="correctionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("complement_came_by", ""),
                    models.Q(
                        ("complement_came_by__in", ["post", "desk", "mail"]),
                        ("completed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_correction_is_completed_by_a_way_that_exists",
            ),
        ),
    ]
