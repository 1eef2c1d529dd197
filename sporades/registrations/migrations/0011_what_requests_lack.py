"""A request says what it lacks, until when, and what its candidate has answered."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_keys_of_apostrophes"),
        ("registrations", "0010_summary_came_by"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="complément demandé le"),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="asked_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=255,
                verbose_name="complément demandé par",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="complement",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="réponse du candidat",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="complete_before",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="complément attendu avant"
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="completed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="complétée le"),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="exchanged",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="compléments d'avant"
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="missing",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="ce qui manque"
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="paused_days",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                verbose_name="jours pendant lesquels le délai de réponse ne court pas",
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="complément demandé le"),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="asked_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=255,
                verbose_name="complément demandé par",
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="complement",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="réponse du candidat",
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="complete_before",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="complément attendu avant"
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="completed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="complétée le"),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="exchanged",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="compléments d'avant"
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="missing",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="ce qui manque"
            ),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="paused_days",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                verbose_name="jours pendant lesquels le délai de réponse ne court pas",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_at", None),
                        ("asked_name", ""),
                        ("complete_before", None),
                        ("completed_at", None),
                        ("missing", ""),
                        ("complement", ""),
                        ("paused_days", 0),
                    ),
                    models.Q(
                        ("asked_at__isnull", False),
                        ("complete_before__isnull", False),
                        models.Q(("missing", ""), _negated=True),
                        ("complete_before__gt", models.F("asked_at")),
                        models.Q(
                            models.Q(("complement", ""), ("completed_at", None)),
                            models.Q(
                                ("completed_at__gte", models.F("asked_at")),
                                ("completed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="a_request_that_lacks_something_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="correctionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_at", None),
                        ("asked_name", ""),
                        ("complete_before", None),
                        ("completed_at", None),
                        ("missing", ""),
                        ("complement", ""),
                        ("paused_days", 0),
                    ),
                    models.Q(
                        ("asked_at__isnull", False),
                        ("complete_before__isnull", False),
                        models.Q(("missing", ""), _negated=True),
                        ("complete_before__gt", models.F("asked_at")),
                        models.Q(
                            models.Q(("complement", ""), ("completed_at", None)),
                            models.Q(
                                ("completed_at__gte", models.F("asked_at")),
                                ("completed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="a_correction_that_lacks_something_says_what",
            ),
        ),
    ]
