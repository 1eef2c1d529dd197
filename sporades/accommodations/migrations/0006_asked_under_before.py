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
# What a candidate was changing then says it too: « Garder ma demande telle qu'elle était envoyée ».
_KEPT = """
    UPDATE accommodations_case
    SET as_sent = as_sent || jsonb_build_object('regulation_id', regulation_id)
    WHERE jsonb_typeof(as_sent) = 'object' AND regulation_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0005_asked_under"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(_SAID, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(_KEPT, reverse_sql=migrations.RunSQL.noop),
    ]
