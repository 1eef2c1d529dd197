"""A draft, or a modification, that is open while the world moves: docs/states.md, « Outcomes »."""

from datetime import timedelta

import pytest

from sporades.accounts import operations as accounts
from sporades.acts.registrations import leaving, registering
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import Closed, Incomplete, NoLongerOffered, RulesChanged
from sporades.registrations.sections.identification import service_of_residence
from sporades.registrations.states import State
from tests.factories import (
    NOW,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.requests import moved_house

CLOSING = "fermeture: 2026-12-15 23:59"
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=2)


VERSAILLES = {"postcode": "78000", "town": "Versailles"}


def test_nobody_goes_on_with_an_academy_that_is_closed():
    draft = a_draft()
    answer_all(draft, answers_with(identification=VERSAILLES), at=NOW)
    there = RegistrationService.objects.get(academy="A25")
    dossier = dossier_of(draft, day=NOW.date())
    assert service_of_residence(dossier, at=NOW) == there
    closed = there.closes_at + MINUTE

    assert service_of_residence(dossier, at=closed - timedelta(seconds=1)) == there
    assert service_of_residence(dossier, at=closed) is None
    with pytest.raises(Closed):
        drafting.move(draft=draft, service=there, at=closed)

    draft.refresh_from_db()
    assert draft.service.academy_id == "A09"


def test_what_is_filed_takes_no_more_answers():
    draft = a_draft()
    save(draft, at=NOW)
    before = all_answers(draft)
    typed = {**before["identification"], "address_2": "Escalier 4"}

    with pytest.raises(Refused, match="déjà enregistrée"):
        drafting.answer(
            draft=draft, section="identification", typed=typed, seen_revision=None, at=LATER
        )

    assert all_answers(draft) == before


def save(draft, at=LATER):
    return registering.register(draft=draft, by=author(draft.candidate), at=at)


def all_answers(draft):
    return {row.section: row.answers for row in draft.answers.all()}


@pytest.fixture(params=["a new registration", "a modification"])
def draft(request):
    """A complete draft: of a new registration, or of the modification of one."""
    if request.param == "a new registration":
        return a_draft()
    registration = a_registration()
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    kept = draft.answers.get(section="identification")
    kept.answers = {**kept.answers, "address_1": "3 quai du Wault"}
    kept.save()
    return draft


@pytest.fixture
def stands(draft):
    """Return a function that says whether everything but the draft stands as it stood."""

    def picture():
        return (
            list(Registration.objects.values_list("number", "version", "state", "address_1")),
            Message.objects.count(),
            draft.candidate.registrations.count(),
        )

    before = picture()
    return lambda: picture() == before


def test_the_service_closes_refused_the_draft_is_kept_and_the_instants_are_said(draft, stands):
    closing = draft.service.closes_at
    answers = all_answers(draft)

    with pytest.raises(Closed) as refusal:
        save(draft, at=closing + MINUTE)

    assert str(refusal.value) == (
        "Les inscriptions sont fermées depuis le mardi 15 décembre 2026 à 23\u00a0h\u00a059 "
        "(heure de Paris). Votre demande a été reçue le mercredi 16 décembre 2026 à "
        "0\u00a0h\u00a000 (heure de Paris) : elle n'a pas pu être enregistrée. "
        "Votre saisie est conservée."
    )
    draft.refresh_from_db()
    assert (draft.is_open, all_answers(draft)) == (True, answers)
    assert stands()


def test_the_service_is_extended_accepted_until_the_new_closing(draft):
    closing = draft.service.closes_at
    load_invented((CLOSING, "fermeture: 2026-12-16 12:00"), at=closing + MINUTE)

    version = save(draft, at=closing + timedelta(hours=12) + timedelta(seconds=59))

    assert version.registration.state == "registered"
    assert Registration.objects.get().service.closing_in_words == (
        "mercredi 16 décembre 2026 à 12\u00a0h\u00a000 (heure de Paris)"
    )


def test_the_service_is_closed_earlier_refused_from_then_on(draft, stands):
    load_invented((CLOSING, "fermeture: 2026-11-26 12:00"))

    with pytest.raises(Closed, match="26 novembre 2026 à 12"):
        save(draft)

    assert stands()


def test_the_rules_change_and_the_answers_still_fit_filed_under_the_new_version(draft):
    load_invented(("libelle: Cartographie", "libelle: Lecture de cartes"))

    version = save(draft)

    assert (version.regulation.number, version.snapshot["regulation"]) == (2, 2)
    assert version.registration.regulation.number == 2
    said = str(version.snapshot["sections"])
    assert "Lecture de cartes" in said
    assert "Cartographie" not in said
    first = version.registration.versions.get(number=1)
    assert first.regulation.number == (1 if version.number == 2 else 2)


NEW_QUESTION = (
    "    groupes:\n",
    "      - {code: casier, type: oui_non, libelle: Acceptez-vous une enquête}\n    groupes:\n",
)
CHANGES = [
    # What changes, the tab and the field to look at again, what is said of it, what makes it fit.
    (
        NEW_QUESTION,
        ("supplementaires", "q-casier", "Répondez « Oui » ou « Non »."),
        {"q-casier": "oui"},
    ),
    (
        (
            "{code: LILLE, libelle: Lille et sa métropole",
            "{code: CENTRE, libelle: Lille et sa métropole",
        ),
        (
            "informations",
            "zone",
            "Cette réponse n'est pas proposée ici : choisissez dans la liste.",
        ),
        {"zone": "CENTRE"},
    ),
    (
        ("{code: NAGE, libelle: Nage}", "{code: SAUT, libelle: Saut}"),
        (
            "epreuves",
            "option-E3",
            "Cette réponse n'est pas proposée ici : choisissez dans la liste.",
        ),
        {"option-E3": "SAUT"},
    ),
    (
        ("choix: [{code: ROUGE,", "choix: [{code: VERT,"),
        (
            "supplementaires",
            "q-equipe",
            "Cette réponse n'est pas proposée ici : choisissez-en une autre.",
        ),
        {"q-equipe": "VERT"},
    ),
    (
        ("libelle: Épreuves au choix, minimum: 1", "libelle: Épreuves au choix, minimum: 2"),
        (
            "epreuves",
            "statut-M1",
            "« Épreuves au choix » : choisissez deux épreuves ; vous en avez choisi 1.",
        ),
        {"statut-M3": "inscrit"},
    ),
]


@pytest.mark.parametrize(("change", "place", "cure"), CHANGES)
def test_the_rules_change_and_an_answer_no_longer_fits_what_to_look_at_again_is_said(
    draft, stands, change, place, cure
):
    answers = all_answers(draft)
    load_invented(change)

    with pytest.raises(RulesChanged) as refusal:
        save(draft)

    assert str(refusal.value) == (
        "Les règles ont changé depuis le début de votre saisie. "
        "Vos réponses sont conservées ; certaines sont à revoir."
    )
    assert [(one.section, one.field, one.message) for one in refusal.value.troubles] == [place]
    assert all_answers(draft) == answers
    assert stands()

    row = draft.answers.get(section=place[0])
    row.answers = {**row.answers, **cure}
    row.save()
    assert save(draft).regulation.number == 2


def test_that_the_rules_changed_is_said_too_to_who_answered_something_since(draft):
    load_invented(CHANGES[-1][0])
    kept = draft.answers.get(section="identification")
    typed = {**kept.answers, "address_2": "Bât. B"}
    drafting.answer(
        draft=draft, section="identification", typed=typed, seen_revision=None, at=LATER
    )

    with pytest.raises(RulesChanged):
        save(draft)


def test_what_is_missing_without_any_change_of_the_rules_is_not_laid_at_their_door(draft):
    draft.answers.filter(section="modalites").delete()

    with pytest.raises(Incomplete) as refusal:
        save(draft)

    assert type(refusal.value) is Incomplete


GONE = [
    pytest.param(
        [("      - {code: MARIN, libelle: Marin}\n", ""), (", specialites: [MARIN]", "")],
        id="the speciality",
    ),
    pytest.param([("  - code: BE\n", "  - code: AUTRE\n")], id="the exam"),
]


@pytest.mark.parametrize("changes", GONE)
def test_what_is_no_longer_offered_is_refused_and_the_answers_are_kept(draft, stands, changes):
    answers = all_answers(draft)
    load_invented(*changes)

    with pytest.raises(NoLongerOffered) as refusal:
        save(draft)

    assert str(refusal.value) == (
        "Brevet d'essai – Marin, session 2027 n'est plus proposé aux inscriptions : les règles "
        "ont changé. Votre saisie est conservée ; pour savoir que faire, écrivez à Bureau des "
        "essais de Lille."
    )
    draft.refresh_from_db()
    assert (draft.is_open, all_answers(draft)) == (True, answers)
    assert stands()


@pytest.mark.usefixtures("invented_exam")
@pytest.mark.parametrize("begin", [registering.amend, registering.begin_again])
@pytest.mark.parametrize("changes", GONE)
def test_nobody_begins_again_what_is_no_longer_offered(begin, changes):
    registration = a_registration()
    by = author(registration.candidate)
    if begin is registering.begin_again:
        leaving.withdraw(registration=registration, by=by, at=NOW)
    load_invented(*changes)

    found = Registration.objects.whole().get()
    with pytest.raises(NoLongerOffered, match="Votre inscription reste telle qu'elle est") as said:
        begin(registration=found, by=by, at=NOW + MINUTE)

    assert "écrivez à Bureau des essais de Lille" in str(said.value)
    assert not Draft.objects.open().exists()


def test_closed_comes_before_anything_that_the_rules_would_say(draft):
    load_invented(NEW_QUESTION)

    with pytest.raises(Closed):
        save(draft, at=draft.service.closes_at + MINUTE)


def test_answers_go_on_being_kept_after_the_closing(draft):
    drafting.answer(
        draft=draft,
        section="identification",
        typed={"address_1": "4 rue Neuve"},
        seen_revision=None,
        at=draft.service.closes_at + timedelta(days=1),
    )

    assert all_answers(draft)["identification"] == {"address_1": "4 rue Neuve"}


# --- A modification alone ---------------------------------------------------------------------


def test_the_registration_is_withdrawn_meanwhile_the_modification_is_dropped_with_it():
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    leaving.withdraw(registration=registration, by=by, at=NOW)

    with pytest.raises(Refused, match="votre modification n'est pas enregistrée"):
        save(draft)

    draft.refresh_from_db()
    registration.refresh_from_db()
    assert (draft.is_open, registration.state, registration.version) == (False, "withdrawn", 1)


def test_a_modification_left_at_the_closing_leaves_what_was_filed_as_it_was():
    registration = a_registration()
    before = registration.versions.get().snapshot
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    draft.answers.update(answers={})

    with pytest.raises(Closed):
        save(draft, at=draft.service.closes_at + MINUTE)

    registration.refresh_from_db()
    assert (registration.version, registration.address_1) == (1, "12 rue des Îles")
    assert registration.versions.get().snapshot == before


@pytest.mark.parametrize("state", [State.REGISTERED, State.VALIDATED, State.ANOMALY])
def test_the_journal_says_where_a_registration_stood_that_is_withdrawn(state):
    registration = a_registration()
    Registration.objects.filter(pk=registration.pk).update(
        state=state, reason="Il manque une pièce" if state == State.ANOMALY else ""
    )

    leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)

    payload = Entry.objects.get(verb="registration withdrawn").payload
    assert payload["before"] == {"state": state}


def test_a_closed_service_opens_no_modification_and_takes_no_withdrawal():
    registration = a_registration()
    by, at = author(registration.candidate), registration.service.closes_at + MINUTE

    for act in (registering.amend, leaving.withdraw):
        with pytest.raises(Closed):
            act(registration=registration, by=by, at=at)

    registration.refresh_from_db()
    assert (registration.state, registration.drafts.open().count()) == ("registered", 0)


def test_a_draft_abandoned_elsewhere_is_not_saved_by_a_page_left_open(draft, stands):
    drafting.abandon(draft=draft, at=NOW)

    with pytest.raises(Refused, match="abandonnée entre-temps"):
        save(draft)

    assert stands()


def test_the_answers_of_a_draft_that_is_left_are_erased_those_of_another_stay(draft):
    other = a_draft()
    assert draft.answers.exists()

    drafting.abandon(draft=draft, at=NOW)

    assert not draft.answers.exists()
    assert other.answers.exists()


def test_the_answers_of_a_modification_that_is_dropped_are_erased():
    registration = a_registration()
    by = author(registration.candidate)
    dropped = registering.amend(registration=registration, by=by, at=NOW)

    leaving.withdraw(registration=registration, by=by, at=NOW)

    assert not dropped.answers.exists()


def test_a_service_that_opens_later_says_from_when(draft):
    RegistrationService.objects.update(opens_at=LATER + MINUTE)

    with pytest.raises(Closed, match="Les inscriptions ouvrent le vendredi 27 novembre 2026 à 10"):
        save(draft, at=LATER)


def test_an_account_given_back_withdraws_nothing_for_72_hours():
    registration = a_registration()
    candidate = registration.candidate
    accounts.hold(candidate.user, at=NOW)

    with pytest.raises(accounts.Held, match="ni se désinscrire, ni retirer"):
        leaving.withdraw(registration=registration, by=author(candidate), at=NOW)

    registration.refresh_from_db()
    assert registration.state == "registered"
    assert not Message.objects.filter(kind="withdrawn").exists()


def test_the_registration_is_modified_elsewhere_the_older_modification_is_refused():
    registration = a_registration()
    by = author(registration.candidate)
    older = registering.amend(registration=registration, by=by, at=NOW)
    drafting.abandon(draft=older, at=NOW)
    newer = registering.amend(registration=registration, by=by, at=NOW)
    answer_all(newer, answers_with(identification={"mobile": "06 39 98 99 99"}))
    save(newer)

    with pytest.raises(Refused, match="Votre inscription a été modifiée ailleurs"):
        save(older)

    registration.refresh_from_db()
    assert registration.version == 2


AGE = "exige: {age: {minimum: 18, au: 2027-12-31}}"
WEEK = timedelta(days=7)
BIRTHDAY = NOW.date() + WEEK


def born(years):
    """Return somebody who has this age a week after the filing."""
    return a_candidate(birth_year=BIRTHDAY.year - years, birth_month=12, birth_day=BIRTHDAY.day)


def test_a_birthday_since_does_not_close_what_was_filed():
    load_invented((AGE, "exige: {age: {maximum: 28}}"))
    registration = a_registration(born(29))
    at = NOW + WEEK
    with pytest.raises(Incomplete):
        save(a_draft(born(29)), at=at)

    begun = registering.amend(
        registration=registration, by=author(registration.candidate), at=NOW + WEEK
    )
    save(moved_house(begun, at), at=at)

    registration.refresh_from_db()
    assert registration.version == 2


def test_nor_does_it_open_what_was_closed_then():
    load_invented((AGE, "exige: {age: {minimum: 29}}"))
    in_training = {
        "informations": {"category": "FORM"},
        "qualification": {"experience": "5"},
    }
    registration = a_registration(born(29), **in_training)
    begun = registering.amend(
        registration=registration, by=author(registration.candidate), at=NOW + WEEK
    )
    answer_all(begun, answers_with())

    with pytest.raises(Incomplete) as refusal:
        save(begun, at=NOW + WEEK)

    assert [one.field for one in refusal.value.troubles] == ["category"]
