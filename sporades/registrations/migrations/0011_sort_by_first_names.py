from django.db import migrations

KEYS = """
UPDATE registrations_registration
SET name_key = candidates_identity.name_key
FROM candidates_identity
WHERE identity_id = candidates_identity.id AND usage_name_key <> ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0003_sort_by_first_names"),
        ("registrations", "0010_amended_since"),
    ]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop, elidable=True),
    ]
