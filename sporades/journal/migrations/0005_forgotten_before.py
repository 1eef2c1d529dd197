"""Empty what older versions left of the acts that are forgotten: it helped to find their names again.

Apart from 0004, which holds the table: acts are written meanwhile.
"""

from django.db import migrations

EMPTIED = """
SELECT set_config('pgtrigger.ignore', (
    SELECT array_agg(tgname)::text FROM pg_trigger
    WHERE tgrelid = 'journal_entry'::regclass AND NOT tgisinternal
), true);
UPDATE journal_entry SET actor_id = '', origin = ''
WHERE actor_name = '' AND payload = '{}' AND (actor_id <> '' OR origin <> '')
  AND id IN (
    SELECT jsonb_array_elements_text(payload -> 'after' -> 'acts')::bigint FROM journal_entry
    WHERE verb IN (
        'acts forgotten', 'agent erased', 'draft erased', 'publication erased',
        'registration archived', 'unused account erased', 'unused record erased'
    ) AND jsonb_typeof(payload -> 'after' -> 'acts') = 'array'
  );
SELECT set_config('pgtrigger.ignore', '{}', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0004_salts"),
    ]

    operations = [migrations.RunSQL(EMPTIED, migrations.RunSQL.noop)]
