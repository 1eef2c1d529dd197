import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("territory", "0001_territory"),
        ("territory", "0002_reached"),
        ("territory", "0003_indexes_of_communes"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ReferenceLoad",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte des fichiers")),
                (
                    "loaded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="chargé le",
                    ),
                ),
            ],
            options={
                "verbose_name": "chargement du territoire",
                "verbose_name_plural": "chargements du territoire",
            },
        ),
        migrations.CreateModel(
            name="Academy",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=3, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="nom")),
                ("full_name", models.CharField(max_length=80, verbose_name="nom complet")),
                ("is_vice_rectorate", models.BooleanField(verbose_name="vice-rectorat")),
                ("zone", models.CharField(max_length=40, verbose_name="fuseau horaire")),
                ("website", models.URLField(blank=True, verbose_name="site internet")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="ouverte le")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="fermée le")),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="territory.academy",
                        verbose_name="académie qui lui succède",
                    ),
                ),
            ],
            options={
                "verbose_name": "académie",
                "verbose_name_plural": "académies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^A[0-9]{2}$")),
                        name="academy_code_is_a_letter_and_two_digits",
                        violation_error_message="Le code d'une académie est « A » suivi de deux chiffres.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("zone", ""), _negated=True),
                        name="academy_has_a_zone",
                        violation_error_message="Une académie suit un fuseau horaire.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_on__isnull", True),
                            ("closed_on__isnull", True),
                            ("closed_on__gte", models.F("opened_on")),
                            _connector="OR",
                        ),
                        name="academy_closes_after_it_opened",
                        violation_error_message="Une académie ferme après avoir ouvert.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("successor__isnull", True),
                            ("closed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="academy_with_a_successor_has_closed",
                        violation_error_message="Une académie qui a un successeur est fermée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("successor__isnull", True),
                            models.Q(("successor", models.F("code")), _negated=True),
                            _connector="OR",
                        ),
                        name="academy_does_not_succeed_itself",
                        violation_error_message="Une académie ne se succède pas à elle-même.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Country",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=5, primary_key=True, serialize=False, verbose_name="code Insee"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="nom")),
                (
                    "alpha_2",
                    models.CharField(
                        blank=True, max_length=2, verbose_name="code ISO à deux lettres"
                    ),
                ),
                (
                    "alpha_3",
                    models.CharField(
                        blank=True, max_length=3, verbose_name="code ISO à trois lettres"
                    ),
                ),
                (
                    "nationality",
                    models.CharField(blank=True, max_length=60, verbose_name="nationalité"),
                ),
                (
                    "ended_on",
                    models.DateField(blank=True, null=True, verbose_name="a cessé d'exister le"),
                ),
            ],
            options={
                "verbose_name": "pays",
                "verbose_name_plural": "pays",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^99[0-9]{3}$")),
                        name="country_code_is_official",
                        violation_error_message="Le code d'un pays est « 99 » suivi de trois chiffres.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("alpha_2", ""), _negated=True),
                        fields=("alpha_2",),
                        name="country_alone_has_its_iso_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("nationality", ""), _negated=True),
                        fields=("nationality",),
                        name="country_alone_has_its_nationality",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("nationality", ""), _connector="OR"
                        ),
                        name="country_that_ended_gives_no_nationality",
                        violation_error_message="Un pays qui a cessé d'exister ne donne pas de nationalité.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=3, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="nom")),
                ("zone", models.CharField(max_length=40, verbose_name="fuseau horaire")),
                (
                    "academy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departments",
                        to="territory.academy",
                        verbose_name="académie",
                    ),
                ),
            ],
            options={
                "verbose_name": "département",
                "verbose_name_plural": "départements",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^([0-9]{2}|2[AB]|9[78][0-9])$")),
                        name="department_code_is_official",
                        violation_error_message="Le code d'un département est celui de l'Insee.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("zone", ""), _negated=True),
                        name="department_has_a_zone",
                        violation_error_message="Un département suit un fuseau horaire.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commune",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=5, verbose_name="code Insee")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("current", "Commune"),
                            ("district", "Arrondissement municipal"),
                            ("delegated", "Commune déléguée"),
                            ("associated", "Commune associée"),
                        ],
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "part_of",
                    models.CharField(blank=True, max_length=5, verbose_name="fait partie de"),
                ),
                (
                    "postcodes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5),
                        blank=True,
                        default=list,
                        verbose_name="codes postaux",
                    ),
                ),
                (
                    "search_key",
                    models.CharField(
                        db_collation="C", max_length=80, verbose_name="clé de recherche"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="communes",
                        to="territory.department",
                        verbose_name="département",
                    ),
                ),
            ],
            options={
                "verbose_name": "commune",
                "verbose_name_plural": "communes",
                "indexes": [
                    models.Index(fields=["search_key"], name="commune_by_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.search.SearchVector("search_key", config="simple"),
                        fastupdate=False,
                        name="commune_by_word",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["postcodes"], name="commune_by_postcode"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "kind"),
                        name="commune_is_known_by_its_code_and_kind",
                        violation_error_message="Cette commune est déjà dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^([0-9]{2}|2[AB])[0-9]{3}$")),
                        name="commune_code_is_official",
                        violation_error_message="Le code d'une commune est celui de l'Insee.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "current"), ("part_of", "")),
                            models.Q(
                                models.Q(("kind", "current"), _negated=True),
                                models.Q(("part_of", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="commune_is_current_or_part_of_another",
                        violation_error_message="Une commune est actuelle, ou fait partie d'une autre.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("search_key", ""), _negated=True),
                        name="commune_can_be_searched",
                        violation_error_message="Une commune a un nom.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ManagingService",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=60, verbose_name="code")),
                ("sector", models.CharField(max_length=120, verbose_name="secteur")),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=120, verbose_name="interlocuteur"),
                ),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse électronique"
                    ),
                ),
                (
                    "address",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        verbose_name="adresse postale",
                    ),
                ),
                (
                    "opening_hours",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="horaires d'ouverture"
                    ),
                ),
                (
                    "reached_so_since",
                    models.DateTimeField(
                        blank=True,
                        null=True,
                        verbose_name="coordonnées changées dans la gestion le",
                    ),
                ),
                (
                    "academy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="managing_services",
                        to="territory.academy",
                        verbose_name="académie",
                    ),
                ),
            ],
            options={
                "verbose_name": "service gestionnaire",
                "verbose_name_plural": "services gestionnaires",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("academy", "code"),
                        name="managing_service_has_one_code_in_its_academy",
                        violation_error_message="Ce service existe déjà dans cette académie.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("sector", ""), _negated=True),
                        ),
                        name="managing_service_has_a_name_and_a_sector",
                        violation_error_message="Un service a un nom et un secteur.",
                    ),
                ],
            },
        ),
    ]
