"""The letters of what a managing service files for a candidate, as they arrive: all that they say."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import standing_in
from sporades.candidates import operations as candidates
from sporades.exams.models import Exam, RegistrationService
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.operations import drafting
from tests.factories import (
    IDENTITY,
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    answers_with,
)
from tests.mail.post_office import words
from tests.mail.test_letters import (
    CONTACT,
    FULL_NAME,
    NAMED,
    SIGNED,
    SITE,
    TITLE,
    TO_ALL,
    TO_SEND,
    TO_SEND_AGAIN,
    VERIFIED,
    WHEN,
)
from tests.web.registry.world import a_member

TO_ALL_ON_PAPER = TO_ALL.replace(
    "faites votre demande dans votre espace candidat, à la page « Aménagement d'épreuves » de votre "
    "inscription,",
    "demandez le formulaire à votre service gestionnaire et envoyez-lui votre demande",
)

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.fixture
def agent(db):
    return a_member("agent@exemple.test", "manager", ["A09"])


def filed(draft, *, reason="", at=NOW, **answers):
    for section, said in answers.items():
        drafting.answer(draft=draft, section=section, typed=said, seen_revision=None, at=at)
    return standing_in.register(draft=draft, reason=reason, by=OPERATOR, at=at)


def test_a_registration_that_was_modified_for_its_candidate_after_the_closing(letters, agent):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    letters()
    late = registration.service.closes_at + timedelta(days=1)
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=late)
    team = answers_with(supplementaires={"q-equipe": "BLEU"})["supplementaires"]

    version = filed(draft, reason="Erreur <b>du service</b>", at=late, supplementaires=team)

    [letter] = letters(late)
    assert letter["Subject"] == (
        f"Inscription modifiée pour vous, n°{registration.number}, version 2"
    )
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre service gestionnaire a modifié votre inscription pour vous.

Motif : Erreur <b>du service</b>

Examen ou concours : {TITLE}, académie de Lille
Numéro candidat : {registration.candidate.number}
Numéro d'inscription : {registration.number}

Ce mail ne dit pas ce qui a changé : lisez-le dans l'historique de votre inscription, {SITE}/mes-inscriptions/{registration.number}/historique

Si vous n'avez pas demandé cette modification, ou si elle est fausse, prévenez le service gestionnaire.

Ce qu'il vous reste à faire :
- Téléchargez ou imprimez votre nouveau récapitulatif d'inscription, c'est indispensable : {SITE}/mes-inscriptions/{registration.number}
{TO_SEND_AGAIN}
Pour obtenir un aménagement d'épreuves, si votre demande est déjà faite, vérifiez-la : {VERIFIED}
{CONTACT}
Accusé de réception :
{version.snapshot["receipt"][0]}
{chr(10).join(version.snapshot["receipt"][1:])}

{SIGNED}"""
    )


def test_what_is_filed_for_somebody_without_mail_is_a_letter_with_the_summary(letters, agent):
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=a_record(),
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=agent,
        by=OPERATOR,
        at=NOW,
    )

    registration = filed(draft, **answers_with()).registration

    letter = Letter.objects.get()
    assert letters() == []
    assert (letter.message.kind, letter.service) == ("registered_for", registration.service)
    assert letter.enclosed.document.kind == "recapitulatif"
    assert "joint à ce courrier" in letter.message.body
    assert "http" not in letter.message.body


@pytest.mark.parametrize(
    ("left", "is_called"), [(timedelta(hours=1), True), (timedelta(days=8), False)]
)
def test_a_letter_that_comes_after_the_closing_says_to_call(agent, left, is_called):
    exam = Exam.objects.get(code="BE")
    service = RegistrationService.objects.get(domain=exam.domain, academy="A09")
    at = service.closes_at - left
    draft = standing_in.begin(
        candidate=a_record(),
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=service,
        author=agent,
        by=OPERATOR,
        at=at,
    )
    answers = answers_with(informations={"has_disability": "oui"})

    registration = filed(draft, at=at, **answers).registration

    def says_to_call(*, correcting, asking):
        body = Message.objects.get(about_id=str(registration.pk), kind="registered_for").body
        asked = registration.versions.get().snapshot["accommodation"]
        return [(correcting in body), (asking in body), (asking in asked)]

    called = says_to_call(
        correcting="appelez-le sans attendre : elle se corrige jusqu'au mardi 15",
        asking="appelez sans attendre votre service gestionnaire : la date limite",
    )
    assert called == [is_called] * 3
    assert (
        says_to_call(
            correcting="demandez-lui de la corriger avant le",
            asking="envoyez-lui votre demande avant",
        )
        == [not is_called] * 3
    )


def test_a_registration_that_was_made_for_somebody_without_an_account(letters, agent):
    named = candidates.enrol(
        user=None, identity={**IDENTITY, **NAMED}, email="papier@exemple.test", at=NOW
    )
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=named,
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=agent,
        by=OPERATOR,
        at=NOW,
    )

    registration = filed(draft, **answers_with()).registration

    [letter] = letters()
    assert letter["Subject"] == f"Inscription enregistrée pour vous, n°{registration.number}"
    assert letter.taken_for == ["papier@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre service gestionnaire a enregistré une inscription pour vous.

Examen ou concours : {TITLE}, académie de Lille
Numéro candidat : {registration.candidate.number}
Numéro d'inscription : {registration.number}

Si vous n'avez pas demandé cette inscription, prévenez le service gestionnaire. Si une réponse est fausse, demandez-lui de la corriger avant le mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris).

Ce qu'il vous reste à faire :
- Demandez votre récapitulatif d'inscription au service gestionnaire, et vérifiez chaque réponse.
- Lisez les modalités d'inscription, à la fin de ce récapitulatif : votre service gestionnaire a saisi vos réponses, sans les accepter à votre place.
{TO_SEND.replace("à déposer dans votre espace candidat, ou ", "")}{TO_ALL_ON_PAPER}
{CONTACT}
Accusé de réception :
Demande reçue le {WHEN} et enregistrée sous le numéro {registration.number}, version n°1, par le service : Bureau des essais de Lille, académie de Lille.
{chr(10).join(registration.versions.get().snapshot["receipt"][1:])}

{SIGNED}"""
    )
