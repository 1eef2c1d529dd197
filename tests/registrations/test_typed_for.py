"""What a managing service types for a candidate says that, and accepts nothing in their place."""

from datetime import timedelta

import pytest

from sporades.acts.people import claiming
from sporades.acts.registrations import registering, requesting, standing_in
from sporades.core.actors import Actor
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.exams.models import Exam, RegistrationService
from sporades.mail.models import Message
from sporades.registrations import accepted
from sporades.registrations.models import Registration
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import Incomplete
from sporades.registrations.summary import SUMMARY
from tests.documents.reading import pdf_text, twins_differ
from tests.factories import (
    EVERYWHERE,
    NOW,
    a_candidate,
    a_record,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.registrations.test_accepted import OTHER_TERMS, mark, read_again, ticked
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam")

CLAUDE = Actor("manager", "Claude Martin", "user:0")
LATER = NOW + timedelta(minutes=5)
TO_READ = "Saisie du service gestionnaire : à lire par le candidat, à la fin du récapitulatif"
TYPED = (
    "Votre service gestionnaire a saisi vos réponses : lisez les modalités, puis cochez la case "
    "pour les accepter."
)
TERMS = [
    "Ce brevet n'existe pas. Il sert à vérifier que tout fonctionne.",
    "L'absence à une épreuve obligatoire est éliminatoire.",
]
JOINED = "Modalités d'inscription, à lire par le candidat"


@pytest.fixture
def agent(db):
    return a_member("agent@exemple.test", "manager", ["A09"])


def filed_for(candidate, agent):
    """Have the office register somebody, and return the version."""
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=agent,
        by=CLAUDE,
        at=NOW,
    )
    answer_all(draft, answers_with(), at=NOW)
    return standing_in.register(draft=read_again(draft), reason="", by=CLAUDE, at=NOW)


def amended_for(registration, agent):
    """Have the office modify the telephone of a registration, and return the version."""
    draft = standing_in.amend(registration=registration, author=agent, by=CLAUDE, at=LATER)
    telephone(draft)
    return standing_in.register(draft=read_again(draft), reason="", by=CLAUDE, at=LATER)


def telephone(draft, mobile="06 39 98 99 99"):
    kept = draft.answers.get(section="identification")
    drafting.answer(
        draft=read_again(draft),
        section="identification",
        typed={**kept.answers, "mobile": mobile},
        seen_revision=None,
        at=LATER,
    )


def amended_by(candidate, version):
    """Have a candidate begin a modification of a version; return the draft."""
    registration = Registration.objects.whole().get(pk=version.registration_id)
    return registering.amend(registration=registration, by=author(candidate), at=LATER)


def saved(draft):
    return registering.register(draft=read_again(draft), by=author(draft.candidate), at=LATER)


def refusals(refused):
    return [(one.section, one.message) for one in refused.value.troubles]


def said_of_terms(version):
    """Return what a version says of the modalités."""
    [found] = [one for one in version.snapshot["sections"] if one["slug"] == "modalites"]
    return dict(found["lines"])["Modalités d'inscription"]


def summary_of(version):
    """Return the summary that was issued for the last version of a registration."""
    return DocumentVersion.objects.filter(
        document__folder=version.registration.folder, document__kind=SUMMARY.slug
    ).latest("number")


def paper(version):
    """Return the words of the PDF of the summary."""
    return " ".join(pdf_text(printed(summary_of(version))).split())


@pytest.mark.parametrize("make", [a_record, a_candidate], ids=["no account", "an account"])
def test_what_the_office_registers_is_to_be_read_and_is_joined(agent, make):
    version = filed_for(make(), agent)

    assert (said_of_terms(version), version.snapshot["terms"]) == (TO_READ, TERMS)
    assert accepted.is_typed_for(version.snapshot["accepted"])
    said = paper(version)
    assert [one in said for one in (JOINED, *TERMS)] == [True, True, True]
    assert ("Lues et acceptées" in said, CLAUDE.name in said) == (False, False)
    assert twins_differ(summary_of(version)) == []


def test_what_a_candidate_files_joins_nothing():
    version = a_registration().versions.get()

    assert (said_of_terms(version), "terms" in version.snapshot) == ("Lues et acceptées", False)
    assert JOINED not in paper(version)


def test_the_message_tells_its_candidate_to_read_what_is_joined(agent):
    filed_for(a_candidate(), agent)
    told = Message.objects.get(kind="registered_for").body
    accepted_once = amended_for(a_registration(a_candidate()), agent)

    assert "Lisez les modalités d'inscription, à la fin de ce récapitulatif" in told
    assert (
        "Si une réponse est fausse, vous pouvez modifier votre inscription jusqu'au mardi 15"
        in told
    )
    message = Message.objects.get(kind="amended_for")
    assert "modalités" not in message.body
    assert said_of_terms(accepted_once) == "Lues et acceptées"


def test_a_candidate_accepts_by_ticking_what_the_office_could_not(agent):
    candidate = a_candidate()
    version = filed_for(candidate, agent)
    draft = amended_by(candidate, version)
    with pytest.raises(Incomplete) as refused:
        saved(draft)
    assert refusals(refused) == [("modalites", TYPED)]

    ticked(draft, mark(draft))
    own = saved(draft)

    assert (said_of_terms(own), "terms" in own.snapshot) == ("Lues et acceptées", False)
    assert own.changes == [f"Modalités d'inscription : {TO_READ} → Lues et acceptées"]
    assert JOINED not in paper(own)


def test_what_a_candidate_accepted_stays_accepted_when_the_office_modifies(agent):
    candidate = a_candidate()
    draft = amended_by(candidate, filed_for(candidate, agent))
    ticked(draft, mark(draft))
    own = saved(draft)

    version = amended_for(Registration.objects.whole().get(pk=own.registration_id), agent)

    assert (version.number, said_of_terms(version)) == (3, "Lues et acceptées")
    assert version.changes == ["Téléphone mobile : 06 39 98 12 34 → 06 39 98 99 99"]


def test_a_text_that_its_candidate_has_not_accepted_is_never_accepted_by_the_office(agent):
    registration = a_registration()
    load_invented(OTHER_TERMS)
    draft = standing_in.amend(registration=registration, author=agent, by=CLAUDE, at=LATER)
    ticked(draft, mark(draft))  # as a candidate's page would send it
    with pytest.raises(Incomplete):
        standing_in.register(draft=read_again(draft), reason="", by=CLAUDE, at=LATER)

    ticked(draft, accepted.typed_for(mark(draft)))
    version = standing_in.register(draft=read_again(draft), reason="", by=CLAUDE, at=LATER)

    assert version.changes == [f"Modalités d'inscription : Lues et acceptées → {TO_READ}"]


def test_another_text_typed_again_is_said_to_be_read(agent):
    version = filed_for(a_record(), agent)
    load_invented(OTHER_TERMS)
    registration = Registration.objects.whole().get(pk=version.registration_id)
    draft = standing_in.amend(registration=registration, author=agent, by=CLAUDE, at=LATER)
    ticked(draft, accepted.typed_for(mark(draft)))

    again = standing_in.register(draft=read_again(draft), reason="", by=CLAUDE, at=LATER)

    assert again.changes == [
        f"Modalités d'inscription : {TO_READ} → Nouveau texte, à lire par le candidat"
    ]


def test_whoever_takes_their_record_by_a_code_stands_as_registered_and_accepts_by_modifying(agent):
    record = a_record()
    version = filed_for(record, agent)
    code = claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=CLAUDE, at=NOW)
    own = a_candidate()
    claiming.claim_into(own.user, code=code, birth=(14, 3, 1998), network="ici", at=NOW)

    registration = Registration.objects.whole().get(pk=version.registration_id)
    assert (registration.is_active, registration.version) == (True, 1)
    assert registration.candidate.user == own.user
    draft = amended_by(registration.candidate, version)
    telephone(draft)
    with pytest.raises(Incomplete) as refused:
        saved(draft)
    assert refusals(refused) == [("modalites", TYPED)]


def test_a_modification_asked_after_the_closing_of_what_the_office_typed_is_accepted_first(agent):
    candidate = a_candidate()
    version = filed_for(candidate, agent)
    registration = Registration.objects.whole().get(pk=version.registration_id)
    late = registration.service.closes_at + timedelta(hours=1)
    by = author(candidate)
    draft = requesting.begin(registration=registration, by=by, at=late)
    telephone(draft)
    with pytest.raises(Incomplete) as refused:
        requesting.send(draft=read_again(draft), reason="Déménagement", proof=[], by=by, at=late)
    assert refusals(refused) == [("modalites", TYPED)]

    ticked(draft, mark(draft))
    asked = requesting.send(
        draft=read_again(draft), reason="Déménagement", proof=[], by=by, at=late
    )
    own = requesting.accept(request=asked, by=CLAUDE, at=late)

    # Filed by the office, yet typed and accepted by its candidate.
    assert said_of_terms(own) == "Lues et acceptées"
