import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("threads", "0001_threads"),
        ("threads", "0002_messages_settled"),
    ]

    dependencies = [
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ThreadMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_candidates", models.BooleanField(verbose_name="écrit par le candidat")),
                ("text", models.CharField(max_length=2000, verbose_name="message")),
                ("sent_at", models.DateTimeField(verbose_name="envoyé le")),
                (
                    "read_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="lu par son destinataire le"
                    ),
                ),
                (
                    "settled_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="laissé sans suite le"
                    ),
                ),
                (
                    "settled_name",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="laissé sans suite par"
                    ),
                ),
                (
                    "author_kind",
                    models.CharField(max_length=20, verbose_name="qualité de l'auteur"),
                ),
                ("author_name", models.CharField(max_length=255, verbose_name="auteur")),
                ("author_id", models.CharField(max_length=60, verbose_name="compte de l'auteur")),
                ("sending", models.UUIDField(editable=False, verbose_name="envoi")),
                (
                    "registration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="thread",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "message d'une inscription",
                "indexes": [
                    models.Index(
                        fields=["registration", "is_candidates", "id"], name="message_of_thread"
                    ),
                    models.Index(
                        condition=models.Q(("is_candidates", False), ("read_at", None)),
                        fields=["registration"],
                        name="message_unread_answer",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="a_message_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("settled_name", "")),
                            models.Q(
                                ("is_candidates", True),
                                ("settled_at__isnull", False),
                                models.Q(("settled_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_candidates_message_is_settled_by_somebody",
                    ),
                    models.UniqueConstraint(
                        fields=("registration", "sending"), name="two_presses_send_one_message"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="threadmessage",
            trigger=pgtrigger.compiler.Trigger(
                name="a_message_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."registration_id" IS DISTINCT FROM (NEW."registration_id") OR OLD."is_candidates" IS DISTINCT FROM (NEW."is_candidates") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."author_kind" IS DISTINCT FROM (NEW."author_kind") OR OLD."author_name" IS DISTINCT FROM (NEW."author_name") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."sending" IS DISTINCT FROM (NEW."sending"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d3f3cd1140ddd75858fb6910dce70e568af8aa75",
                    operation="UPDATE",
                    pgid="pgtrigger_a_message_is_never_rewritten_9883d",
                    table="threads_threadmessage",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="threadmessage",
            trigger=pgtrigger.compiler.Trigger(
                name="a_message_is_settled_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."settled_at" IS NOT NULL AND (OLD."settled_at" IS DISTINCT FROM (NEW."settled_at") OR OLD."settled_name" IS DISTINCT FROM (NEW."settled_name")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="61a9cf9d95b902fe2b6313e2bfaac3b5b917bb15",
                    operation="UPDATE",
                    pgid="pgtrigger_a_message_is_settled_once_5d172",
                    table="threads_threadmessage",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="threadmessage",
            trigger=pgtrigger.compiler.Trigger(
                name="a_message_is_first_read_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."read_at" IS DISTINCT FROM (NEW."read_at") AND OLD."read_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a3cd21373520585ea400dff98496d4181788647c",
                    operation="UPDATE",
                    pgid="pgtrigger_a_message_is_first_read_once_33e98",
                    table="threads_threadmessage",
                    when="BEFORE",
                ),
            ),
        ),
    ]
