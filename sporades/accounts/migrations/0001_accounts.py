import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

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
                        fields=("user", "role"), name="a_member_holds_a_role_once"
                    )
                ],
            },
        ),
    ]
