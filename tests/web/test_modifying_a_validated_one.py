"""A modification undoes what the service had found good: said before it is saved, and after."""

from datetime import date, timedelta

import pytest
import time_machine

from sporades.acts.registrations import deciding, receiving
from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from tests.factories import NOW, OPERATOR, a_registration, answers_with, load_invented
from tests.web.guide import answer, main, modify, seen, signed_in, words

LATER = NOW + timedelta(hours=2)
ANOTHER_TEAM = {"supplementaires": {"q-equipe": "BLEU"}}
ANOTHER_STREET = {"identification": {"address_1": "3 quai du Port"}}
UNLESS = "Rien n'est à refaire si seuls changent l'adresse postale, dans la même académie, ou des téléphones."
KEPT = "Rien n'est à refaire : l'inscription reste validée et le récapitulatif signé déjà reçu reste bon."
STILL_GOOD = "Si vous avez déjà posté le précédent, signé, il reste valable."
TO_CHECK_AGAIN = (
    "Votre inscription est validée : si vous enregistrez une modification, le service "
    "gestionnaire devra la vérifier de nouveau, et les pièces qu'il n'a pas reçues seront de nouveau à "
    "fournir."
)
TO_SIGN_AGAIN = (
    "Le récapitulatif signé que le service gestionnaire a reçu ne vaudra plus : il faudra signer "
    "et renvoyer le nouveau."
)
TO_SIGN_IF_SO = (
    "Si vous enregistrez une modification, le récapitulatif signé que le service gestionnaire a reçu "
    "ne vaudra plus : il faudra signer et renvoyer le nouveau."
)
TO_SIGN = "Il faudra signer et renvoyer le nouveau récapitulatif."
"""Said where the service validated without having received one."""
CHECKED_AGAIN = (
    "Votre inscription avait été validée : le service gestionnaire la vérifiera de nouveau"
)
SIGNED_AGAIN = (
    "Celui d'avant votre dernière modification, si vous l'avez déjà renvoyé, ne vaut plus."
)


@pytest.fixture
def registration(db):
    return a_registration()


@pytest.fixture
def client(registration, sign_in):
    with time_machine.travel(LATER, tick=False):
        yield sign_in(registration.candidate)


def validate(registration):
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)


def receive_summary(registration):
    filed = Registration.objects.whole().with_owed().get(pk=registration.pk)
    receiving.receive_summary(registration=filed, posted_on=date(2026, 11, 25), by=OPERATOR, at=NOW)


def where_it_begins(client, registration):
    """Return the pages that have « Modifier », then the one to which it leads."""
    mine = f"/mes-inscriptions/{registration.number}"
    return [
        main(client.get(mine)),
        main(client.get(f"{mine}/recapitulatif")),
        main(client.post(f"{mine}/modifier", follow=True)),
    ]


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ([], []),
        ([validate], [TO_CHECK_AGAIN, TO_SIGN]),
        ([receive_summary], [TO_SIGN_IF_SO]),
        ([receive_summary, validate], [TO_CHECK_AGAIN, TO_SIGN_AGAIN]),
    ],
)
def test_what_a_modification_undoes_is_said_where_it_begins(client, registration, done, said):
    for act in done:
        act(registration)
    registration.refresh_from_db()

    for page in where_it_begins(client, registration):
        assert [
            one for one in (TO_CHECK_AGAIN, TO_SIGN_AGAIN, TO_SIGN_IF_SO, TO_SIGN) if one in page
        ] == said
        assert (UNLESS in page) is bool(said)


def test_nothing_is_to_be_signed_again_where_the_rules_in_force_ask_for_nothing(
    client, registration
):
    receive_summary(registration)
    registration.refresh_from_db()
    load_invented(
        ("    retour_du_recapitulatif:\n", "    retour_du_recapitulatif:\n      academies: [A25]\n")
    )
    forget()

    for page in where_it_begins(client, registration):
        assert TO_SIGN_AGAIN not in page
        assert TO_SIGN_IF_SO not in page
        assert TO_SIGN not in page


def test_it_is_said_calmly_where_nothing_has_begun(client, registration):
    validate(registration)

    page = seen(client.get(f"/mes-inscriptions/{registration.number}"))

    [notice] = page.cssselect("main .s-notice")
    assert words(notice) == f"{TO_CHECK_AGAIN} {TO_SIGN} {UNLESS}"
    assert notice.get("class") == "s-notice s-notice--info"
    assert notice.cssselect("span")[0].get("class") == "fr-icon-information-line"


def test_what_it_has_undone_is_said_once_it_is_saved_and_by_mail(client, registration):
    validate(registration)

    modify(client, registration.number, **ANOTHER_TEAM)

    pages = {
        name: main(client.get(f"/mes-inscriptions/{registration.number}{name}"))
        for name in ("", "/numero", "/suis-je-inscrit")
    }
    letter = Message.objects.get(kind="amended").body
    assert CHECKED_AGAIN in pages["/numero"]
    assert CHECKED_AGAIN in letter
    assert SIGNED_AGAIN in pages["/numero"]
    assert "à l'adresse donnée plus bas, si ce n'est pas déjà fait." in pages["/numero"]
    assert "Celui d'une version précédente, si vous l'avez déjà renvoyé, ne vaut plus." in letter
    for name in ("", "/suis-je-inscrit"):
        assert "En attente : Inscription validée de nouveau" in pages[name]
        assert "à 23 h 59 (heure de Paris), si ce n'est pas déjà fait." in pages[name]
    assert "(heure de Paris), si ce n'est pas déjà fait." in main(client.get("/accueil"))


def test_a_modification_of_one_that_was_not_validated_speaks_of_no_validation(client, registration):
    modify(client, registration.number, **ANOTHER_TEAM)

    number = main(client.get(f"/mes-inscriptions/{registration.number}/numero"))
    assert CHECKED_AGAIN not in number
    assert CHECKED_AGAIN not in Message.objects.get(kind="amended").body
    assert SIGNED_AGAIN in number


# --- Contact data alone ----------------------------------------------------------------------


def recap_of(client, registration, **changes):
    """« Modifier », the tabs with some other answers; return « Récapitulatif »."""
    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    for slug, answers in answers_with(**changes).items():
        page = answer(client, client.get(f"/inscription/{draft}/{slug}"), answers)
    return page


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [(ANOTHER_STREET, True), (ANOTHER_TEAM, False), ({**ANOTHER_STREET, **ANOTHER_TEAM}, False)],
    ids=["street", "team", "both"],
)
def test_what_they_undo_is_said_before_they_are_saved(client, registration, changes, is_kept):
    receive_summary(registration)
    validate(registration)

    page = main(recap_of(client, registration, **changes))

    assert (KEPT in page) is is_kept
    assert (TO_CHECK_AGAIN in page) is not is_kept
    assert (TO_SIGN_AGAIN in page) is not is_kept
    assert UNLESS not in page


def test_once_they_are_saved_all_says_that_it_stays(client, registration):
    receive_summary(registration)
    validate(registration)

    modify(client, registration.number, **ANOTHER_STREET)

    number, registered, history = (
        main(client.get(f"/mes-inscriptions/{registration.number}/{name}"))
        for name in ("numero", "suis-je-inscrit", "historique")
    )
    letter = Message.objects.get(kind="amended").body
    assert "Votre inscription est validée : vous n'avez plus rien à envoyer" in number
    assert "Fait : Inscription validée" in registered
    assert "Reçu, posté le 25 novembre 2026." in registered
    assert "Version n°2" in registered
    assert "3 quai du Port" in history
    assert "Rien n'est à refaire : votre inscription reste validée." in letter
    for said in (number, letter):
        assert "cachet de la poste" not in said
        assert "ne vaut plus" not in said
        assert CHECKED_AGAIN not in said


def test_a_summary_that_is_on_its_way_stays_good(client, registration):
    modify(client, registration.number, **ANOTHER_STREET)

    number = main(client.get(f"/mes-inscriptions/{registration.number}/numero"))
    assert STILL_GOOD in number
    assert "ne vaut plus" not in number


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_request_says_what_it_would_undo(registration, is_kept):
    receive_summary(registration)
    validate(registration)
    after = registration.service.closes_at + timedelta(days=1)
    with time_machine.travel(after, tick=False):
        client = signed_in(registration.candidate.user)
        page = client.post(f"/mes-inscriptions/{registration.number}/demande", follow=True)
        draft = page.request["PATH_INFO"].split("/")[2]
        changes = ANOTHER_STREET if is_kept else ANOTHER_TEAM
        for slug, answers in answers_with(**changes).items():
            answer(client, client.get(f"/inscription/{draft}/{slug}"), answers)
        said = main(client.get(f"/inscription/{draft}/demande"))

    assert (KEPT in said) is is_kept
    assert ("si votre demande est acceptée, le service gestionnaire devra" in said) is not is_kept
