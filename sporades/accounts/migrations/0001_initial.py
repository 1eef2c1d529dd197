"""Who signs in, and the cache that every process shares: what a second factor remembers of codes used."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("accounts", "0001_accounts"),
        ("accounts", "0002_shared_cache"),
        ("accounts", "0003_left_addresses"),
        ("accounts", "0004_ways_back_to_sign_in"),
        ("accounts", "0005_accounts_given_back"),
        ("accounts", "0006_office_roles"),
        ("accounts", "0007_membership_reopened"),
        ("accounts", "0008_doctors"),
        ("accounts", "0009_replaced_memberships"),
        ("accounts", "0010_role_proposals"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "email",
                    models.EmailField(
                        error_messages={"unique": "Cette adresse est déjà celle d'un compte."},
                        max_length=254,
                        unique=True,
                        verbose_name="adresse électronique",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="actif")),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
                (
                    "activated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="activé le"),
                ),
                (
                    "reset_asked_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="nouveau mot de passe demandé le"
                    ),
                ),
                (
                    "taken_back_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="rendu à son ancienne adresse le"
                    ),
                ),
                (
                    "warned_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="averti de l'effacement le"
                    ),
                ),
            ],
            options={
                "verbose_name": "compte",
                "indexes": [
                    models.Index(
                        condition=models.Q(("activated_at__isnull", True)),
                        fields=["created_at"],
                        name="account_awaiting_activation",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="an_address_is_kept_in_small_letters",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="nouvelle adresse")),
                ("asked_at", models.DateTimeField(verbose_name="demandé le")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_change",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
            ],
            options={
                "verbose_name": "changement d'adresse",
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("limit", models.CharField(max_length=30, verbose_name="limite")),
                ("key", models.CharField(db_collation="C", max_length=64, verbose_name="sur quoi")),
                ("at", models.DateTimeField(verbose_name="instant")),
            ],
            options={
                "verbose_name": "tentative",
                "indexes": [
                    models.Index(fields=["limit", "key", "at"], name="attempt_by_key"),
                    models.Index(fields=["at"], name="attempt_by_instant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeftAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        db_index=True, max_length=254, verbose_name="ancienne adresse"
                    ),
                ),
                ("left_at", models.DateTimeField(verbose_name="quittée le")),
                (
                    "is_moved",
                    models.BooleanField(
                        default=True, verbose_name="le changement est celui de l'adresse"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="left_addresses",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
            ],
            options={
                "verbose_name": "adresse quittée",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Gestionnaire"),
                            ("head", "Chef de service"),
                            ("administrator", "Administrateur"),
                            ("auditor", "Auditeur"),
                            ("doctor", "Médecin désigné"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                ("full_name", models.CharField(max_length=120, verbose_name="nom")),
                (
                    "academies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3),
                        default=list,
                        verbose_name="académies",
                    ),
                ),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        verbose_name="domaines",
                    ),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="jusqu'au")),
                (
                    "reopened_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="rouverte le"),
                ),
                (
                    "replaced_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="remplacée le"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "appartenance",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("user", "role"),
                        name="a_member_holds_a_role_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("academies", []), ("role", "administrator")),
                            models.Q(
                                models.Q(("role", "administrator"), _negated=True),
                                models.Q(("academies", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="only_an_administrator_has_all_academies",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("full_name", models.CharField(max_length=120, verbose_name="nom")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Gestionnaire"),
                            ("head", "Chef de service"),
                            ("administrator", "Administrateur"),
                            ("auditor", "Auditeur"),
                            ("doctor", "Médecin désigné"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "academies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), verbose_name="académies"
                    ),
                ),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        verbose_name="domaines",
                    ),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="jusqu'au")),
                ("reason", models.CharField(max_length=300, verbose_name="motif")),
                ("sending", models.UUIDField(editable=False, unique=True, verbose_name="envoi")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "En attente d'approbation"),
                            ("given", "Approuvée"),
                            ("refused", "Refusée"),
                            ("dropped", "Retirée"),
                        ],
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposé le")),
                ("proposed_by", models.CharField(max_length=255, verbose_name="proposé par")),
                (
                    "proposed_by_id",
                    models.CharField(max_length=60, verbose_name="compte de qui propose"),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=300, verbose_name="motif du refus"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="décidé le"),
                ),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=255, verbose_name="décidé par"),
                ),
                (
                    "decided_by_id",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="compte de qui décide"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agent dont le rôle changerait",
                    ),
                ),
            ],
            options={
                "verbose_name": "accès proposé",
                "verbose_name_plural": "accès proposés",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("email",),
                        name="somebody_has_one_proposed_role",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("user",),
                        name="an_agent_has_one_proposed_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("academies", []), _negated=True),
                            models.Q(("role", "administrator"), _negated=True),
                        ),
                        name="a_proposed_role_has_academies",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_decided_role_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "given"), _negated=True),
                            models.Q(("decided_by_id", models.F("proposed_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_gives_the_role_that_they_propose",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE shared_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX shared_cache_expires ON shared_cache (expires);
            """,
            "DROP TABLE shared_cache",
        ),
    ]
