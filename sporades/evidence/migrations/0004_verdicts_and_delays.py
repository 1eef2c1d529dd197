import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

SINCE = """
UPDATE evidence_evidence SET arrived_at = coalesce(
    (SELECT given_at FROM evidence_deposit WHERE evidence_deposit.id = deposit_id), asked_at
) WHERE state IN ('checking', 'deposited', 'posted', 'accepted', 'refused')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0003_pieces_due"),
        ("registrations", "0023_names_are_known_better"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("accepted", "Conforme"), ("refused", "Non conforme")],
                        max_length=12,
                        verbose_name="verdict",
                    ),
                ),
                ("motive", models.CharField(blank=True, max_length=200, verbose_name="motif")),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrivée le"),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="rendu le")),
            ],
            options={
                "verbose_name": "verdict sur une pièce justificative",
                "verbose_name_plural": "verdicts sur des pièces justificatives",
            },
        ),
        migrations.AddField(
            model_name="evidence",
            name="arrived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="arrivée le"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="looked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ouverte le"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="looked_by",
            field=models.CharField(blank=True, max_length=60, verbose_name="ouverte par le compte"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="looked_name",
            field=models.CharField(blank=True, max_length=255, verbose_name="ouverte par"),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("state__in", ("deposited", "posted"))),
                fields=["arrived_at"],
                name="evidence_waits_since",
            ),
        ),
        migrations.RunSQL(SINCE, migrations.RunSQL.noop, elidable=True),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("arrived_at__isnull", False),
                    models.Q(("state__in", ("deposited", "posted")), _negated=True),
                    _connector="OR",
                ),
                name="a_piece_that_waits_says_since_when",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="evidence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="verdicts",
                to="evidence.evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "refused"), ("motive", ""), _connector="OR"),
                name="a_refusal_alone_has_a_motive",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="verdict",
            trigger=pgtrigger.compiler.Trigger(
                name="a_verdict_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d31d6e1532c1234fc69866e925c03a97730398bd",
                    operation="UPDATE",
                    pgid="pgtrigger_a_verdict_is_never_rewritten_ed92c",
                    table="evidence_verdict",
                    when="BEFORE",
                ),
            ),
        ),
    ]
