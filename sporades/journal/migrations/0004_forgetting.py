"""The one way to take names out of acts: a function of the tables' owner, for one role."""

from django.db import migrations

# Triggers are set aside for the statement alone; the record of a forgetting is never emptied.
FORGET = """
CREATE FUNCTION journal_forget(acts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('pgtrigger.ignore', (
        SELECT array_agg(tgname)::text FROM pg_trigger
        WHERE tgrelid = 'journal_entry'::regclass AND NOT tgisinternal
    ), true);
    UPDATE journal_entry SET actor_name = '', payload = '{}'
    WHERE id = ANY(acts) AND NOT COALESCE(payload -> 'after' ? 'acts', FALSE);
    PERFORM set_config('pgtrigger.ignore', '{}', true);
END
$$;
REVOKE ALL ON FUNCTION journal_forget(bigint[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_instants")]

    operations = [migrations.RunSQL(FORGET, "DROP FUNCTION journal_forget(bigint[])")]
