"""Requests; each follows its registration, and says since when it waits: the database writes both.

Whoever writes a request, moves its registration or has it stand no more need not say it.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

STANDS = "IN ('registered', 'validated', 'anomaly')"
FOLLOW = f"""
CREATE FUNCTION accommodations_case_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Shared: nobody moves the registration, nor decides of it, until this is written.
    SELECT academy_id, state {STANDS} INTO NEW.academy, NEW.stands
    FROM registrations_registration WHERE id = NEW.registration_id FOR SHARE;
    NEW.academy := COALESCE(NEW.academy, '');
    NEW.stands := COALESCE(NEW.stands, false);
    RETURN NEW;
END
$$;
CREATE TRIGGER a_request_is_where_its_registration_is
BEFORE INSERT OR UPDATE OF registration_id, academy, stands ON accommodations_case
FOR EACH ROW EXECUTE FUNCTION accommodations_case_follows();

CREATE FUNCTION registration_requests_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accommodations_case SET academy = NEW.academy_id WHERE registration_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_requests_of_a_registration_follow_it
AFTER UPDATE OF academy_id, state ON registrations_registration
FOR EACH ROW WHEN (
    OLD.academy_id IS DISTINCT FROM NEW.academy_id
    OR (OLD.state {STANDS}) IS DISTINCT FROM (NEW.state {STANDS})
)
EXECUTE FUNCTION registration_requests_follow();
"""  # noqa: S608 - of this file alone
FORGET = """
DROP TRIGGER the_requests_of_a_registration_follow_it ON registrations_registration;
DROP FUNCTION registration_requests_follow();
DROP TRIGGER a_request_is_where_its_registration_is ON accommodations_case;
DROP FUNCTION accommodations_case_follows();
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("accommodations", "0001_accommodations"),
        ("accommodations", "0002_notifications_and_calls"),
        ("accommodations", "0003_left_by_their_doctor"),
        ("accommodations", "0004_academy"),
        ("accommodations", "0005_decisions_are_corrected"),
        ("accommodations", "0006_opinions_on_some_epreuves"),
        ("accommodations", "0007_measures_are_specified"),
        ("accommodations", "0008_taking_again_cancelled"),
        ("accommodations", "0009_first_sending"),
        ("accommodations", "0010_why_late_and_decision_held"),
        ("accommodations", "0011_guardians_are_written_to_as_they_sign"),
        ("accommodations", "0012_an_opinion_says_why_of_each_measure"),
        ("accommodations", "0013_former_doctors_and_opinions_given_again"),
        ("accommodations", "0014_what_was_sent_in_time"),
        ("accommodations", "0015_incomplete_as_it_was_sent"),
        ("accommodations", "0016_another_measure_says_which"),
        ("accommodations", "0017_taken_again_since"),
        ("accommodations", "0018_requests_on_paper"),
        ("accommodations", "0019_appeals"),
    ]

    dependencies = [
        ("registrations", "0001_initial"),
        ("accounts", "__first__"),
        ("documents", "0001_initial"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "text",
                    models.CharField(
                        max_length=3000, verbose_name="ce qui est contesté, et pourquoi"
                    ),
                ),
                (
                    "has_papers",
                    models.BooleanField(
                        default=False, verbose_name="a d'autres papiers de santé à confier"
                    ),
                ),
                (
                    "came",
                    models.CharField(
                        choices=[
                            ("space", "Espace candidat"),
                            ("letter", "Lettre"),
                            ("message", "Message de l'espace candidat"),
                            ("counter", "Remis sur place"),
                        ],
                        max_length=10,
                        verbose_name="comment il est venu",
                    ),
                ),
                (
                    "guardian_name",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="nom du représentant légal"
                    ),
                ),
                (
                    "guardian_quality",
                    models.CharField(blank=True, max_length=40, verbose_name="qualité"),
                ),
                ("sent_on", models.DateField(verbose_name="envoyé le")),
                ("received_on", models.DateField(verbose_name="reçu le")),
                ("kept_at", models.DateTimeField(verbose_name="enregistré le")),
                (
                    "entered_name",
                    models.CharField(blank=True, max_length=120, verbose_name="qui l'a saisi"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="retiré le"),
                ),
                (
                    "silence_told_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="dit rejeté par le silence le"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="rejeté le"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="motif du rejet"),
                ),
                (
                    "answered_first_name",
                    models.CharField(blank=True, max_length=120, verbose_name="prénom de l'auteur"),
                ),
                (
                    "answered_last_name",
                    models.CharField(blank=True, max_length=120, verbose_name="nom de l'auteur"),
                ),
                (
                    "answered_quality",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="qualité de l'auteur"
                    ),
                ),
                (
                    "answered_service",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="service de l'auteur"
                    ),
                ),
                (
                    "answer",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="accommodation_appeal",
                        to="documents.documentversion",
                        verbose_name="réponse",
                    ),
                ),
            ],
            options={
                "verbose_name": "recours",
                "verbose_name_plural": "recours",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "academy",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=3,
                        verbose_name="académie de l'inscription",
                    ),
                ),
                (
                    "stands",
                    models.BooleanField(
                        db_default=False, default=False, verbose_name="l'inscription tient"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "À finir et à envoyer"),
                            ("asked", "Envoyée"),
                            ("incomplete", "Incomplète"),
                            ("with_doctor", "Chez le médecin"),
                            ("opinion_given", "Avis rendu"),
                            ("decided", "Décidée"),
                            ("notified", "Notifiée"),
                            ("withdrawn", "Retirée"),
                        ],
                        default="preparing",
                        max_length=14,
                        verbose_name="état",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(blank=True, null=True, verbose_name="attend depuis"),
                ),
                (
                    "procedure",
                    models.CharField(
                        choices=[
                            ("simplifiee", "Procédure simplifiée"),
                            ("complete", "Procédure complète"),
                        ],
                        default="complete",
                        max_length=12,
                        verbose_name="procédure",
                    ),
                ),
                ("plan", models.CharField(blank=True, max_length=20, verbose_name="plan")),
                (
                    "has_former_decision",
                    models.BooleanField(default=False, verbose_name="a une décision antérieure"),
                ),
                (
                    "is_former_held",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="la décision antérieure est celle du service",
                    ),
                ),
                (
                    "late_reason",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="motif d'une demande tardive"
                    ),
                ),
                (
                    "late_words",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=500,
                        verbose_name="autre raison d'une demande tardive",
                    ),
                ),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="postée le")),
                (
                    "has_envelope",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="enveloppe de papiers de santé",
                    ),
                ),
                (
                    "missing",
                    models.CharField(blank=True, max_length=500, verbose_name="ce qui manque"),
                ),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="révision")),
                ("begun_at", models.DateTimeField(verbose_name="commencée le")),
                (
                    "asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="envoyée le"),
                ),
                (
                    "first_asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="envoyée d'abord le"),
                ),
                (
                    "as_sent",
                    models.JSONField(
                        blank=True, null=True, verbose_name="telle qu'elle était envoyée"
                    ),
                ),
                (
                    "received",
                    models.JSONField(
                        blank=True, null=True, verbose_name="telle qu'elle a été reçue"
                    ),
                ),
                (
                    "incomplete_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="dite incomplète le"),
                ),
                (
                    "incomplete_revision",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="révision dite incomplète"
                    ),
                ),
                (
                    "entrusted_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="confiée au médecin le"
                    ),
                ),
                (
                    "left_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="laissée par son médecin le"
                    ),
                ),
                (
                    "opined_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="avis rendu le"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="décidée le"),
                ),
                (
                    "notified_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="notifiée le"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="retirée le"),
                ),
                (
                    "doctor_name",
                    models.CharField(blank=True, max_length=120, verbose_name="nom du médecin"),
                ),
                (
                    "opinion_again",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("health", "L'avis dit quelque chose de la santé du candidat"),
                            ("unclear", "L'avis contient une erreur, ou est à préciser"),
                            ("doctor", "Le médecin corrige son avis"),
                        ],
                        db_default="",
                        default="",
                        max_length=10,
                        verbose_name="pourquoi redonner l'avis",
                    ),
                ),
                (
                    "opinion_text",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="avis, pour l'autorité"
                    ),
                ),
                (
                    "decided_first_name",
                    models.CharField(blank=True, max_length=120, verbose_name="prénom de l'auteur"),
                ),
                (
                    "decided_last_name",
                    models.CharField(blank=True, max_length=120, verbose_name="nom de l'auteur"),
                ),
                (
                    "decided_quality",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="qualité de l'auteur"
                    ),
                ),
                (
                    "decided_service",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="service de l'auteur"
                    ),
                ),
                (
                    "decided_by_id",
                    models.CharField(blank=True, max_length=60, verbose_name="compte de l'auteur"),
                ),
                (
                    "called_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="appelée le"),
                ),
                (
                    "called_name",
                    models.CharField(blank=True, max_length=120, verbose_name="qui a appelé"),
                ),
                (
                    "is_reached",
                    models.BooleanField(default=False, verbose_name="prévenue par téléphone"),
                ),
                (
                    "again",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("appeal", "Recours du candidat"),
                            ("error", "Erreur dans la décision"),
                        ],
                        max_length=10,
                        verbose_name="pourquoi la reprendre",
                    ),
                ),
                (
                    "left_reason",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=500,
                        verbose_name="pourquoi la reprise est annulée",
                    ),
                ),
                (
                    "appeal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cases",
                        to="accommodations.appeal",
                        verbose_name="recours",
                    ),
                ),
                (
                    "doctor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="médecin",
                    ),
                ),
                (
                    "former_doctor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="médecin d'avant",
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taken_again",
                        to="accommodations.case",
                        verbose_name="décision reprise",
                    ),
                ),
                (
                    "notification",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="accommodation_case",
                        to="documents.documentversion",
                        verbose_name="notification",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accommodation_cases",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d'aménagement",
                "verbose_name_plural": "demandes d'aménagement",
                "indexes": [
                    models.Index(fields=["registration"], name="case_by_registration"),
                    models.Index(
                        condition=models.Q(("stands", True)),
                        fields=["state", "since", "id"],
                        name="case_waits_since",
                    ),
                    models.Index(
                        condition=models.Q(("stands", True)),
                        fields=["academy", "state", "since", "id"],
                        name="case_waits_there",
                    ),
                    models.Index(
                        condition=models.Q(("is_reached", False), ("state", "notified")),
                        fields=["notified_at"],
                        name="case_to_call",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "preparing",
                                    "asked",
                                    "incomplete",
                                    "with_doctor",
                                    "opinion_given",
                                    "decided",
                                ),
                            )
                        ),
                        fields=("registration",),
                        name="a_registration_has_one_open_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["preparing", "withdrawn"]),
                            ("asked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="a_request_was_sent_before_it_is_looked_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_at", None), ("first_asked_at", None)),
                            models.Q(
                                ("asked_at__isnull", False),
                                ("first_asked_at__lte", models.F("asked_at")),
                            ),
                            _connector="OR",
                        ),
                        name="a_request_was_first_sent_once_it_was_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("late_reason", "autre"),
                                models.Q(("late_words", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("late_reason", "autre"), _negated=True),
                                ("late_words", ""),
                            ),
                            _connector="OR",
                        ),
                        name="another_reason_of_a_late_request_has_its_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_former_held", False),
                            ("has_former_decision", True),
                            _connector="OR",
                        ),
                        name="only_a_former_decision_is_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("has_envelope", False), ("posted_on__isnull", False), _connector="OR"
                        ),
                        name="only_what_came_on_paper_has_an_envelope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("incomplete_at__isnull", False),
                                ("state", "incomplete"),
                                models.Q(("missing", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "incomplete"), _negated=True), ("missing", "")
                            ),
                            _connector="OR",
                        ),
                        name="an_incomplete_request_says_what_is_missing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "incomplete"), ("incomplete_revision", None), _connector="OR"
                        ),
                        name="only_an_incomplete_request_has_the_revision_that_was_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    ("with_doctor", "opinion_given", "decided", "notified"),
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                ("doctor__isnull", False),
                                ("entrusted_at__isnull", False),
                                models.Q(("doctor_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_request_is_with_its_doctor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left_at", None), ("state", "asked"), _connector="OR"),
                        name="a_request_that_its_doctor_left_waits_for_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opinion_again", ""),
                            models.Q(
                                ("state__in", ["opinion_given", "decided", "notified"]),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="no_opinion_that_is_given_is_asked_for_again",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["opinion_given", "decided", "notified"]),
                                _negated=True,
                            ),
                            ("opined_at__isnull", False),
                            _connector="OR",
                        ),
                        name="an_opinion_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("opined_at__isnull", False),
                                ("state__in", ("decided", "notified")),
                                models.Q(("decided_first_name", ""), _negated=True),
                                models.Q(("decided_last_name", ""), _negated=True),
                                models.Q(("decided_quality", ""), _negated=True),
                                models.Q(("decided_service", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ("decided", "notified")), _negated=True),
                                ("decided_at", None),
                                ("decided_first_name", ""),
                                ("decided_last_name", ""),
                                ("decided_quality", ""),
                                ("decided_service", ""),
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_has_its_opinion_its_author_and_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notified_at__isnull", False), ("state", "notified")),
                            models.Q(
                                models.Q(("state", "notified"), _negated=True),
                                ("notified_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_notified_decision_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "notified"),
                            models.Q(
                                ("called_at", None),
                                ("called_name", ""),
                                ("is_reached", False),
                                ("notification", None),
                            ),
                            _connector="OR",
                        ),
                        name="only_a_notified_decision_is_a_document_and_a_call",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("called_at", None), ("called_name", ""), ("is_reached", False)
                            ),
                            models.Q(
                                ("called_at__isnull", False),
                                models.Q(("called_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_call_has_its_instant_and_its_author",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("again", ""), ("instead_of", None)),
                            models.Q(
                                ("instead_of__isnull", False),
                                models.Q(("again", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_taken_again_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("appeal", None), ("again", "appeal"), _connector="OR"),
                        name="only_an_appeal_has_a_decision_taken_again_on_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_reason", ""),
                            models.Q(("instead_of__isnull", False), ("state", "withdrawn")),
                            _connector="OR",
                        ),
                        name="only_a_taking_again_is_cancelled_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "withdrawn"), _negated=True),
                                ("withdrawn_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_request_taken_back_has_its_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AskedMeasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="mesure")),
                ("place", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
                (
                    "papers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        verbose_name="épreuves ; aucune : toutes",
                    ),
                ),
                ("time", models.CharField(blank=True, max_length=4, verbose_name="temps ajouté")),
                (
                    "precision",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=150,
                        verbose_name="précision",
                    ),
                ),
                (
                    "opinion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("favourable", "Favorable"),
                            ("unfavourable", "Défavorable"),
                            ("other", "Autre mesure"),
                        ],
                        max_length=12,
                        verbose_name="avis",
                    ),
                ),
                (
                    "opinion_code",
                    models.CharField(blank=True, max_length=20, verbose_name="mesure de l'avis"),
                ),
                (
                    "opinion_label",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="libellé de la mesure de l'avis"
                    ),
                ),
                (
                    "opinion_precision",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=150,
                        verbose_name="précision de la mesure de l'avis",
                    ),
                ),
                (
                    "opinion_papers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        db_default=[],
                        default=list,
                        verbose_name="épreuves de l'avis ; aucune : toutes celles demandées",
                    ),
                ),
                (
                    "opinion_text",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=1000,
                        verbose_name="motif de l'avis",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Accordée"),
                            ("refused", "Refusée"),
                            ("other", "Autre mesure accordée"),
                        ],
                        max_length=10,
                        verbose_name="décision",
                    ),
                ),
                (
                    "decided_code",
                    models.CharField(blank=True, max_length=20, verbose_name="mesure accordée"),
                ),
                (
                    "decided_label",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="libellé de la mesure accordée"
                    ),
                ),
                (
                    "decided_precision",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=150,
                        verbose_name="précision de la mesure accordée",
                    ),
                ),
                (
                    "decided_time",
                    models.CharField(blank=True, max_length=4, verbose_name="temps accordé"),
                ),
                (
                    "decided_papers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        db_default=[],
                        default=list,
                        verbose_name="épreuves accordées ; aucune : toutes celles demandées",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=1200, verbose_name="motif de la décision"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="accommodations.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "mesure demandée",
                "verbose_name_plural": "mesures demandées",
                "ordering": ("place",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "code"), name="a_measure_is_asked_once_in_a_request"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("opinion", "other"),
                                models.Q(("opinion_code", ""), _negated=True),
                                models.Q(("opinion_label", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("opinion", "other"), _negated=True),
                                ("opinion_code", ""),
                                ("opinion_label", ""),
                            ),
                            _connector="OR",
                        ),
                        name="another_measure_of_the_opinion_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("opinion_precision", ""), ("opinion", "other"), _connector="OR"
                            ),
                            models.Q(
                                ("decided_precision", ""), ("decision", "other"), _connector="OR"
                            ),
                        ),
                        name="another_measure_alone_has_a_precision_of_its_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision", ""),
                            models.Q(("opinion", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_measure_is_decided_after_its_opinion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opinion_text", ""),
                            models.Q(("opinion", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_text_of_an_opinion_goes_with_its_opinion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decision__in", ["granted", "other"]),
                                models.Q(("decided_code", ""), _negated=True),
                                models.Q(("decided_label", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("decision__in", ["granted", "other"]), _negated=True),
                                ("decided_code", ""),
                                ("decided_label", ""),
                                ("decided_time", ""),
                            ),
                            _connector="OR",
                        ),
                        name="a_measure_granted_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            ("decision", ""),
                            models.Q(
                                ("decided_papers", []),
                                ("decision", "granted"),
                                ("opinion", "favourable"),
                                ("opinion_papers", []),
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_that_is_not_the_opinion_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("papers", []),
                            models.Q(
                                ("decided_papers__contained_by", models.F("papers")),
                                ("opinion_papers__contained_by", models.F("papers")),
                            ),
                            _connector="OR",
                        ),
                        name="an_opinion_and_a_decision_are_of_epreuves_asked_for",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opinion_papers", []),
                            ("opinion__in", ["favourable", "other"]),
                            _connector="OR",
                        ),
                        name="only_what_is_favoured_is_so_for_some_epreuves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_papers", []),
                            ("decision__in", ["granted", "other"]),
                            _connector="OR",
                        ),
                        name="only_what_is_granted_is_so_for_some_epreuves",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="appeal",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appeals",
                to="accommodations.case",
            ),
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField(verbose_name="révision de la demande")),
                (
                    "name",
                    models.CharField(max_length=120, verbose_name="nom du représentant légal"),
                ),
                ("quality", models.CharField(max_length=40, verbose_name="qualité")),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=254,
                        verbose_name="adresse du représentant légal",
                    ),
                ),
                ("statement", models.CharField(max_length=1000, verbose_name="ce qui est attesté")),
                ("signed_at", models.DateTimeField(verbose_name="signée le")),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="postée le")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="accommodations.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "signature d'un représentant légal",
                "verbose_name_plural": "signatures de représentants légaux",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "revision"), name="a_request_is_signed_once_as_it_stands"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("quality", ""), _negated=True),
                            models.Q(("statement", ""), _negated=True),
                        ),
                        name="a_signature_says_who_in_what_quality_and_what",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("case",),
                name="a_decision_has_one_appeal_that_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="an_appeal_says_what_is_contested",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_on__lte", models.F("received_on"))),
                name="an_appeal_is_sent_before_it_is_received",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("withdrawn_at", None), _connector="OR"),
                name="an_appeal_is_answered_or_taken_back_or_neither",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", None),
                        ("answered_at", None),
                        ("answered_first_name", ""),
                        ("answered_last_name", ""),
                        ("answered_quality", ""),
                        ("answered_service", ""),
                        ("reason", ""),
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("answered_first_name", ""), _negated=True),
                        models.Q(("answered_last_name", ""), _negated=True),
                        models.Q(("answered_quality", ""), _negated=True),
                        models.Q(("answered_service", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_answer_to_an_appeal_has_its_reason_and_its_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("came", "space"), ("entered_name", "")),
                    models.Q(
                        models.Q(("came", "space"), _negated=True),
                        models.Q(("entered_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="whoever_enters_an_appeal_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("guardian_name", ""), ("guardian_quality", "")),
                    models.Q(
                        models.Q(("guardian_name", ""), _negated=True),
                        models.Q(("guardian_quality", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_guardian_appeals_in_their_quality",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="case",
            trigger=pgtrigger.compiler.Trigger(
                name="a_request_waits_since_the_instant_of_its_state",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.since := CASE NEW.state WHEN 'asked' THEN NEW.asked_at WHEN 'incomplete' THEN NEW.incomplete_at WHEN 'with_doctor' THEN NEW.entrusted_at WHEN 'opinion_given' THEN NEW.opined_at WHEN 'decided' THEN NEW.decided_at WHEN 'notified' THEN NEW.notified_at END; IF NEW.instead_of_id IS NOT NULL AND NEW.since < NEW.begun_at THEN NEW.since := NEW.begun_at; END IF; NEW.first_asked_at := COALESCE(NEW.first_asked_at, NEW.asked_at); NEW.as_sent := CASE NEW.state WHEN 'preparing' THEN NEW.as_sent END; IF TG_OP = 'UPDATE' THEN IF OLD.doctor_id <> NEW.doctor_id OR OLD.doctor_id IS NOT NULL AND NEW.doctor_id IS NULL THEN NEW.former_doctor_id := OLD.doctor_id; END IF; END IF; RETURN NEW;",
                    hash="0d06ccdf9a8d645c2ee91bc2825bb72d4c3b1166",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_a_request_waits_since_the_instant_of_its_state_1a07a",
                    table="accommodations_case",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="askedmeasure",
            trigger=pgtrigger.compiler.Trigger(
                name="a_notified_measure_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT (OLD.\"decision\" = ''))",
                    func="\n    IF EXISTS (\n        SELECT FROM accommodations_case WHERE id = OLD.case_id AND state = 'notified'\n    ) THEN\n        RAISE EXCEPTION 'pgtrigger: Cannot update what was notified from %', TG_TABLE_NAME;\n    END IF;\n    RETURN NEW;\n",
                    hash="6d7b4088b34596a3d96c411884a51bf2b88ca1e8",
                    operation="UPDATE",
                    pgid="pgtrigger_a_notified_measure_is_never_rewritten_f2b9a",
                    table="accommodations_askedmeasure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signature",
            trigger=pgtrigger.compiler.Trigger(
                name="a_signature_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f78e5cb3361fe9691cd5c9e6c56ef30806143288",
                    operation="UPDATE",
                    pgid="pgtrigger_a_signature_is_never_rewritten_2b485",
                    table="accommodations_signature",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(FOLLOW, FORGET),
    ]
