from django.db import migrations

KEYS = """
ALTER TABLE candidates_identity DISABLE TRIGGER USER;
UPDATE candidates_identity
SET name_key = concat_ws(' ', birth_name_key, nullif(first_names_key, ''), usage_name_key)
WHERE usage_name_key <> '';
ALTER TABLE candidates_identity ENABLE TRIGGER USER;
"""
"""An identity says the same as before: the trigger that keeps it so would not know."""


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_name_keys"),
    ]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop, elidable=True),
    ]
