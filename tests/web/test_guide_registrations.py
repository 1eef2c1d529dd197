"""The guide, once registered: « Mes inscriptions », « Modifier », « Me désinscrire »."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine

from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import NOW, a_draft, answers_with
from tests.web.guide import (
    LATER,
    answer,
    ask_to_withdraw,
    buttons,
    links,
    main,
    modify,
    save,
    seen,
    walk,
    withdraw,
    words,
)

pytestmark = pytest.mark.usefixtures("stopped_clock")


def test_each_registration_has_its_card_and_its_way_in(mine):
    registration, client = mine

    page = client.get("/mes-inscriptions")

    assert "Brevet d'essai" in main(page)
    assert f"/mes-inscriptions/{registration.number}" in {
        link.get("href") for link in seen(page).cssselect("main a")
    }


@pytest.mark.parametrize("where", ["/accueil", "/mes-inscriptions"])
def test_a_card_says_what_where_in_what_state_and_until_when(mine, sign_in, where):
    registration, client = mine

    card = words(seen(client.get(where)).cssselect("main .s-card")[0]).replace("\xa0", " ")
    with time_machine.travel(registration.service.closes_at + timedelta(minutes=1), tick=False):
        page = sign_in(registration.candidate).get(where)
    closed = words(seen(page).cssselect("main .s-card")[0])

    assert card.startswith(
        f"Session 2027, académie de Lille, n°{registration.number} Brevet d'essai"
    )
    for owed in (
        "Marin",
        "Votre inscription est enregistrée.",
        "Vous pouvez la modifier jusqu'au mardi 15 décembre 2026 à 23 h 59 (heure de Paris).",
        "Gérer ma candidature",
    ):
        assert owed in card
    assert "Vous pouvez la modifier" not in closed
    assert "Les inscriptions sont fermées depuis le" in closed
    assert "Votre inscription est enregistrée." in closed


@pytest.mark.parametrize("where", ["/accueil", "/mes-inscriptions"])
def test_a_registration_is_one_level_below_the_heading_that_it_stands_under(mine, where):
    registration, client = mine
    alone = headings(client.get("/mes-inscriptions"))
    a_draft(registration.candidate)

    under = headings(client.get(where))

    assert alone == ["h1", "h2"]
    assert "h3" in under
    assert under[0] == "h1"
    assert all(int(b[1]) <= int(a[1]) + 1 for a, b in pairwise(under))
    assert is_card_of(client.get(where), registration) == "h3"


def headings(page):
    return [one.tag for one in seen(page).cssselect("main h1, main h2, main h3")]


def is_card_of(page, registration):
    """Return the level of the heading of a registration's card."""
    [card] = [
        one for one in seen(page).cssselect("main .s-card") if registration.number in words(one)
    ]
    return card.cssselect(".s-card__title")[0].tag


def test_with_a_draft_alone_the_page_says_that_nothing_is_registered_yet(sign_in):
    draft = a_draft()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(draft.candidate).get("/mes-inscriptions")

    assert [words(one) for one in seen(page).cssselect("main h2")] == ["À terminer"]
    assert "Aucune inscription n'est encore enregistrée." in main(page)
    # What is begun is gone on with: to register for something else is not the main act.
    buttons = seen(page).cssselect("main a.fr-btn")
    assert [words(one) for one in buttons if "--" not in one.get("class")] == [
        "Reprendre ma saisie : Brevet d'essai – Marin, session 2027"
    ]
    assert "Vous n'avez aucune inscription en cours." not in main(page)


def test_before_modifying_only_the_summary_can_be_read_and_it_holds_everything(mine):
    registration, client = mine

    page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")

    text = main(page)
    for owed in ("Le Goff", "12 rue des Îles", "Individuel", "Globale", "Rouge", "Navigation"):
        assert owed in text
    asked = seen(page).cssselect("main input:not([type=hidden]), main select, main textarea")
    assert asked == []
    assert buttons(page) == ["Modifier"]
    assert links(page, "Quitter") == [f"/mes-inscriptions/{registration.number}"]


def test_modifying_opens_every_tab_with_the_answers_given(mine):
    registration, client = mine

    first = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = first.request["PATH_INFO"].split("/")[2]
    pages = {slug: client.get(f"/inscription/{draft}/{slug}") for slug in answers_with()}

    assert {page.status_code for page in pages.values()} == {200}
    [street] = seen(pages["identification"]).cssselect("input[name=address_1]")
    assert street.get("value") == "12 rue des Îles"
    [team] = seen(pages["supplementaires"]).cssselect("input[name=q-equipe][checked]")
    assert team.get("value") == "ROUGE"


def test_a_modification_just_opened_says_that_nothing_is_changed_then_that_something_is(mine):
    registration, client = mine
    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    unsaved = "Vos modifications ne sont pas encore enregistrées."

    assert words(seen(page).cssselect("h1")[0]) == "Modifier mon inscription : Récapitulatif"
    assert "Choisissez ce que vous modifiez. Ces réponses sont celles" in main(page)
    assert "Cliquez sur « Modifier », à côté de ce que vous voulez changer" in main(page)
    assert "« Enregistrer » paraît ensuite au bas de cette page" in main(page)
    assert "Étape suivante" not in main(page)
    assert links(page, "Précédent") == []
    back = f"/mes-inscriptions/{registration.number}"
    assert links(page, "Revenir à mon inscription") == [back]
    assert unsaved not in main(page)
    assert "Ce qui change" not in main(page)
    moved = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
    answer(client, client.get(f"/inscription/{draft}/identification"), moved)
    page = client.get(f"/inscription/{draft}/recapitulatif")

    assert unsaved in main(page)
    assert links(page, "Précédent")
    assert "Ce qui change Numéro et voie : 12 rue des Îles → devient 3 quai du Port" in main(page)
    assert "Choisissez ce que vous modifiez" not in main(page)


def test_a_modification_is_abandoned_from_its_summary_and_from_its_registration(mine):
    registration, client = mine
    managed = f"/mes-inscriptions/{registration.number}"
    assert links(client.get(managed), "Abandonner ma modification") == []

    page = client.post(f"{managed}/modifier", follow=True)

    way = f"/inscription/{page.request['PATH_INFO'].split('/')[2]}/abandon"
    assert links(page, "Abandonner ma modification") == [way]
    assert links(client.get(managed), "Abandonner ma modification") == [way]
    ready = client.get(way.replace("abandon", "est-elle-prete"))
    assert "Votre inscription enregistrée reste telle qu'elle est." in main(ready)
    assert links(ready, "Abandonner ma modification") == [way]
    left = client.post(way, follow=True)
    assert left.request["PATH_INFO"] == managed
    assert "Votre modification est abandonnée : votre inscription reste" in main(left)
    client.post(way)
    [noted] = Entry.objects.filter(verb="draft abandoned")
    assert (noted.object_kind, noted.object_id) == ("registration", str(registration.pk))


def test_a_modification_not_saved_changes_nothing(mine):
    registration, client = mine
    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    moved = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
    before = main(client.get(f"/mes-inscriptions/{registration.number}"))
    with time_machine.travel(LATER, tick=False):
        answer(client, client.get(f"/inscription/{draft}/identification"), moved)

    page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")

    assert "12 rue des Îles" in main(page)
    assert "3 quai du Port" not in main(page)
    awaiting = main(client.get(f"/mes-inscriptions/{registration.number}"))
    assert "Votre modification n'est pas enregistrée" not in before
    assert "Votre modification n'est pas enregistrée" in awaiting


def test_whoever_withdraws_reads_first_that_a_modification_goes_with_it(mine):
    registration, client = mine
    erased = "Votre modification en cours, qui n'est pas enregistrée, sera effacée"
    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    assert erased not in main(ask_to_withdraw(client, registration.number))

    moved = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
    with time_machine.travel(LATER, tick=False):
        answer(client, client.get(f"/inscription/{draft}/identification"), moved)

    assert erased in main(client.get(f"/mes-inscriptions/{registration.number}/desinscription"))


def test_saving_a_modification_makes_the_next_version_a_new_summary_and_a_mail(mine):
    registration, client = mine

    with time_machine.travel(LATER, tick=False):
        modify(client, registration.number, identification={"address_1": "3 quai du Port"})
        folder = main(client.get(f"/mes-documents/{registration.number}"))
        summary = main(client.get(f"/mes-documents/{registration.number}/recapitulatif"))

    assert "version n°2, mise à jour le 25/11/2026" in folder
    assert "3 quai du Port" in summary
    message = Message.objects.get(kind="amended")
    assert message.subject == (
        f"Modification d'inscription : Brevet d'essai – Marin, session 2027, n°{registration.number}"
    )
    assert "lisez-le dans l'historique de votre inscription" in message.body


def test_the_choices_of_publication_may_be_left_empty_there_as_in_the_wizard(mine):
    registration, client = mine

    page = client.get(f"/mes-inscriptions/{registration.number}/consentements")

    assert "Tout est à remplir" not in main(page)
    assert main(page).count("(facultatif)") == 2


def test_a_choice_of_publication_that_is_not_sent_stays_as_it_is(mine):
    registration, client = mine
    where = f"/mes-inscriptions/{registration.number}/consentements"
    client.post(where, {"publishes_name": "oui", "shares_name": "non"})

    client.post(where, {"shares_name": "oui"})

    registration.refresh_from_db()
    assert (registration.publishes_name, registration.shares_name) == (True, True)


def test_a_withdrawn_registration_is_never_made_active_again_a_new_one_is_needed(mine):
    registration, client = mine

    page = withdraw(client, registration.number)
    registration.refresh_from_db()
    refused = client.post(f"/mes-inscriptions/{registration.number}/modifier")
    again = save(client, walk(client))

    assert main(page).count("Votre désinscription est enregistrée") == 1
    assert links(page, "Publication de mon nom : mes choix") == []
    assert "Cette inscription ne peut pas être réactivée." in main(page)
    assert refused.status_code == 409
    new = Registration.objects.active().get()
    assert new.number != registration.number
    assert f"Numéro d'inscription {new.number}" in main(again)
    registration.refresh_from_db()
    assert registration.state == "withdrawn"
    told = Message.objects.get(kind="withdrawn")
    assert told.subject == f"Désinscription enregistrée, n°{registration.number}"
