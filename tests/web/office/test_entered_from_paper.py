"""« Ouvrir une demande reçue sur papier »: from the paper to the notified decision (H1, I13, L-05)."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accommodations.queries import papers_asked_of
from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.acts.people import claiming
from sporades.documents.models import DocumentVersion
from sporades.exams.models import Regulation
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.states import State as RegistrationState
from tests.accommodations.asked import (
    ACCESS,
    LATE,
    MANAGER,
    MINOR,
    READER,
    THIRD,
    WORDS,
    a_doctor,
    a_minor,
    again,
    case_of,
    entrust,
    find_incomplete,
    said_so,
)
from tests.accommodations.test_entered_from_paper import enter as entered
from tests.factories import EVERYWHERE, NOW, a_candidate, a_record, a_registration, load_invented
from tests.medical.given import confide, found_clean
from tests.web.guide import main, seen, titles, words
from tests.web.guide import signed_in as browser_of
from tests.web.office.conftest import second_factor_shown
from tests.web.registry.world import HOST, Role, signed_in

LIST = reverse("office:accommodations")
MOST = 14
SAID = {
    "poste_le": "20/11/2026",
    "enveloppe": "oui",
    "mesures-1": [THIRD],
    "epreuves-tiers": ["E1"],
    "mesures-3": [ACCESS],
    "decision": "non",
    "plan": "aucun",
}
LATELY = "        - {code: APPARUE, libelle: La gêne est apparue après la date limite}\n"
NOTHING_LATE = (f"      tardive:\n{LATELY}", "")
"""A change to the file of the invented exam: no late request is taken."""
AUTHOR = {
    "prenom": "Claude",
    "nom": "Martin",
    "fonction": "cheffe de division",
    "service": "Rectorat de Lille",
}


@pytest.fixture
def on_paper(db):
    """File a registration of somebody without an account, who declared a handicap."""
    candidate = a_record(birth_name="Le Goff", first_names="Maëlle")
    return a_registration(candidate, informations={"has_disability": "oui"})


def stays_until(client, instant):
    """Return a browser whose session, just opened, is of that instant, its second factor shown."""
    session = client.session
    session["seen_at"] = session["since"] = instant.isoformat()
    session.save()
    second_factor_shown(client, at=instant)
    return client


def tab(registration):
    return reverse("office:accommodation", args=[registration.number])


def page_of(registration):
    return reverse("office:enter_accommodation", args=[registration.number])


def as_shown(client, registration):
    """Return what the form of the page sends as it is shown."""
    page = seen(client.get(page_of(registration)))
    [form] = [one for one in page.cssselect("main form") if one.method == "POST"]
    found = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def enter(client, registration, **said):
    """Fill the page as it is shown, and press its button."""
    shown = as_shown(client, registration)
    return client.post(page_of(registration), {**shown, **SAID, **said}, follow=True)


def test_the_whole_way_from_a_paper_to_the_decision_that_a_letter_carries(manager, on_paper):
    doctor = a_doctor()
    Membership.objects.create(
        user=doctor, role=Membership.Role.DOCTOR, full_name="Dr Camille Roy", academies=["A09"]
    )
    there = Client(headers={"host": HOST})
    there.cookies["__Host-session"] = signed_in(doctor, Role.DOCTOR)

    # The paper is entered.
    before = manager.get(tab(on_paper))
    assert "sa demande vient sur papier" in main(before)
    assert page_of(on_paper) in before.text
    page = enter(manager, on_paper)
    said = main(page)
    assert page.request["PATH_INFO"] == tab(on_paper)
    assert "un courrier au candidat attend d'être imprimé" in said
    assert "Demande reçue sur papier, cachet de la poste du 20 novembre 2026." in said
    assert "remettez-la au médecin sans l'ouvrir" in said
    assert case_of(on_paper).state == State.ASKED

    # It waits in the queue, and is confided.
    assert on_paper.number in manager.get(LIST).text
    handle = reverse("office:handle_accommodation", args=[on_paper.number])
    shown = main(manager.get(handle))
    assert "remettez-la au médecin sans l'ouvrir" in shown
    assert "pas déposé" not in shown
    chosen = seen(manager.get(handle)).cssselect("main [name=medecin]")[0]
    key = chosen.get("value") or chosen.cssselect("option[value]:not([value=''])")[0].get("value")
    case = case_of(on_paper)
    manager.post(handle, {"vue": case.revision, "geste": "confier", "medecin": key})
    case.refresh_from_db()
    assert case.state == State.WITH_DOCTOR

    # Its doctor reads where its papers are, and signs.
    where = reverse("doctor:case", args=[case.pk])
    page = main(there.get(where))
    assert "dans une enveloppe fermée que le service gestionnaire vous remet sans l'ouvrir" in page
    assert "Sur papier, cachet de la poste du 20 novembre 2026" in page
    opinion = {"avis-tiers": "favourable", "avis-accessible": "favourable", "texte": "", "note": ""}
    there.post(where, {**opinion, "revision": 0, "relire": "1"})
    there.post(reverse("doctor:sign", args=[case.pk]), {"vue": case.revision, "revision": 1})
    case.refresh_from_db()
    assert case.state == State.OPINION_GIVEN

    # It is decided and notified: a letter carries the decision.
    form = manager.get(handle).context["asked"].decision
    answers = {name: form[name].value() or "" for name in form.fields}
    hidden = {
        one.get("name"): one.get("value")
        for one in seen(manager.get(handle)).cssselect(
            "main input[name=vue], main input[name=avis], main input[name=decidee]"
        )
    }
    manager.post(handle, {**answers, **AUTHOR, **hidden, "geste": "decider"})
    case.refresh_from_db()
    assert case.state == State.DECIDED
    decided = case.decided_at.isoformat()
    manager.post(handle, {"vue": case.revision, "decidee": decided, "geste": "notifier"})
    case.refresh_from_db()
    assert case.state == State.NOTIFIED
    assert Letter.objects.filter(enclosed=case.notification).exists()
    assert DocumentVersion.objects.filter(pk=case.notification_id).exists()
    journal = main(manager.get(reverse("office:journal", args=[on_paper.number])))
    assert "Demande d'aménagement reçue sur papier, saisie par le service" in journal


def test_pressed_twice_it_is_entered_once(manager, on_paper):
    sent = {**as_shown(manager, on_paper), **SAID}

    first = manager.post(page_of(on_paper), sent)
    second = manager.post(page_of(on_paper), sent)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Case.objects.count() == 1
    assert Message.objects.filter(kind="request_received").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mesures-1": [], "mesures-3": []}, "Choisissez au moins une mesure."),
        ({"epreuves-tiers": []}, "Cochez au moins une épreuve, ou décochez cette mesure."),
        ({"poste_le": ""}, "Indiquez le jour, le mois et l'année"),
        ({"poste_le": "26/11/2026"}, "n'est pas encore passée"),
        ({"poste_le": "01/10/2026"}, "Cette date vient avant l'ouverture des inscriptions"),
        ({"enveloppe": ""}, "Répondez « Oui » ou « Non »."),
    ],
)
def test_what_a_paper_cannot_say_is_refused_and_what_was_typed_stays(
    manager, on_paper, changes, said
):
    page = enter(manager, on_paper, **changes)

    assert page.status_code == 422
    assert said in main(page)
    assert not Case.objects.exists()
    kept = {one.get("value") for one in seen(page).cssselect("main input[checked]")}
    assert {"non", "aucun"} <= kept


def test_a_postmark_before_the_opening_is_taken_once_it_was_looked_at_twice(manager, on_paper):
    page = enter(manager, on_paper, poste_le="01/10/2026", certain="on")

    assert page.status_code == 200
    assert case_of(on_paper).posted_on.isoformat() == "2026-10-01"


def test_what_was_posted_too_late_says_why(member, on_paper):
    with time_machine.travel(LATE, tick=False):
        manager = stays_until(member("A09"), LATE)
        page = enter(manager, on_paper, poste_le="16/12/2026")
        assert page.status_code == 422
        assert "Le cachet vient après la date limite, le 15 décembre 2026" in main(page)
        in_time = enter(manager, on_paper, poste_le="15/12/2026")

    assert in_time.status_code == 200
    assert case_of(on_paper).late_reason == ""


def test_what_completes_it_and_was_posted_too_late_says_why_once_its_day_is_mended(
    member, on_paper
):
    entered(on_paper)
    find_incomplete(on_paper)
    with time_machine.travel(LATE, tick=False):
        later = stays_until(member("A09"), LATE)
        added = {"mesures-2": [READER], "epreuves-lecteur": ["E1"]}
        assert enter(later, on_paper, **added, poste_le="24/11/2026").status_code == 200

        page = enter(later, on_paper, **added, poste_le="16/12/2026")

    assert page.status_code == 422
    assert "Le papier ajoute « Secrétaire lecteur » après la date limite" in main(page)


def test_where_nothing_late_is_taken_a_late_paper_is_refused(member, on_paper):
    load_invented(NOTHING_LATE)
    Registration.objects.update(regulation=Regulation.objects.latest("pk"))
    with time_machine.travel(LATE, tick=False):
        manager = stays_until(member("A09"), LATE)
        page = enter(manager, on_paper, poste_le="16/12/2026")
        assert page.status_code == 422
        assert "aucune demande tardive n'est reçue" in main(page)
        enter(manager, on_paper)

    assert case_of(on_paper).state == State.ASKED


def test_measures_that_exclude_each_other_are_told_apart_on_the_page(manager, on_paper):
    said_so(on_paper)
    page = enter(
        manager,
        on_paper,
        **{"mesures-1": [THIRD, "MOITIE"], "epreuves-moitie": ["E1", "E3"]},
    )

    assert page.status_code == 422
    assert WORDS in main(page)


def test_another_guardian_than_the_registration_names_is_entered_once_the_paper_says_so(manager):
    registration = a_minor(a_record(**MINOR))
    signed = {
        "representant": "Paul Kermarrec",
        "qualite": "père",
        "mesures-1": [],
        "mesures-2": [READER],
    }

    asked = enter(manager, registration, **signed)

    assert asked.status_code == 422
    assert "L'inscription nomme un autre représentant légal, Anne Le Goff" in main(asked)
    assert seen(asked).cssselect("main [name=aussi]")
    enter(manager, registration, **signed, aussi="on")
    assert case_of(registration).signature.name == "Paul Kermarrec"


def test_the_guardian_of_a_minor_is_named_as_the_paper_says(manager):
    registration = a_minor(a_record(**MINOR))
    unsigned = enter(
        manager, registration, representant="", **{"mesures-1": [], "mesures-2": [READER]}
    )
    assert unsigned.status_code == 422
    assert "Le candidat est mineur au jour du cachet" in main(unsigned)

    enter(
        manager,
        registration,
        representant="Anne Le Goff",
        qualite="mère",
        **{"mesures-1": [], "mesures-2": [READER]},
    )

    assert str(case_of(registration).signature) == "Anne Le Goff, mère"
    assert "Signée par Anne Le Goff, mère, le 20 novembre 2026, sur papier" in main(
        manager.get(tab(registration))
    )


def test_what_was_entered_wrongly_is_shown_and_corrected_while_nobody_has_looked_at_it(
    manager, on_paper
):
    enter(manager, on_paper)
    assert "Corriger la saisie" in main(manager.get(tab(on_paper)))
    shown = as_shown(manager, on_paper)
    assert shown["poste_le"] == ["20/11/2026"]
    assert shown["mesures-1"] == [THIRD]
    assert shown["epreuves-tiers"] == ["E1"]

    corrected = {**shown, "mesures-3": [], "poste_le": "19/11/2026"}
    page = manager.post(page_of(on_paper), corrected, follow=True)

    case = case_of(on_paper)
    assert "La saisie est corrigée. Rien n'est envoyé au candidat." in main(page)
    assert [one.code for one in case.measures.all()] == [THIRD]
    assert case.posted_on.isoformat() == "2026-11-19"


def test_what_a_colleague_entered_meanwhile_is_read_before_it_is_replaced(
    manager, member, on_paper
):
    mine = {**as_shown(manager, on_paper), **SAID}
    colleague = member("A09", email="collegue@exemple.test")
    enter(colleague, on_paper, **{"mesures-1": [], "mesures-2": [READER]})

    page = manager.post(page_of(on_paper), mine)

    assert page.status_code == 409
    assert len(seen(page).cssselect("[data-said]")) == 1
    assert "Ce que la demande dit maintenant" in titles(page)
    assert "Secrétaire lecteur" in main(page)
    [form] = [one for one in seen(page).cssselect("main form") if one.method == "POST"]
    again = {}
    for name, value in form.form_values():
        again.setdefault(name, []).append(value)
    manager.post(page_of(on_paper), again)
    assert {one.code for one in case_of(on_paper).measures.all()} == {THIRD, ACCESS}


def test_what_a_doctor_has_is_not_changed_and_the_page_says_how(manager, on_paper):
    enter(manager, on_paper)
    sent = as_shown(manager, on_paper)
    entrust(on_paper)

    page = manager.get(page_of(on_paper))
    assert "reprenez-la-lui" in main(page)
    refused = manager.post(page_of(on_paper), {**sent, "poste_le": "18/11/2026"})

    assert refused.status_code == 409
    assert not seen(page).cssselect("[data-said]")
    [told] = seen(refused).cssselect("[data-said]")
    assert "reprenez-la-lui" in words(told)
    assert 'value="18/11/2026"' in refused.text
    assert page_of(on_paper) not in manager.get(tab(on_paper)).text


def test_what_completes_it_is_entered_where_it_is_said_incomplete(manager, on_paper):
    enter(manager, on_paper)
    find_incomplete(on_paper)
    assert "Saisir ce qui la complète" in main(manager.get(tab(on_paper)))
    said = main(manager.get(reverse("office:handle_accommodation", args=[on_paper.number])))
    assert "Le candidat n'a pas de compte : il ne lit rien ici" in said
    assert "Le papier est illisible." in main(manager.get(page_of(on_paper)))

    page = enter(manager, on_paper, poste_le="24/11/2026")

    assert "La demande est complétée" in main(page)
    assert case_of(on_paper).state == State.ASKED


def test_whoever_has_an_account_is_not_proposed_it(manager, in_lille):
    Registration.objects.update(has_disability=True)

    assert page_of(in_lille) not in manager.get(tab(in_lille)).text
    page = manager.get(page_of(in_lille))
    assert "Ce candidat a un compte : il fait sa demande dans son espace" in main(page)
    assert not seen(page).cssselect("main form[method=post]")


def test_whoever_declared_nothing_is_not_proposed_it(manager, on_paper):
    Registration.objects.update(has_disability=False)

    assert page_of(on_paper) not in manager.get(tab(on_paper)).text
    assert "« Modifier pour le candidat »" in main(manager.get(page_of(on_paper)))


@pytest.mark.parametrize("state", [RegistrationState.WITHDRAWN, RegistrationState.SET_ASIDE])
def test_a_registration_that_ends_meanwhile_keeps_what_was_typed(manager, on_paper, state):
    sent = {**as_shown(manager, on_paper), **SAID}
    changes = {"withdrawn_at": NOW} if state == RegistrationState.WITHDRAWN else {}
    if state == RegistrationState.SET_ASIDE:
        changes = {"reason": "Doublon.", "decided_at": NOW}
    Registration.objects.filter(pk=on_paper.pk).update(state=state, **changes)

    page = manager.post(page_of(on_paper), sent)

    assert page.status_code == 409
    assert "n'est plus en cours" in main(page)
    assert 'value="20/11/2026"' in page.text
    assert page_of(on_paper) not in manager.get(tab(on_paper)).text
    assert not Case.objects.exists()


def test_another_academy_finds_nothing(member, on_paper):
    elsewhere = member("A25", email="ailleurs@exemple.test")

    assert elsewhere.get(page_of(on_paper)).status_code == 404
    assert elsewhere.post(page_of(on_paper), SAID).status_code == 404
    assert not Case.objects.exists()


def test_whoever_only_reads_files_is_told_who_enters_it(member, on_paper):
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    page = auditor.get(tab(on_paper))

    assert page.status_code == 200
    assert page_of(on_paper) not in page.text
    assert auditor.get(page_of(on_paper)).status_code in {403, 404}


def test_the_page_costs_as_much_whatever_was_entered(manager, on_paper):
    def asked():
        manager.get(page_of(on_paper))
        with CaptureQueriesContext(connection) as counted:
            assert manager.get(page_of(on_paper)).status_code == 200
        return len(counted)

    first = asked()
    enter(manager, on_paper)
    corrected = asked()

    assert first <= MOST
    assert corrected <= MOST + 2


def test_what_is_filed_for_somebody_without_an_account_leads_there(manager, on_paper):
    manager.post(reverse("office:amend", args=[on_paper.number]))
    draft = Draft.objects.open().get(amends=on_paper, author=manager.user)
    row = draft.answers.get(section="identification")
    moved = {**row.answers, "mobile": "06 39 98 99 99", "revision": row.revision}
    manager.post(reverse("office:tab", args=[draft.pk, "identification"]), moved)

    page = manager.post(reverse("office:recap", args=[draft.pk]), follow=True)

    assert "se saisit dans l'onglet « Aménagement »" in main(page)


def as_doctor_of(case):
    """Return the browser of the doctor of a request."""
    there = Client(headers={"host": HOST})
    there.cookies["__Host-session"] = signed_in(case.doctor, Role.DOCTOR)
    return there


def claim(registration):
    """Have a candidate claim their record; return their account."""
    own = a_candidate(birth_name="Le Goff", first_names="Maëlle")
    code = claiming.give_code(
        registration.candidate, reach=EVERYWHERE, academy="A09", by=MANAGER, at=NOW
    )
    claiming.claim_into(own.user, code=code, birth=(14, 3, 1998), network="ici", at=NOW)
    return own


@pytest.mark.usefixtures("kept", "confided")
@pytest.mark.parametrize(
    ("envelope", "first", "whole"),
    [
        ("non", "sur papier, sans enveloppe", "tous déposés"),
        ("oui", "sur papier", "tous déposés, et une enveloppe sur papier"),
    ],
)
def test_what_is_confided_since_by_whoever_claims_their_file_is_said_beside_the_envelope(
    manager, on_paper, envelope, first, whole
):
    enter(manager, on_paper, enveloppe=envelope)
    claim(on_paper)
    handled = reverse("office:handle_accommodation", args=[on_paper.number])
    assert f"Papiers obligatoires : {first}" in main(manager.get(LIST))
    assert "Papiers de santé" not in main(manager.get(handled))
    held = again(on_paper)
    for one in papers_asked_of(held):
        found_clean(confide(held, kind=one.code))

    assert f"Papiers obligatoires : {whole}" in main(manager.get(LIST))
    assert "déposé Seuls le candidat et le médecin les lisent." in main(manager.get(handled))
    entrust(on_paper)
    case = case_of(on_paper)
    page = main(as_doctor_of(case).get(reverse("doctor:case", args=[case.pk])))
    assert "ce que le candidat a déposé depuis est ici" in page
    assert "rien n'en est ici" not in page


def test_whoever_claims_their_file_since_reads_that_it_came_by_post_and_is_asked_for_no_paper(
    manager, on_paper
):
    enter(manager, on_paper)
    own = claim(on_paper)

    page = main(
        browser_of(own.user).get(reverse("candidate:accommodation", args=[on_paper.number]))
    )

    assert "Par courrier, posté le 20 novembre 2026." in page
    assert "À vous : déposez" not in page


def test_what_was_posted_before_its_candidate_had_an_account_is_proposed_and_says_until_when(
    manager, on_paper
):
    claim(on_paper)
    assert page_of(on_paper) in manager.get(tab(on_paper)).text
    said = main(manager.get(page_of(on_paper)))
    assert "Le candidat a un compte depuis le 25 novembre 2026." in said
    assert "n'a pas de compte" not in said

    page = enter(manager, on_paper)

    assert "La demande est enregistrée, un mail part au candidat." in main(page)
    assert case_of(on_paper).state == State.ASKED


def test_no_guardian_is_asked_for_of_whoever_is_of_age_on_the_day_of_the_postmark(manager):
    registration = a_minor(a_record(birth_year=2008, birth_month=11, birth_day=20))
    # In Saint-Pierre that day begins five hours after it has in Paris.
    Registration.objects.filter(pk=registration.pk).update(postcode="97500")

    enter(manager, registration, **{"mesures-1": [], "mesures-2": [READER]})

    assert case_of(registration).signature is None
