"""After the deadline of a request that was sent in time: what is added says why, at its place (H1)."""

import pytest

from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.acts.registrations import registering
from sporades.exams.held import forget
from sporades.mail.models import Message
from tests.accommodations.asked import ACCESS, READER, THIRD, again, case_of, reach
from tests.accommodations.test_asking import AFTER_CLOSING
from tests.accommodations.test_following import DECLARED, LATER, amend
from tests.accommodations.test_late import NOTHING_LATE, take_up
from tests.accommodations.test_sat_no_more import KEPT_MARK
from tests.factories import a_registration, answer_all, answers_with, author, load_invented
from tests.web.guide import main

pytestmark = pytest.mark.usefixtures("kept", "confided")

SENT = {"mesures-1": [THIRD], "mesures-3": [ACCESS], "decision": "non", "plan": "aucun"}
ADDED = {**SENT, "mesures-2": [READER]}
FAULT = "La date limite est passée : dites pourquoi vous ajoutez « Secrétaire lecteur »."


@pytest.fixture(autouse=True)
def clock(stopped_clock):
    return stopped_clock


def sent_in_time(clock, *changes):
    """File a request that was sent in time, and is taken up after the deadline."""
    if changes:
        load_invented(*changes)
        forget()
    registration = a_registration(informations=DECLARED)
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)), Wish(ACCESS))
    clock.move_to(AFTER_CLOSING)
    return registration


def at(registration, page):
    return f"/mes-inscriptions/{registration.number}/amenagement{page}"


def test_what_is_added_says_why_and_who_decides_reads_it(sign_in, clock, invented_exam):
    registration = sent_in_time(clock)
    client = sign_in(registration.candidate)
    page = main(client.get(at(registration, "/reprise"))).replace("\xa0", " ")
    assert "Ce que vous y ajouterez sera tardif : vous devrez dire pourquoi." in page
    take_up(registration)

    refused = client.post(at(registration, "/mesures"), ADDED)
    assert (refused.status_code, refused.context["form"].errors) == (422, {"motif": [FAULT]})
    assert (
        client.post(at(registration, "/mesures"), {**ADDED, "motif": "APPARUE"}).status_code == 302
    )
    client.post(
        at(registration, "/epreuves"),
        {"epreuves-tiers": ["E1"], "epreuves-lecteur": ["E1"], "motif": "APPARUE"},
    )

    said = "Après la date limite « Secrétaire lecteur ». La gêne est apparue après la date limite"
    assert said in main(client.get(at(registration, ""))).replace("\xa0", " ")
    client.post(at(registration, "/envoi"), {"vu": case_of(registration).revision})
    assert said in main(client.get(at(registration, ""))).replace("\xa0", " ")


def test_a_request_that_is_left_as_it_was_sent_needs_no_reason(sign_in, clock, invented_exam):
    registration = sent_in_time(clock)
    take_up(registration)
    client = sign_in(registration.candidate)

    fields = client.get(at(registration, "/mesures")).context["form"].fields
    assert not fields["motif"].required
    assert client.post(at(registration, "/mesures"), SENT).status_code == 302
    assert case_of(registration).late_reason == ""


def test_more_epreuves_are_an_addition_too(sign_in, clock, invented_exam):
    registration = sent_in_time(clock)
    take_up(registration)
    client = sign_in(registration.candidate)
    more = {"epreuves-tiers": ["E1", "E2"]}
    fault = {"motif": [FAULT.replace("Secrétaire lecteur", "Temps majoré d'un tiers")]}

    for button in ({}, {"mesures": "1"}):
        refused = client.post(at(registration, "/epreuves"), {**more, **button})
        assert (refused.status_code, refused.context["form"].errors) == (422, fault)
        assert refused.context["form"]["epreuves-tiers"].value() == ["E1", "E2"]
    said = {**more, "motif": "autre", "raison": "Je viens de l'apprendre."}
    client.post(at(registration, "/epreuves"), said)

    assert case_of(registration).late_words == "Je viens de l'apprendre."


def test_nothing_is_added_where_nothing_late_is_taken(sign_in, clock, invented_exam):
    registration = sent_in_time(clock, NOTHING_LATE)
    client = sign_in(registration.candidate)
    page = main(client.get(at(registration, "/reprise"))).replace("\xa0", " ")
    assert "Vous pouvez en retirer, mais plus rien y ajouter." in page
    take_up(registration)

    page = main(client.get(at(registration, "/mesures"))).replace("\xa0", " ")
    assert "rien ne s'ajoute plus à votre demande" in page
    refused = client.post(at(registration, "/mesures"), ADDED)
    assert refused.status_code == 422
    [fault] = refused.context["form"].errors["mesures-2"]
    assert "« Secrétaire lecteur » ne s'ajoute plus à votre demande" in fault
    refused = client.post(at(registration, "/epreuves"), {"epreuves-tiers": ["E1", "E2"]})
    assert set(refused.context["form"].errors) == {"epreuves-tiers"}
    assert client.post(at(registration, "/mesures"), SENT).status_code == 302


def test_a_measure_that_suits_nothing_that_is_sat_any_more_is_named(sign_in, invented_exam):
    registration = a_registration(informations=DECLARED)
    reach(registration, State.PREPARING, Wish(THIRD), Wish(ACCESS))
    amend(
        registration,
        informations=DECLARED,
        qualification={"diploma": "BAC", "experience": "2"},
        epreuves={**KEPT_MARK, "statut-E2": "dispense", "statut-E3": "dispense"},
    )
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration, "/mesures"))).replace("\xa0", " ")
    assert "cela ne sera plus demandé : Temps majoré d'un tiers" in page
    client.post(at(registration, "/mesures"), {**SENT, "mesures-1": [], "quitter": "1"})
    assert [one.code for one in case_of(registration).measures.all()] == [ACCESS]


def test_at_home_a_decision_that_waits_says_from_when_its_delay_runs(sign_in, invented_exam):
    registration = a_registration(informations=DECLARED)
    reach(registration, State.NOTIFIED)

    page = main(sign_in(registration.candidate).get("/accueil")).replace("\xa0", " ")

    assert "ou du 10 décembre 2026 si vous ne l'ouvrez pas." in page


def test_an_epreuve_that_nobody_ticked_is_asked_for_by_whoever_ticks_it(sign_in, invented_exam):
    registration = a_registration(informations=DECLARED)
    reach(registration, State.PREPARING, Wish(THIRD, ("E1",)), Wish(ACCESS))
    kept = {**KEPT_MARK, "statut-E2": "dispense"}
    diploma = {"diploma": "BAC", "experience": "2"}
    amend(registration, informations=DECLARED, qualification=diploma, epreuves=kept)
    client = sign_in(registration.candidate)
    assert "Choisir les épreuves" in main(client.get(at(registration, "")))

    answer = client.post(at(registration, "/mesures"), SENT)
    assert answer.headers["Location"] == at(registration, "/epreuves")
    assert list(case_of(registration).measures.get(code=THIRD).papers) == ["E1"]
    page = main(client.get(at(registration, "/epreuves")))
    assert "Vous ne passez plus les épreuves que vous aviez cochées" in page
    assert client.post(at(registration, "/epreuves"), {}).status_code == 422
    client.post(at(registration, "/epreuves"), {"epreuves-tiers": ["E3"]})
    client.post(at(registration, "/envoi"), {"vu": case_of(registration).revision})

    assert case_of(registration).state == State.ASKED


def test_without_a_choice_to_make_there_is_no_page_of_epreuves(sign_in, invented_exam):
    registration = a_registration(informations=DECLARED)
    reach(registration, State.PREPARING, Wish(ACCESS))

    answer = sign_in(registration.candidate).get(at(registration, "/epreuves"))

    assert answer.headers["Location"] == at(registration, "")


def test_a_request_that_is_sent_says_that_a_measure_has_lost_its_epreuves(sign_in, invented_exam):
    registration = a_registration(informations=DECLARED)
    reach(registration, State.ASKED, Wish(READER, ("E1",)), Wish(ACCESS))
    amend(registration, informations=DECLARED, epreuves=KEPT_MARK)

    page = main(sign_in(registration.candidate).get(at(registration, ""))).replace("\xa0", " ")

    assert "Vous ne passez plus aucune des épreuves choisies pour « Secrétaire lecteur »" in page
    assert "modifiez votre demande" in page


LOST = "Vous ne passez plus aucune des épreuves choisies pour « Secrétaire lecteur »."


def read(client, page):
    return main(client.get(page)).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("state", "act"),
    [(State.ASKED, "modifiez votre demande"), (State.WITH_DOCTOR, "écrivez à votre service")],
)
def test_that_a_request_has_lost_its_epreuves_is_said_wherever_it_is_summed_up(
    sign_in, invented_exam, state, act
):
    registration = a_registration(informations=DECLARED)
    reach(registration, state, Wish(READER, ("E1",)), Wish(ACCESS))
    number = f"/mes-inscriptions/{registration.number}"
    client = sign_in(registration.candidate)
    pages = [f"{number}/numero", number, f"{number}/suis-je-inscrit", "/accueil"]
    assert not [page for page in pages if LOST in read(client, page)]

    amend(registration, informations=DECLARED, epreuves=KEPT_MARK)

    said = f"{LOST} Si vous en voulez pour d'autres, {act}"
    assert [page for page in pages if said not in read(client, page)] == []


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (
            State.ASKED,
            "modifiez votre demande d'aménagement une fois cette modification enregistrée.",
        ),
        (State.OPINION_GIVEN, "écrivez à votre service gestionnaire"),
        (State.PREPARING, ""),
    ],
)
def test_the_summary_of_a_modification_says_which_measures_lose_their_epreuves(
    sign_in, invented_exam, state, act
):
    registration = a_registration(informations=DECLARED)
    reach(registration, state, Wish(READER, ("E1",)), Wish(ACCESS))
    draft = registering.amend(
        registration=again(registration), by=author(registration.candidate), at=LATER
    )
    client, page = sign_in(registration.candidate), f"/inscription/{draft.pk}/recapitulatif"
    assert "aucune des épreuves choisies" not in read(client, page)

    answer_all(draft, answers_with(informations=DECLARED, epreuves=KEPT_MARK), at=LATER)

    said = (
        "Avec cette modification, vous ne passerez plus aucune des épreuves choisies pour "
        f"« Secrétaire lecteur ». Si vous en voulez pour d'autres, {act}"
    )
    assert (said in read(client, page)) is bool(act)


@pytest.mark.parametrize("declared", [DECLARED, {"has_disability": "non"}])
def test_the_mail_of_a_modification_asks_everybody_alike_to_verify_a_request(
    invented_exam, declared
):
    registration = a_registration(informations=declared)
    amend(registration, informations=declared, epreuves=KEPT_MARK)

    first, second = Message.objects.filter(kind__in=("registered", "amended")).order_by("pk")
    said = (
        "Si votre demande est déjà faite, vérifiez-la : une mesure ne vaut que pour les épreuves que "
        "vous passez."
    )
    assert said in second.body.replace("\xa0", " ")
    assert said not in first.body.replace("\xa0", " ")
