"""The journal, and the one way to take names out of acts: a function of the owner, for one role."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

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
    initial = True
    replaces = [
        ("journal", "0001_journal"),
        ("journal", "0002_seals"),
        ("journal", "0003_instants"),
        ("journal", "0004_forgetting"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(unique=True, verbose_name="numéro")),
                ("sealed_at", models.DateTimeField(verbose_name="posé le")),
                ("acts", models.JSONField(verbose_name="numéro et empreinte de chaque acte")),
                (
                    "previous",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="empreinte du sceau précédent"
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte")),
            ],
            options={
                "verbose_name": "sceau du journal",
                "verbose_name_plural": "sceaux du journal",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="instant")),
                ("verb", models.CharField(max_length=60, verbose_name="acte")),
                ("actor_kind", models.CharField(max_length=20, verbose_name="qualité de l'auteur")),
                ("actor_name", models.CharField(max_length=255, verbose_name="auteur")),
                (
                    "actor_id",
                    models.CharField(blank=True, max_length=60, verbose_name="compte de l'auteur"),
                ),
                (
                    "object_kind",
                    models.CharField(blank=True, max_length=60, verbose_name="type d'objet"),
                ),
                ("object_id", models.CharField(blank=True, max_length=60, verbose_name="objet")),
                ("academy", models.CharField(blank=True, max_length=3, verbose_name="académie")),
                ("payload", models.JSONField(default=dict, verbose_name="contenu")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte de l'acte")),
                (
                    "seal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="journal.seal",
                        verbose_name="sceau",
                    ),
                ),
            ],
            options={
                "verbose_name": "acte au journal",
                "indexes": [
                    models.Index(fields=["object_kind", "object_id", "at"], name="entry_by_object"),
                    models.Index(fields=["academy", "at"], name="entry_by_academy"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["at"], name="entry_by_instant"
                    ),
                    models.Index(
                        condition=models.Q(("seal__isnull", True)),
                        fields=["id"],
                        name="entry_unsealed",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seal",
            trigger=pgtrigger.compiler.Trigger(
                name="a_seal_is_never_broken",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="31143f5213204cc3e628be6221e2a292ad7e1d34",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_a_seal_is_never_broken_26b78",
                    table="journal_seal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="the_journal_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ce46da8809743b1dcb873561eddbf39b5ec05d1d",
                    operation="DELETE",
                    pgid="pgtrigger_the_journal_is_append_only_6737d",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="an_act_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."verb" IS DISTINCT FROM (NEW."verb") OR OLD."actor_kind" IS DISTINCT FROM (NEW."actor_kind") OR OLD."actor_name" IS DISTINCT FROM (NEW."actor_name") OR OLD."actor_id" IS DISTINCT FROM (NEW."actor_id") OR OLD."object_kind" IS DISTINCT FROM (NEW."object_kind") OR OLD."object_id" IS DISTINCT FROM (NEW."object_id") OR OLD."academy" IS DISTINCT FROM (NEW."academy") OR OLD."payload" IS DISTINCT FROM (NEW."payload") OR OLD."digest" IS DISTINCT FROM (NEW."digest"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="efab49419d1954268adf9e656d2529ebc24b48ca",
                    operation="UPDATE",
                    pgid="pgtrigger_an_act_is_never_rewritten_2e6c6",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="an_act_is_sealed_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."seal_id" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="7d40058ade627019c32291b648793f486636b086",
                    operation="UPDATE",
                    pgid="pgtrigger_an_act_is_sealed_once_ec008",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION journal_forget(bigint[])"),
    ]
