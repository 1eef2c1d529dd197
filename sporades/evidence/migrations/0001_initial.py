"""Pieces; each is of the academy where its registration is, by the database itself.

Whoever writes a piece or moves its registration need not say it.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FOLLOW = """
CREATE FUNCTION evidence_evidence_academy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Shared: nobody gives the registration to another academy until this is written.
    SELECT academy_id INTO NEW.academy
    FROM registrations_registration WHERE id = NEW.registration_id FOR SHARE;
    NEW.academy := COALESCE(NEW.academy, '');
    RETURN NEW;
END
$$;
CREATE TRIGGER a_piece_is_of_the_academy_of_its_registration
BEFORE INSERT OR UPDATE OF registration_id, academy ON evidence_evidence
FOR EACH ROW EXECUTE FUNCTION evidence_evidence_academy();

CREATE FUNCTION registration_pieces_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE evidence_evidence SET academy = NEW.academy_id WHERE registration_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_pieces_of_a_registration_follow_it
AFTER UPDATE OF academy_id ON registrations_registration
FOR EACH ROW WHEN (OLD.academy_id IS DISTINCT FROM NEW.academy_id)
EXECUTE FUNCTION registration_pieces_follow();
"""
FORGET = """
DROP TRIGGER the_pieces_of_a_registration_follow_it ON registrations_registration;
DROP FUNCTION registration_pieces_follow();
DROP TRIGGER a_piece_is_of_the_academy_of_its_registration ON evidence_evidence;
DROP FUNCTION evidence_evidence_academy();
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("evidence", "0001_evidence"),
        ("evidence", "0002_ask_those_that_stand"),
        ("evidence", "0003_pieces_due"),
        ("evidence", "0004_verdicts_and_delays"),
        ("evidence", "0005_incompleteness"),
        ("evidence", "0006_lifted_by_hand"),
        ("evidence", "0007_academy"),
        ("evidence", "0008_granted_time"),
    ]

    dependencies = [
        ("registrations", "0001_initial"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArrivingFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="fichier")),
                ("at", models.DateTimeField(verbose_name="annoncé le")),
            ],
            options={
                "verbose_name": "fichier en cours de dépôt",
                "verbose_name_plural": "fichiers en cours de dépôt",
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom du fichier")),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="fichier")),
                ("size", models.PositiveIntegerField(verbose_name="taille, en octets")),
                ("pages", models.PositiveSmallIntegerField(verbose_name="pages")),
                ("given_at", models.DateTimeField(verbose_name="déposé le")),
                (
                    "author_kind",
                    models.CharField(max_length=20, verbose_name="qualité de l'auteur"),
                ),
                ("author_name", models.CharField(max_length=255, verbose_name="auteur")),
                ("author_id", models.CharField(max_length=60, verbose_name="compte de l'auteur")),
                ("sending", models.UUIDField(editable=False, verbose_name="envoi")),
                (
                    "scanned_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="passé à l'antivirus le"
                    ),
                ),
                ("is_clean", models.BooleanField(blank=True, null=True, verbose_name="sain")),
            ],
            options={
                "verbose_name": "fichier d'une pièce justificative",
                "verbose_name_plural": "fichiers de pièces justificatives",
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "academy",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=3,
                        verbose_name="académie de l'inscription",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("place", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
                ("help", models.CharField(blank=True, max_length=2203, verbose_name="aide")),
                ("is_mandatory", models.BooleanField(verbose_name="obligatoire")),
                ("until", models.DateTimeField(verbose_name="à fournir jusqu'au")),
                (
                    "granted_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="délai accordé jusqu'au"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("owed", "À fournir"),
                            ("checking", "En vérification"),
                            ("deposited", "Déposée"),
                            ("accepted", "Conforme"),
                            ("refused", "Non conforme"),
                            ("waived", "Dispensée"),
                            ("posted", "Reçue par courrier"),
                            ("withdrawn", "N'est plus demandée"),
                        ],
                        default="owed",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="postée le")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="vérifiée le"),
                ),
                (
                    "decided_name",
                    models.CharField(blank=True, max_length=255, verbose_name="vérifiée par"),
                ),
                ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrivée le"),
                ),
                (
                    "looked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="ouverte le"),
                ),
                (
                    "looked_by",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="ouverte par le compte"
                    ),
                ),
                (
                    "looked_name",
                    models.CharField(blank=True, max_length=255, verbose_name="ouverte par"),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="evidence.deposit",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce justificative",
                "verbose_name_plural": "pièces justificatives",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("deposited", "posted"))),
                        fields=["registration"],
                        name="evidence_to_be_verified",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("deposited", "posted"))),
                        fields=["arrived_at"],
                        name="evidence_waits_since",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("deposited", "posted"))),
                        fields=["academy", "arrived_at", "id"],
                        name="evidence_waits_there",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("is_mandatory", True), ("state__in", ("owed", "refused"))
                        ),
                        fields=["until"],
                        name="evidence_to_be_provided",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registration", "code"),
                        name="a_piece_is_owed_once_by_a_registration",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_until", None),
                            ("until__gte", models.F("granted_until")),
                            _connector="OR",
                        ),
                        name="a_piece_has_the_time_that_was_granted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("reason", ""), _negated=True)),
                            ("state", "waived"),
                            models.Q(
                                models.Q(("state__in", ["refused", "waived"]), _negated=True),
                                ("reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="a_piece_is_refused_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deposit__isnull", False),
                            models.Q(("state__in", ["checking", "deposited"]), _negated=True),
                            _connector="OR",
                        ),
                        name="a_piece_that_was_deposited_has_its_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("arrived_at__isnull", False),
                            models.Q(("state__in", ("deposited", "posted")), _negated=True),
                            _connector="OR",
                        ),
                        name="a_piece_that_waits_says_since_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("posted_on__isnull", False),
                            models.Q(("state", "posted"), _negated=True),
                            _connector="OR",
                        ),
                        name="a_piece_that_came_by_post_has_its_postmark",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_name", ""),
                                models.Q(
                                    ("state__in", ["accepted", "refused", "waived"]), _negated=True
                                ),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decided_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_verdict_has_its_author_and_its_instant",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="deposit",
            name="evidence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deposits",
                to="evidence.evidence",
            ),
        ),
        migrations.CreateModel(
            name="Incompleteness",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="trouvée incomplète le")),
                (
                    "lifted_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="levée par le service le"
                    ),
                ),
                (
                    "registration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incompleteness",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "candidature incomplète",
                "verbose_name_plural": "candidatures incomplètes",
            },
        ),
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
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verdicts",
                        to="evidence.evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "verdict sur une pièce justificative",
                "verbose_name_plural": "verdicts sur des pièces justificatives",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "refused"), ("motive", ""), _connector="OR"),
                        name="a_refusal_alone_has_a_motive",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(
                condition=models.Q(("scanned_at", None)),
                fields=["given_at"],
                name="deposit_to_be_scanned",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(
                fields=("evidence", "sending"), name="two_presses_deposit_one_file"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_clean", None), ("scanned_at", None)),
                    models.Q(("is_clean__isnull", False), ("scanned_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_file_that_was_scanned_is_clean_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(("pages__gt", 0), ("size__gt", 0)),
                name="a_deposit_holds_something",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deposit",
            trigger=pgtrigger.compiler.Trigger(
                name="a_deposit_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."evidence_id" IS DISTINCT FROM (NEW."evidence_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."given_at" IS DISTINCT FROM (NEW."given_at") OR OLD."author_kind" IS DISTINCT FROM (NEW."author_kind") OR OLD."author_name" IS DISTINCT FROM (NEW."author_name") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."sending" IS DISTINCT FROM (NEW."sending"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="addb9640ad647c7f9a2f143d30d9d897db4bc68e",
                    operation="UPDATE",
                    pgid="pgtrigger_a_deposit_is_never_rewritten_86fad",
                    table="evidence_deposit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deposit",
            trigger=pgtrigger.compiler.Trigger(
                name="a_deposit_is_scanned_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."scanned_at" IS NOT NULL AND (OLD."scanned_at" IS DISTINCT FROM (NEW."scanned_at") OR OLD."is_clean" IS DISTINCT FROM (NEW."is_clean")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ceed443c53c1885839d1010f7edd9e4a6b5a58cb",
                    operation="UPDATE",
                    pgid="pgtrigger_a_deposit_is_scanned_once_c4d2b",
                    table="evidence_deposit",
                    when="BEFORE",
                ),
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
        migrations.RunSQL(FOLLOW, FORGET),
    ]
