"""Registrations; a mail about one is of the academy where it is, by the database itself.

Whoever writes a mail, carries it to another registration or moves the registration need not say it.
"""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FOLLOW = r"""
CREATE FUNCTION mail_message_academy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.academy := '';
    IF NEW.about_kind = 'registration' AND NEW.about_id ~ '^\d{1,18}$' THEN
        SELECT academy_id INTO NEW.academy
        FROM registrations_registration WHERE id = NEW.about_id::bigint;
        NEW.academy := COALESCE(NEW.academy, '');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER a_mail_is_of_the_academy_of_its_registration
BEFORE INSERT OR UPDATE OF about_kind, about_id, academy ON mail_message
FOR EACH ROW EXECUTE FUNCTION mail_message_academy();

CREATE FUNCTION registration_mails_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mail_message SET academy = NEW.academy_id
    WHERE about_kind = 'registration' AND about_id = NEW.id::text;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_mails_of_a_registration_follow_it
AFTER UPDATE OF academy_id ON registrations_registration
FOR EACH ROW WHEN (OLD.academy_id IS DISTINCT FROM NEW.academy_id)
EXECUTE FUNCTION registration_mails_follow();
"""
FORGET = """
DROP TRIGGER the_mails_of_a_registration_follow_it ON registrations_registration;
DROP FUNCTION registration_mails_follow();
DROP TRIGGER a_mail_is_of_the_academy_of_its_registration ON mail_message;
DROP FUNCTION mail_message_academy();
"""
# In a hundred parts, names that begin alike are taken for one row where they are thousands, and those
# of the country are read to find those of an academy.
STATISTICS = "ALTER TABLE registrations_registration ALTER COLUMN name_key SET STATISTICS {}"


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("registrations", "0001_registrations"),
        ("registrations", "0002_version_stored_at"),
        ("registrations", "0003_draft_reminded_of_a_closing"),
        ("registrations", "0004_registration_national_service"),
        ("registrations", "0005_consents_chosen_at"),
        ("registrations", "0006_office_search"),
        ("registrations", "0007_decisions"),
        ("registrations", "0008_office_indexes"),
        ("registrations", "0009_notes"),
        ("registrations", "0010_amended_since"),
        ("registrations", "0011_sort_by_first_names"),
        ("registrations", "0012_change_requests"),
        ("registrations", "0013_index_of_rules"),
        ("registrations", "0014_counts"),
        ("registrations", "0015_refused_answers"),
        ("registrations", "0016_placed_by_the_office"),
        ("registrations", "0017_requests_taken_back"),
        ("registrations", "0018_correction_requests"),
        ("registrations", "0019_held_by_one_who_stands"),
        ("registrations", "0020_drafts_have_a_side"),
        ("registrations", "0021_states_in_order"),
        ("registrations", "0022_mails_follow"),
        ("registrations", "0023_names_are_known_better"),
        ("registrations", "0024_proofs_are_scanned"),
        ("registrations", "0025_anomalies_by_age"),
        ("registrations", "0026_a_draft_outlives_the_account_of_its_author"),
        ("registrations", "0027_two_presses_one_note"),
        ("registrations", "0028_keys_without_unseen_signs"),
        ("registrations", "0029_persons_counted"),
        ("registrations", "0030_telephones"),
    ]

    dependencies = [
        ("candidates", "0001_initial"),
        ("mail", "0001_initial"),
        ("accounts", "__first__"),
        ("candidates", "0001_initial"),
        ("documents", "0001_initial"),
        ("exams", "0001_initial"),
        ("territory", "0001_initial"),
    ]

    operations = [
        # From a sequence: nobody waits for a counter. Gaps are of no consequence.
        migrations.RunSQL(
            "CREATE SEQUENCE registration_numbers AS bigint START WITH 2000000000",
            "DROP SEQUENCE registration_numbers",
        ),
        migrations.CreateModel(
            name="Registration",
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
                        max_length=14, unique=True, verbose_name="numéro d'inscription"
                    ),
                ),
                (
                    "is_placed",
                    models.BooleanField(
                        default=False, verbose_name="placée dans cette académie par la gestion"
                    ),
                ),
                (
                    "exclusive_scope",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="une seule inscription parmi"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "Inscription enregistrée"),
                            ("validated", "Inscription validée"),
                            ("anomaly", "Inscription en anomalie"),
                            ("set_aside", "Inscription écartée"),
                            ("withdrawn", "Désinscription"),
                        ],
                        default="registered",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("filed_at", models.DateTimeField(verbose_name="enregistrée le")),
                (
                    "amended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="modifiée le"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="désinscrite le"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="état décidé par la gestion le"
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=500, verbose_name="motif de l'état"),
                ),
                (
                    "summary_posted_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="récapitulatif signé posté le"
                    ),
                ),
                ("name_key", models.TextField(db_collation="C", verbose_name="clé de recherche")),
                (
                    "birth_date",
                    models.DateField(blank=True, null=True, verbose_name="date de naissance"),
                ),
                ("ine", models.CharField(blank=True, max_length=11, verbose_name="INE")),
                (
                    "address_1",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 1"),
                ),
                (
                    "address_2",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 2"),
                ),
                (
                    "address_3",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 3"),
                ),
                (
                    "address_4",
                    models.CharField(blank=True, max_length=38, verbose_name="adresse, ligne 4"),
                ),
                (
                    "postcode",
                    models.CharField(blank=True, max_length=10, verbose_name="code postal"),
                ),
                ("town", models.CharField(blank=True, max_length=80, verbose_name="commune")),
                (
                    "commune",
                    models.CharField(blank=True, max_length=5, verbose_name="code de la commune"),
                ),
                ("country", models.CharField(blank=True, max_length=5, verbose_name="pays")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                (
                    "mobile",
                    models.CharField(blank=True, max_length=20, verbose_name="téléphone mobile"),
                ),
                (
                    "guardian_name",
                    models.CharField(blank=True, max_length=120, verbose_name="représentant légal"),
                ),
                (
                    "guardian_phone",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="téléphone du représentant légal"
                    ),
                ),
                (
                    "guardian_email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse du représentant légal"
                    ),
                ),
                (
                    "father_name",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="nom et prénoms du père"
                    ),
                ),
                (
                    "mother_name",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="nom et prénoms de la mère"
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=20, verbose_name="catégorie")),
                (
                    "passing_form",
                    models.CharField(blank=True, max_length=20, verbose_name="forme de passage"),
                ),
                (
                    "zone",
                    models.CharField(blank=True, max_length=40, verbose_name="zone souhaitée"),
                ),
                (
                    "national_service",
                    models.CharField(blank=True, max_length=60, verbose_name="service national"),
                ),
                (
                    "has_disability",
                    models.BooleanField(default=False, verbose_name="handicap déclaré"),
                ),
                (
                    "diploma",
                    models.CharField(blank=True, max_length=60, verbose_name="diplôme présenté"),
                ),
                (
                    "experience",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="années d'expérience"
                    ),
                ),
                (
                    "colouring",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="coloration disciplinaire"
                    ),
                ),
                (
                    "publishes_name",
                    models.BooleanField(
                        default=False, verbose_name="nom dans les résultats publiés"
                    ),
                ),
                (
                    "shares_name",
                    models.BooleanField(default=False, verbose_name="nom communiqué à des tiers"),
                ),
                (
                    "consents_chosen_at",
                    models.DateTimeField(
                        blank=True,
                        null=True,
                        verbose_name="choix de publication changés après l'enregistrement, le",
                    ),
                ),
                (
                    "academy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.academy",
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="candidates.candidate",
                    ),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.exam",
                    ),
                ),
                (
                    "folder",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registration",
                        to="documents.folder",
                    ),
                ),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="candidates.identity",
                    ),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.regulation",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="exams.registrationservice",
                    ),
                ),
                (
                    "speciality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.speciality",
                    ),
                ),
            ],
            options={
                "verbose_name": "inscription",
                "indexes": [
                    models.Index(
                        fields=["academy", "exam", "state"], name="registration_by_academy"
                    ),
                    models.Index(
                        fields=["regulation", "academy", "state"], name="registration_by_rules"
                    ),
                    models.Index(
                        fields=["academy", "name_key", "id"], name="registration_by_name_there"
                    ),
                    models.Index(fields=["name_key", "id"], name="registration_by_name"),
                    models.Index(
                        fields=["academy", "state", "name_key", "id"],
                        name="registration_by_state_there",
                    ),
                    models.Index(fields=["state", "name_key", "id"], name="registration_by_state"),
                    models.Index(fields=["birth_date"], name="registration_by_birth_date"),
                    models.Index(
                        condition=models.Q(("amended_at__gte", models.F("decided_at"))),
                        fields=["academy", "name_key", "id"],
                        name="registration_amended_since",
                    ),
                    models.Index(
                        condition=models.Q(("state", "anomaly")),
                        fields=["decided_at", "id"],
                        name="registration_in_anomaly",
                    ),
                    models.Index(
                        condition=models.Q(("state", "anomaly")),
                        fields=["academy", "decided_at", "id"],
                        name="registration_in_anomaly_there",
                    ),
                    models.Index(
                        condition=models.Q(("ine", ""), _negated=True),
                        fields=["ine"],
                        name="registration_by_ine",
                    ),
                    models.Index(
                        condition=models.Q(("mobile", ""), _negated=True),
                        fields=["mobile"],
                        name="registration_by_mobile",
                    ),
                    models.Index(
                        condition=models.Q(("phone", ""), _negated=True),
                        fields=["phone"],
                        name="registration_by_phone",
                    ),
                    models.Index(
                        condition=models.Q(("guardian_phone", ""), _negated=True),
                        fields=["guardian_phone"],
                        name="registration_by_guardian_phone",
                    ),
                    models.Index(
                        fields=["academy", "filed_at"],
                        include=("exam", "service", "speciality", "category", "state", "candidate"),
                        name="registration_counted",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("name_key", name="gin_trgm_ops"),
                        name="registration_by_likeness",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "withdrawn"), _negated=True),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_withdrawn_registration_has_its_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ("anomaly", "set_aside")),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ("anomaly", "set_aside")), _negated=True),
                                ("reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="a_registration_in_anomaly_or_set_aside_says_why",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("registered", "validated", "anomaly"))),
                        fields=("candidate", "exam", "speciality"),
                        name="a_candidate_registers_once_for_an_exam",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ("registered", "validated", "anomaly")),
                            models.Q(("exclusive_scope", ""), _negated=True),
                        ),
                        fields=("candidate", "exclusive_scope"),
                        name="a_candidate_registers_once_in_an_exclusive_scope",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=2000, verbose_name="note")),
                ("written_at", models.DateTimeField(verbose_name="écrite le")),
                ("author_name", models.CharField(max_length=255, verbose_name="auteur")),
                ("author_id", models.CharField(max_length=60, verbose_name="compte de l'auteur")),
                (
                    "sending",
                    models.UUIDField(blank=True, editable=False, null=True, verbose_name="envoi"),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="a_note_says_something",
                    ),
                    models.UniqueConstraint(
                        fields=("registration", "sending"), name="two_presses_add_one_note"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "is_placed",
                    models.BooleanField(
                        default=False, verbose_name="placé dans cette académie par la gestion"
                    ),
                ),
                (
                    "amends_version",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="version de départ"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="commencé le")),
                ("answered_at", models.DateTimeField(verbose_name="dernière saisie le")),
                (
                    "abandoned_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="abandonné le"),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="envoyé comme demande le"
                    ),
                ),
                (
                    "reminded_of",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="rappelé de la fermeture du"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="rempli pour le candidat par",
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="candidates.candidate",
                    ),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.exam",
                    ),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.regulation",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="exams.registrationservice",
                    ),
                ),
                (
                    "speciality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.speciality",
                    ),
                ),
                (
                    "amends",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="registrations.registration",
                        verbose_name="modifie",
                    ),
                ),
            ],
            options={
                "verbose_name": "brouillon",
            },
        ),
        migrations.CreateModel(
            name="CorrectionRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changes", models.JSONField(verbose_name="ce qui est demandé")),
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
                    "assigned_name",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="prise en charge par"
                    ),
                ),
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
                ("identity", models.JSONField(verbose_name="état civil demandé")),
                ("reason", models.CharField(blank=True, max_length=1000, verbose_name="motif")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="candidates.identity",
                        verbose_name="état civil d'avant",
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="correction_requests",
                        to="candidates.candidate",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de correction d'état civil",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "sent")),
                        fields=["sent_at"],
                        name="correction_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sent")),
                        fields=("candidate",),
                        name="a_candidate_has_one_correction_that_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "taken_back"),
                            models.Q(("proof_key", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_correction_has_its_proof_unless_taken_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("answer", ""), _negated=True)),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("answer", "")),
                            _connector="OR",
                        ),
                        name="a_refused_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_correction_that_has_ended_has_its_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistrationAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.CharField(max_length=40, verbose_name="question")),
                ("value", models.JSONField(verbose_name="réponse")),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse à une question d'examen",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registration", "question"), name="a_question_is_answered_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistrationPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("status", models.CharField(max_length=20, verbose_name="statut")),
                ("form", models.CharField(blank=True, max_length=20, verbose_name="forme")),
                ("option", models.CharField(blank=True, max_length=40, verbose_name="option")),
                (
                    "mark",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        verbose_name="note conservée",
                    ),
                ),
                (
                    "mark_session",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="session de la note"
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.paper",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="papers",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "épreuve d'une inscription",
                "indexes": [
                    models.Index(
                        fields=["paper", "status", "registration"],
                        name="epreuve_by_what_was_chosen",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registration", "paper"),
                        name="an_epreuve_stands_once_in_a_registration",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionAnswers",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("section", models.SlugField(max_length=30, verbose_name="onglet")),
                ("answers", models.JSONField(default=dict, verbose_name="réponses")),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="révision")),
                ("answered_at", models.DateTimeField(verbose_name="saisi le")),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="registrations.draft",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponses à un onglet",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("draft", "section"), name="a_draft_answers_a_tab_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revision__gte", 1)), name="a_revision_counts_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="numéro de version")),
                ("snapshot", models.JSONField(verbose_name="contenu")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte")),
                (
                    "author_kind",
                    models.CharField(max_length=20, verbose_name="qualité de l'auteur"),
                ),
                ("author_name", models.CharField(max_length=255, verbose_name="auteur")),
                ("filed_at", models.DateTimeField(verbose_name="enregistrée le")),
                (
                    "stored_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="écrite le, à l'horloge de la base",
                    ),
                ),
                ("changes", models.JSONField(default=list, verbose_name="ce qui a changé")),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="registrations.registration",
                    ),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exams.regulation",
                    ),
                ),
            ],
            options={
                "verbose_name": "version d'une inscription",
                "ordering": ("registration", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registration", "number"), name="a_version_number_is_used_once"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="draft",
            name="filed_as",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="draft",
                to="registrations.version",
                verbose_name="enregistré comme",
            ),
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changes", models.JSONField(verbose_name="ce qui est demandé")),
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
                    "assigned_name",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="prise en charge par"
                    ),
                ),
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
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="change_requests",
                        to="registrations.draft",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="change_requests",
                        to="registrations.registration",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="change_request",
                        to="registrations.version",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de modification",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "sent")),
                        fields=["sent_at"],
                        name="request_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sent")),
                        fields=("registration",),
                        name="a_registration_has_one_request_that_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="a_request_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("answer", ""), _negated=True)),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("answer", "")),
                            _connector="OR",
                        ),
                        name="a_refused_request_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), ("version__isnull", False)),
                            models.Q(
                                models.Q(("state", "accepted"), _negated=True),
                                ("version__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="an_accepted_request_has_its_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_request_that_has_ended_has_its_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="jour")),
                ("academy", models.CharField(max_length=3, verbose_name="académie")),
                ("section", models.SlugField(db_index=False, max_length=30, verbose_name="onglet")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="champ")),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="question")),
                ("rule", models.CharField(blank=True, max_length=60, verbose_name="règle")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="refus")),
                ("is_folded", models.BooleanField(default=False, verbose_name="additionné")),
                (
                    "exam",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="exams.exam",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponses refusées",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_folded", False)),
                        fields=["id"],
                        name="refused_to_add_up",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_folded", True)),
                        fields=("academy", "day", "exam", "section", "field", "rule"),
                        name="refused_answers_are_added_up_once",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("abandoned_at__isnull", True), ("filed_as__isnull", True)),
                fields=["service", "answered_at"],
                name="draft_open_by_service",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("abandoned_at__isnull", True),
                    ("amends__isnull", True),
                    ("filed_as__isnull", True),
                ),
                fields=("candidate", "exam", "speciality", "author"),
                name="whoever_fills_has_one_open_draft_for_a_choice",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("abandoned_at__isnull", True),
                    ("amends__isnull", False),
                    ("filed_as__isnull", True),
                ),
                fields=("amends", "author"),
                name="whoever_fills_has_one_open_modification",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at__isnull", True),
                    models.Q(("amends__isnull", False), ("author__isnull", True)),
                    _connector="OR",
                ),
                name="only_a_modification_of_a_candidate_is_sent_as_a_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amends__isnull", True), ("amends_version__isnull", True)),
                    models.Q(("amends__isnull", False), ("amends_version__isnull", False)),
                    _connector="OR",
                ),
                name="a_modification_knows_what_it_starts_from",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="registration",
            trigger=pgtrigger.compiler.Trigger(
                name="a_registration_is_of_one_who_stands",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kept BIGINT;",
                    func="\nIF TG_OP = 'UPDATE' AND NEW.candidate_id = OLD.candidate_id THEN\n    RETURN NEW;\nEND IF;\n-- It waits for a merge that is under way, then reads what it left.\nSELECT merged_into_id INTO kept FROM candidates_candidate WHERE id = NEW.candidate_id FOR KEY SHARE;\nIF kept IS NOT NULL THEN\n    RAISE EXCEPTION 'a_merged_candidate_has_nothing' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="c0236254a6052b5df7505c39e42898345636e74d",
                    operation='INSERT OR UPDATE OF "candidate_id"',
                    pgid="pgtrigger_a_registration_is_of_one_who_stands_0fd15",
                    table="registrations_registration",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correctionrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="a_correction_is_of_one_who_stands",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kept BIGINT;",
                    func="\nIF TG_OP = 'UPDATE' AND NEW.candidate_id = OLD.candidate_id THEN\n    RETURN NEW;\nEND IF;\n-- It waits for a merge that is under way, then reads what it left.\nSELECT merged_into_id INTO kept FROM candidates_candidate WHERE id = NEW.candidate_id FOR KEY SHARE;\nIF kept IS NOT NULL THEN\n    RAISE EXCEPTION 'a_merged_candidate_has_nothing' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="d6dd8aeb270bd41388fdf465af7012485159353c",
                    operation='INSERT OR UPDATE OF "candidate_id"',
                    pgid="pgtrigger_a_correction_is_of_one_who_stands_ccc79",
                    table="registrations_correctionrequest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="a_version_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d8521af3def3907e58049fcb229eb3f69b49d3ea",
                    operation="UPDATE",
                    pgid="pgtrigger_a_version_is_never_rewritten_59d41",
                    table="registrations_version",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="draft",
            trigger=pgtrigger.compiler.Trigger(
                name="a_draft_is_of_one_who_stands",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kept BIGINT;",
                    func="\nIF TG_OP = 'UPDATE' AND NEW.candidate_id = OLD.candidate_id THEN\n    RETURN NEW;\nEND IF;\n-- It waits for a merge that is under way, then reads what it left.\nSELECT merged_into_id INTO kept FROM candidates_candidate WHERE id = NEW.candidate_id FOR KEY SHARE;\nIF kept IS NOT NULL THEN\n    RAISE EXCEPTION 'a_merged_candidate_has_nothing' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="986b5388c1f5008d701ac35bd9a489a0e1e2e410",
                    operation='INSERT OR UPDATE OF "candidate_id"',
                    pgid="pgtrigger_a_draft_is_of_one_who_stands_13516",
                    table="registrations_draft",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(STATISTICS.format(300), STATISTICS.format(-1)),
        migrations.RunSQL(FOLLOW, FORGET),
    ]
