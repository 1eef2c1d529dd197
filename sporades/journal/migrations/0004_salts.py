"""A salt in what an act's fingerprint is of: whoever is forgotten is not found again by it (P-20).

With the name go the account and the fingerprint of the provenance: of an act of before, done by a
page, the drawn number of its request does what a salt does now.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FORGET = """
CREATE OR REPLACE FUNCTION journal_forget(acts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('pgtrigger.ignore', (
        SELECT array_agg(tgname)::text FROM pg_trigger
        WHERE tgrelid = 'journal_entry'::regclass AND NOT tgisinternal
    ), true);
    UPDATE journal_entry
    SET actor_name = '', payload = '{{}}', request = '', network = NULL{and_more}
    WHERE id = ANY(acts) AND NOT COALESCE(payload -> 'after' ? 'acts', FALSE);
    PERFORM set_config('pgtrigger.ignore', '{{}}', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_entry_with_network"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="entry",
            name="an_act_is_never_rewritten",
        ),
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=32, verbose_name="sel"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="an_act_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."verb" IS DISTINCT FROM (NEW."verb") OR OLD."actor_kind" IS DISTINCT FROM (NEW."actor_kind") OR OLD."actor_name" IS DISTINCT FROM (NEW."actor_name") OR OLD."actor_id" IS DISTINCT FROM (NEW."actor_id") OR OLD."object_kind" IS DISTINCT FROM (NEW."object_kind") OR OLD."object_id" IS DISTINCT FROM (NEW."object_id") OR OLD."academy" IS DISTINCT FROM (NEW."academy") OR OLD."payload" IS DISTINCT FROM (NEW."payload") OR OLD."request" IS DISTINCT FROM (NEW."request") OR OLD."network" IS DISTINCT FROM (NEW."network") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."salt" IS DISTINCT FROM (NEW."salt") OR OLD."digest" IS DISTINCT FROM (NEW."digest"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="954a57a01131ed81c72d88e3d430a4a1f5419827",
                    operation="UPDATE",
                    pgid="pgtrigger_an_act_is_never_rewritten_2e6c6",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            FORGET.format(and_more=", actor_id = '', origin = '', salt = ''"),
            FORGET.format(and_more=""),
        ),
    ]
