"""What was not saved before the closing may be asked for: a draft that is no modification is sent too."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_keys_of_apostrophes"),
        ("exams", "0002_changes_told"),
        ("registrations", "0013_waivers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LateRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "proof_key",
                    models.CharField(blank=True, max_length=100, verbose_name="pièce jointe"),
                ),
                (
                    "proof_scanned_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="pièce jointe passée à l'antivirus le"
                    ),
                ),
                (
                    "proof_is_clean",
                    models.BooleanField(blank=True, null=True, verbose_name="pièce jointe saine"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "En attente"),
                            ("accepted", "Acceptée"),
                            ("refused", "Refusée"),
                            ("taken_back", "Retirée"),
                        ],
                        default="sent",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="envoyée le")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="décidée le"),
                ),
                (
                    "decided_name",
                    models.CharField(blank=True, max_length=255, verbose_name="décidée par"),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=500, verbose_name="motif du refus"),
                ),
                ("reason", models.CharField(max_length=1000, verbose_name="motif")),
            ],
            options={
                "verbose_name": "demande d'inscription tardive",
            },
        ),
        migrations.RemoveConstraint(
            model_name="draft",
            name="only_a_modification_of_a_candidate_is_sent_as_a_request",
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at__isnull", True), ("author__isnull", True), _connector="OR"
                ),
                name="only_what_a_candidate_fills_is_sent_as_a_request",
            ),
        ),
        migrations.AddField(
            model_name="laterequest",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="late_requests",
                to="registrations.draft",
            ),
        ),
        migrations.AddField(
            model_name="laterequest",
            name="version",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="late_request",
                to="registrations.version",
            ),
        ),
        migrations.AddIndex(
            model_name="laterequest",
            index=models.Index(
                condition=models.Q(("state", "sent")),
                fields=["sent_at"],
                name="late_request_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="laterequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "sent")),
                fields=("draft",),
                name="a_draft_has_one_late_request_that_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="laterequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_late_request_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="laterequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), models.Q(("answer", ""), _negated=True)),
                    models.Q(models.Q(("state", "refused"), _negated=True), ("answer", "")),
                    _connector="OR",
                ),
                name="a_refused_late_request_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="laterequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), ("version__isnull", False)),
                    models.Q(
                        models.Q(("state", "accepted"), _negated=True), ("version__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="an_accepted_late_request_has_its_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="laterequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state", "sent")),
                    models.Q(
                        models.Q(("state", "sent"), _negated=True), ("decided_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="a_late_request_that_has_ended_has_its_instant",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="laterequest",
            trigger=pgtrigger.compiler.Trigger(
                name="a_late_request_is_of_a_new_registration",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nPERFORM 1 FROM registrations_draft\n    WHERE id = NEW.draft_id AND amends_id IS NULL AND author_id IS NULL FOR KEY SHARE;\nIF NOT FOUND THEN\n    RAISE EXCEPTION 'a_late_request_is_of_a_new_registration' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="aa3781778590be89959c4eb6ece834e61150f735",
                    operation='INSERT OR UPDATE OF "draft_id"',
                    pgid="pgtrigger_a_late_request_is_of_a_new_registration_48984",
                    table="registrations_laterequest",
                    when="BEFORE",
                ),
            ),
        ),
    ]
