"""Let each banner end at the latest when the next one begins."""

from django.db import migrations

ENDS = """
    UPDATE notices_banner SET ends_at = following.begins
    FROM (
        SELECT id, lead(starts_at) OVER (ORDER BY starts_at, id) AS begins FROM notices_banner
    ) AS following
    WHERE notices_banner.id = following.id
    AND (notices_banner.ends_at IS NULL OR notices_banner.ends_at > following.begins)
    AND following.begins IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_only_reading"),
    ]

    operations = [migrations.RunSQL(ENDS, migrations.RunSQL.noop, elidable=True)]
