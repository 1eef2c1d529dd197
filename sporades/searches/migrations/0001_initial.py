import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("searches", "0001_searches"),
        ("searches", "0002_shared_within"),
        ("searches", "0003_those_that_were_shared"),
        ("searches", "0004_shared_somewhere"),
        ("searches", "0005_numbers_of_registrations"),
    ]

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Search",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="nom")),
                (
                    "is_shared",
                    models.BooleanField(
                        default=False, verbose_name="partagée avec les autres gestionnaires"
                    ),
                ),
                (
                    "perimeters",
                    models.JSONField(
                        default=list, verbose_name="périmètre de son auteur au moment du partage"
                    ),
                ),
                ("tree", models.JSONField(verbose_name="arbre des critères")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        default=list,
                        verbose_name="colonnes",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        max_length=64, verbose_name="empreinte de l'arbre et des colonnes"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searches",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
            ],
            options={
                "verbose_name": "recherche",
                "indexes": [
                    models.Index(
                        condition=models.Q(("name", "")),
                        fields=["asked_at"],
                        name="search_passing_by_age",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("name", "")),
                        fields=("owner", "digest"),
                        name="a_passing_search_is_kept_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        fields=("owner", "name"),
                        name="a_name_is_given_to_one_search",
                        violation_error_message="Une de vos recherches porte déjà ce nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_shared", False),
                            models.Q(("name", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_shared_search_has_a_name",
                        violation_error_message="Donnez un nom à la recherche que vous partagez.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_shared", False),
                            models.Q(("perimeters", []), _negated=True),
                            _connector="OR",
                        ),
                        name="a_shared_search_is_shared_somewhere",
                    ),
                ],
            },
        ),
    ]
