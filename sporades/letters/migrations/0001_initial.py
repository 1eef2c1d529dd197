import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("letters", "0001_letters"),
        ("letters", "0002_files_made_again"),
        ("letters", "0003_printed_is_a_file"),
        ("letters", "0004_overtaken"),
        ("letters", "0005_come_back"),
    ]

    dependencies = [
        ("candidates", "0001_initial"),
        ("documents", "0001_initial"),
        ("exams", "0001_initial"),
        ("mail", "0001_initial"),
        ("territory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PrintRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="jour")),
                ("asked_at", models.DateTimeField(verbose_name="commencé le")),
                ("asked_name", models.CharField(max_length=120, verbose_name="commencé par")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="courriers")),
                ("file_key", models.CharField(blank=True, max_length=120, verbose_name="fichier")),
                (
                    "made_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="fichier prêt le"),
                ),
                (
                    "again_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="fichier redemandé le"
                    ),
                ),
                (
                    "made_again_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="fichier refait le"),
                ),
                (
                    "trouble",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="pourquoi il n'est pas refait"
                    ),
                ),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="posté le")),
                (
                    "posted_name",
                    models.CharField(blank=True, max_length=120, verbose_name="posté par"),
                ),
                (
                    "academy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.academy",
                        verbose_name="académie",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.domain",
                        verbose_name="domaine",
                    ),
                ),
                (
                    "managing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.managingservice",
                        verbose_name="service gestionnaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "impression de courriers",
                "verbose_name_plural": "impressions de courriers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("made_at__isnull", True)),
                        fields=["asked_at"],
                        name="run_to_make",
                    ),
                    models.Index(fields=["academy", "-asked_at"], name="run_by_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("posted_name", ""), ("posted_on__isnull", True)),
                            models.Q(
                                ("made_at__isnull", False),
                                ("posted_on__isnull", False),
                                models.Q(("posted_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_run_is_posted_by_somebody_once_it_is_made",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_print", "À imprimer"),
                            ("printed", "PDF préparé"),
                            ("posted", "Posté"),
                            ("returned", "Revenu"),
                            ("overtaken", "Remplacé avant l'impression"),
                        ],
                        default="to_print",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="pourquoi il ne s'imprime pas"
                    ),
                ),
                (
                    "address",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=220),
                        blank=True,
                        default=list,
                        size=8,
                        verbose_name="adresse imprimée",
                    ),
                ),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="revenu le")),
                (
                    "returned_name",
                    models.CharField(blank=True, max_length=120, verbose_name="retour noté par"),
                ),
                (
                    "is_settled",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="l'adresse a changé depuis le retour",
                    ),
                ),
                (
                    "overtaken_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="remplacé par un courrier du"
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="candidates.candidate",
                        verbose_name="destinataire",
                    ),
                ),
                (
                    "enclosed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="documents.documentversion",
                        verbose_name="document joint",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letter",
                        to="mail.message",
                        verbose_name="message",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.registrationservice",
                        verbose_name="service d'inscription",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="letters.printrun",
                        verbose_name="impression",
                    ),
                ),
            ],
            options={
                "verbose_name": "courrier",
                "verbose_name_plural": "courriers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("run__isnull", True), ("state", "to_print")),
                        fields=["service"],
                        name="letter_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("is_settled", False), ("state", "returned")),
                        fields=["service"],
                        name="letter_come_back",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("to_print", "overtaken")),
                            models.Q(
                                ("run__isnull", False), models.Q(("address", []), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_printed_letter_has_its_run_and_its_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("overtaken_at__isnull", False),
                                ("run__isnull", True),
                                ("state", "overtaken"),
                            ),
                            models.Q(
                                models.Q(("state", "overtaken"), _negated=True),
                                ("overtaken_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="an_overtaken_letter_has_its_instant_and_no_run",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("returned_on__isnull", False), ("state", "returned")),
                            models.Q(
                                models.Q(("state", "returned"), _negated=True),
                                ("returned_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_returned_letter_has_its_day",
                    ),
                ],
            },
        ),
    ]
