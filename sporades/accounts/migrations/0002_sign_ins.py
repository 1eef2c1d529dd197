"""Sign-ins and secrets that were refused, kept a year (S-60)."""

import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="instant")),
                ("account", models.CharField(blank=True, max_length=60, verbose_name="compte")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("accepted", "connexion"), ("refused", "refus")],
                        max_length=20,
                        verbose_name="issue",
                    ),
                ),
                ("means", models.CharField(blank=True, max_length=60, verbose_name="moyens")),
                ("network", models.GenericIPAddressField(verbose_name="adresse réseau")),
                ("device", models.CharField(max_length=60, verbose_name="appareil")),
            ],
            options={
                "verbose_name": "connexion",
                "indexes": [
                    models.Index(fields=["account", "-at"], name="sign_in_by_account"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["at"], name="sign_in_by_instant"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["accepted", "refused"])),
                        name="a_sign_in_ends_in_one_of_its_ways",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signin",
            trigger=pgtrigger.compiler.Trigger(
                name="a_sign_in_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="131b8e5eede7dc61f47c31fb2d363b57b7146164",
                    operation="UPDATE",
                    pgid="pgtrigger_a_sign_in_is_never_rewritten_e64bb",
                    table="accounts_signin",
                    when="BEFORE",
                ),
            ),
        ),
    ]
