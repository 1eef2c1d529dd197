"""What was issued for a registration that stands no more says so on its page, above it."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import deciding, leaving
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE
from tests.factories import NOW, OPERATOR, a_registration, author, load_invented
from tests.spaces import plain
from tests.web.guide import ask_to_withdraw, main, seen, words

RETURN = """\
    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
"""
NOTHING_LEFT = "ils ne prouvent plus une inscription, et vous n'avez plus rien à renvoyer."

pytestmark = pytest.mark.usefixtures("stopped_clock")


def withdraw(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)


def set_aside(registration):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Hors académie.", by=OPERATOR, at=NOW
    )


def test_once_the_service_is_closed_the_page_says_that_nobody_leaves_online_without_a_password(
    sign_in, stopped_clock
):
    registration = a_registration()
    page = f"/mes-inscriptions/{registration.number}"
    said = "Une désinscription ne se fait plus en ligne"
    client = sign_in(registration.candidate)
    assert said not in main(client.get(page))

    stopped_clock.move_to(registration.service.closes_at + timedelta(minutes=1))
    client = sign_in(registration.candidate)
    stopped_clock.shift(timedelta(minutes=20))

    assert said in main(client.get(page))
    assert "ne peut plus être retirée en ligne" in main(client.get(f"{page}/desinscription"))


def test_to_withdraw_twice_leads_to_what_the_first_press_did(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    asked = ask_to_withdraw(client, registration.number).request["PATH_INFO"]
    first = client.post(asked)

    again = [client.post(asked), client.get(asked)]

    where = f"/mes-inscriptions/{registration.number}"
    assert [one.headers["Location"] for one in (first, *again)] == [where] * 3
    page = main(client.get(where))
    assert "Votre désinscription est enregistrée" in page
    assert "n'est plus possible" not in page


def test_a_second_press_that_waits_for_the_first_does_too(sign_in, monkeypatch):
    registration = a_registration()
    client = sign_in(registration.candidate)
    asked = ask_to_withdraw(client, registration.number).request["PATH_INFO"]
    act = leaving.withdraw

    def first_then_second(**said):
        act(**said)
        act(**said)

    monkeypatch.setattr("sporades.acts.registrations.leaving.withdraw", first_then_second)

    assert client.post(asked).headers["Location"] == f"/mes-inscriptions/{registration.number}"


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            withdraw,
            "Désinscription enregistrée le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris).",
        ),
        (set_aside, "Votre inscription est écartée : Hors académie."),
    ],
)
def test_each_page_of_what_was_issued_says_first_that_the_registration_has_ended(
    sign_in, end, said
):
    registration = a_registration()
    client = sign_in(registration.candidate)
    papers = f"/mes-documents/{registration.number}"
    summary = f"/mes-inscriptions/{registration.number}/recapitulatif"
    where = (papers, f"{papers}/recapitulatif", summary)
    standing = [main(client.get(page)) for page in where]
    end(registration)

    ended = [client.get(page) for page in where]

    assert [said in page for page in standing] == [False, False, False]
    assert [words(seen(page).cssselect("main .s-notice__title")[0]) for page in ended] == [said] * 3
    assert [NOTHING_LEFT in main(page) for page in ended] == [True, True, False]
    twin = main(ended[1])
    assert twin.index(said) < twin.index("indispensable")


@pytest.mark.parametrize("end", [withdraw, set_aside])
def test_what_asked_for_something_is_not_said_to_wait_once_the_registration_has_ended(
    sign_in, kept, end
):
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)
    where = (f"/mes-documents/{registration.number}", f"/mes-inscriptions/{registration.number}")
    standing = [main(client.get(page)) for page in where]
    end(registration)

    ended = [main(client.get(page)) for page in where]

    count = registration.folder.documents.count()
    assert [page.count("pas encore ouvert") for page in standing] == [count, count]
    assert [page.count("pas encore ouvert") for page in ended] == [0, 0]
    assert [page.count("Plus rien n'est à envoyer") for page in ended] == [count, count]


def test_a_summary_that_nobody_had_to_send_back_is_not_said_to_be_sent_no_more(sign_in):
    load_invented((RETURN, ""))
    registration = a_registration()
    client = sign_in(registration.candidate)
    withdraw(registration)

    lines = [
        words(line)
        for line in seen(client.get(f"/mes-documents/{registration.number}")).cssselect(
            ".s-documents > li"
        )
    ]

    assert [
        (line.partition(" version")[0], "Plus rien n'est à envoyer" in line) for line in lines
    ] == [("Récapitulatif d'inscription", False), ("Demande pièces justificatives", True)]
    assert "pas encore ouvert" not in lines[0]


def test_the_home_of_who_lives_far_from_the_court_says_its_day_too(sign_in, stopped_clock):
    registration = a_registration()
    Registration.objects.filter(pk=registration.pk).update(postcode="97400")
    set_aside(registration)
    client = sign_in(registration.candidate)

    assert (
        "contestez-la au plus tard le 26 janvier 2027, devant le tribunal au plus tard le 26 février "
        "2027." in plain(main(client.get("/accueil")))
    )

    stopped_clock.move_to("2027-02-26T23:00:00Z")
    later = sign_in(registration.candidate).get("/accueil")
    assert "lisez comment contester" not in plain(main(later))


def test_the_home_says_until_when_it_may_be_contested_that_a_registration_is_set_aside(
    sign_in, stopped_clock
):
    registration = a_registration()
    set_aside(registration)
    client = sign_in(registration.candidate)

    home = plain(main(client.get("/accueil")))
    assert "Une chose vous attend" in home
    assert "Votre inscription est écartée : lisez comment contester cette décision." in home
    said = "Pour rester dans les délais, contestez-la au plus tard le 26 janvier 2027."
    assert said in home
    assert (
        f'href="/mes-inscriptions/{registration.number}">Lire la décision'
        in client.get("/accueil").text
    )

    for instant, is_said in (("2027-01-26T22:59:59Z", True), ("2027-01-26T23:00:00Z", False)):
        stopped_clock.move_to(instant)
        home = plain(main(sign_in(registration.candidate).get("/accueil")))
        assert (said in home) is is_said
        assert ("Rien ne vous attend" in home) is not is_said


def test_of_who_has_withdrawn_nothing_is_to_be_contested(sign_in):
    registration = a_registration()
    withdraw(registration)

    assert "contester" not in main(sign_in(registration.candidate).get("/accueil"))
