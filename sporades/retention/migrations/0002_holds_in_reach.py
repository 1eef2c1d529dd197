"""The office demands from a page that a registration be kept: out of the archives' own schema."""

from django.db import migrations, models

OUT = """
ALTER TABLE archives.hold SET SCHEMA public;
ALTER TABLE hold RENAME TO retention_hold;
ALTER SEQUENCE hold_id_seq RENAME TO retention_hold_id_seq;
"""
BACK = """
ALTER SEQUENCE retention_hold_id_seq RENAME TO hold_id_seq;
ALTER TABLE retention_hold RENAME TO hold;
ALTER TABLE hold SET SCHEMA archives;
"""
PLACES = """
UPDATE retention_hold SET academy = found.academy, domain = found.domain
FROM (
    SELECT one.number, one.academy_id AS academy, domain.code AS domain
    FROM registrations_registration AS one
    JOIN exams_exam AS exam ON exam.id = one.exam_id
    JOIN exams_domain AS domain ON domain.id = exam.domain_id
    UNION ALL
    SELECT number, academy, '' FROM archives.archive
) AS found
WHERE found.number = retention_hold.number
"""


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0001_exams"),
        ("registrations", "0020_drafts_have_a_side"),
        ("retention", "0001_archives"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(OUT, BACK)],
            state_operations=[migrations.AlterModelTable("hold", None)],
        ),
        migrations.AddField(
            model_name="hold",
            name="academy",
            field=models.CharField(default="", max_length=3, verbose_name="académie"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="hold",
            name="domain",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="domaine"),
            preserve_default=False,
        ),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
    ]
