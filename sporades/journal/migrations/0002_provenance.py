"""Where an act comes from: the request and its network, forgotten before the act is (S-60)."""

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
    UPDATE journal_entry SET actor_name = '', payload = '{{}}'{and_whence}
    WHERE id = ANY(acts) AND NOT COALESCE(payload -> 'after' ? 'acts', FALSE);
    PERFORM set_config('pgtrigger.ignore', '{{}}', true);
END
$$;
"""
# Of the fingerprint, which stays, nobody finds the network: the number of its request goes too.
FORGET_PROVENANCE = """
CREATE FUNCTION journal_forget_provenance(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM set_config('pgtrigger.ignore', (
        SELECT array_agg(tgname)::text FROM pg_trigger
        WHERE tgrelid = 'journal_entry'::regclass AND NOT tgisinternal
    ), true);
    UPDATE journal_entry SET request = '', network = NULL
    WHERE at < before AND network IS NOT NULL;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    PERFORM set_config('pgtrigger.ignore', '{}', true);
    RETURN forgotten;
END
$$;
REVOKE ALL ON FUNCTION journal_forget_provenance(timestamptz) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_initial"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="entry",
            name="an_act_is_never_rewritten",
        ),
        migrations.AddField(
            model_name="entry",
            name="network",
            field=models.GenericIPAddressField(
                blank=True, null=True, verbose_name="adresse réseau"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="origin",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=64,
                verbose_name="empreinte de la provenance",
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="request",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=16,
                verbose_name="numéro de requête",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="an_act_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."verb" IS DISTINCT FROM (NEW."verb") OR OLD."actor_kind" IS DISTINCT FROM (NEW."actor_kind") OR OLD."actor_name" IS DISTINCT FROM (NEW."actor_name") OR OLD."actor_id" IS DISTINCT FROM (NEW."actor_id") OR OLD."object_kind" IS DISTINCT FROM (NEW."object_kind") OR OLD."object_id" IS DISTINCT FROM (NEW."object_id") OR OLD."academy" IS DISTINCT FROM (NEW."academy") OR OLD."payload" IS DISTINCT FROM (NEW."payload") OR OLD."request" IS DISTINCT FROM (NEW."request") OR OLD."network" IS DISTINCT FROM (NEW."network") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."digest" IS DISTINCT FROM (NEW."digest"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d11744bc3abd6593697ed92a78a64b1e9a282187",
                    operation="UPDATE",
                    pgid="pgtrigger_an_act_is_never_rewritten_2e6c6",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            FORGET.format(and_whence=", request = '', network = NULL"), FORGET.format(and_whence="")
        ),
        migrations.RunSQL(
            FORGET_PROVENANCE, "DROP FUNCTION journal_forget_provenance(timestamptz)"
        ),
    ]
