"""Say of what was sent before under which version: that of its registration when it was sent."""

from django.db import migrations

_SAID = """
    UPDATE accommodations_case AS asked SET regulation_id = (
        SELECT one.regulation_id FROM registrations_version AS one
        WHERE one.registration_id = asked.registration_id AND one.filed_at <= asked.asked_at
        ORDER BY one.number DESC LIMIT 1
    )
    WHERE asked_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0005_asked_under"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(_SAID, reverse_sql=migrations.RunSQL.noop),
    ]
