from django.db import migrations

KEYS = """
UPDATE registrations_registration
SET name_key = candidates_identity.name_key
FROM candidates_identity
WHERE identity_id = candidates_identity.id
    AND registrations_registration.name_key <> candidates_identity.name_key
"""


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0008_keys_without_unseen_signs"),
        ("registrations", "0027_two_presses_one_note"),
    ]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop, elidable=True),
    ]
