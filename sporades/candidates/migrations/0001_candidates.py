import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE candidates_number START 1000000",
            "DROP SEQUENCE candidates_number",
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "civility",
                    models.CharField(
                        choices=[("mme", "Madame"), ("m", "Monsieur")],
                        max_length=3,
                        verbose_name="civilité",
                    ),
                ),
                ("birth_name", models.CharField(max_length=100, verbose_name="nom de famille")),
                (
                    "usage_name",
                    models.CharField(blank=True, max_length=100, verbose_name="nom d'usage"),
                ),
                (
                    "first_names",
                    models.CharField(blank=True, max_length=100, verbose_name="prénoms"),
                ),
                ("birth_year", models.PositiveSmallIntegerField(verbose_name="année de naissance")),
                (
                    "birth_month",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="mois de naissance"
                    ),
                ),
                (
                    "birth_day",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="jour de naissance"
                    ),
                ),
                ("birth_country", models.CharField(max_length=5, verbose_name="pays de naissance")),
                (
                    "birth_department",
                    models.CharField(
                        blank=True, max_length=3, verbose_name="département de naissance"
                    ),
                ),
                (
                    "birth_commune",
                    models.CharField(blank=True, max_length=5, verbose_name="commune de naissance"),
                ),
                ("birth_place", models.CharField(max_length=120, verbose_name="lieu de naissance")),
                ("nationality", models.CharField(max_length=5, verbose_name="nationalité")),
                (
                    "name_key",
                    models.CharField(
                        db_collation="C", max_length=310, verbose_name="clé de recherche"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
            ],
            options={
                "verbose_name": "identité",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_day__isnull", True),
                            ("birth_month__isnull", False),
                            _connector="OR",
                        ),
                        name="a_birth_day_has_its_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_month__isnull", True),
                            ("birth_month__range", (1, 12)),
                            _connector="OR",
                        ),
                        name="a_birth_month_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_day__isnull", True),
                            ("birth_day__range", (1, 31)),
                            _connector="OR",
                        ),
                        name="a_birth_day_is_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("birth_name", ""), _negated=True),
                        name="a_person_has_a_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        blank=True,
                        max_length=12,
                        null=True,
                        unique=True,
                        verbose_name="numéro candidat",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse électronique"
                    ),
                ),
                ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="figé le")),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="candidate",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="candidates.identity",
                        verbose_name="identité",
                    ),
                ),
            ],
            options={
                "verbose_name": "candidat",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="identity",
            trigger=pgtrigger.compiler.Trigger(
                name="an_identity_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a4cd44b844f1f0ab17450fdf01a36db77480f921",
                    operation="UPDATE",
                    pgid="pgtrigger_an_identity_is_never_rewritten_ada2d",
                    table="candidates_identity",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(fields=["email"], name="candidate_by_address"),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number__isnull", True), ("frozen_at__isnull", False), _connector="OR"
                ),
                name="a_numbered_candidate_is_frozen",
            ),
        ),
    ]
