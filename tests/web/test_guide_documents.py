"""The guide, once registered: the summary, « Mes documents »."""

from datetime import timedelta

import pytest
import time_machine

from sporades.documents.models import DocumentVersion
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_draft, a_registration
from tests.web.guide import (
    LATER,
    ask_to_withdraw,
    buttons,
    links,
    main,
    modify,
    save,
    seen,
    walk,
    words,
)

pytestmark = pytest.mark.usefixtures("stopped_clock")

CLOSED = NOW + timedelta(days=60)


def test_one_is_told_that_downloading_or_printing_the_summary_is_indispensable(sign_in):
    client = sign_in(a_candidate())

    page = save(client, walk(client))

    assert (
        "Il est indispensable de télécharger ou d'imprimer votre récapitulatif d'inscription."
        in main(page)
    )


def test_the_summary_is_reached_from_the_last_step_and_from_both_menus(sign_in):
    client = sign_in(a_candidate())
    last_step = save(client, walk(client))
    number = Registration.objects.get().number
    summary = f"/mes-documents/{number}/recapitulatif/pdf"

    read_only = client.get(f"/mes-inscriptions/{number}/recapitulatif")
    documents = client.get(f"/mes-documents/{number}")

    assert links(last_step, "Visualiser/imprimer") == [summary]
    on_screen = links(last_step, "Lire à l'écran : Récapitulatif d'inscription")
    assert on_screen == [summary.removesuffix("/pdf")]
    assert links(read_only, "Visualiser/imprimer") == [summary]
    assert links(documents, "Récapitulatif d'inscription") == [summary]
    assert client.get(summary).content.startswith(b"%PDF-")


def test_the_summary_says_where_and_until_when_it_is_returned_with_room_for_the_signature(mine):
    registration, client = mine

    page = client.get(f"/mes-documents/{registration.number}/recapitulatif")

    text = main(page)
    assert (
        "Imprimez, signez et renvoyez ce récapitulatif. À poster au plus tard le vendredi 25 décembre 2026 (cachet de la poste)"
        in text
    )
    assert "Bureau des essais de Lille 1 place des Essais 59000 Lille" in text
    [box] = seen(page).cssselect("main .s-signature")
    assert words(box) == "Date et signature du candidat"


def test_our_sole_departure_the_summary_stays_within_reach_after_the_closing(sign_in):
    registration = a_registration()

    with time_machine.travel(CLOSED, tick=False):
        client = sign_in(registration.candidate)
        page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")
        pdf = client.get(f"/mes-documents/{registration.number}/recapitulatif/pdf")

    assert "Modifier" not in buttons(page)
    assert "12 rue des Îles" in main(page)
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


def test_one_chooses_a_registration_to_see_its_documents(mine):
    registration, client = mine

    page = client.get("/mes-documents")

    [link] = seen(page).cssselect("main .s-choices a")
    assert words(link) == (
        f"Brevet d'essai – Marin, session 2027, inscription n°{registration.number}"
    )
    assert words(link.getparent()).count(registration.number) == 1
    assert link.get("href") == f"/mes-documents/{registration.number}"


def test_the_list_of_documents_reads_as_the_guide_pictures_it(mine):
    registration, client = mine

    page = client.get(f"/mes-documents/{registration.number}")

    text = main(page)
    assert words(seen(page).cssselect("h1")[0]) == "Mes documents"
    assert (
        f"Liste des documents publiés pour la candidature n°{registration.number}"
        in text.replace("n° ", "n°")
    )
    summary, pieces = (
        f"{title} version n°1, mise à jour le 25/11/2026"
        for title in ("Récapitulatif d'inscription", "Demande pièces justificatives")
    )
    assert 0 < text.find(summary) < text.find(pieces)
    assert "Cliquer sur le lien pour ouvrir/télécharger le document." in text


def test_documents_are_a_list_of_which_each_has_its_heading(mine):
    registration, client = mine

    for way in (
        f"/mes-documents/{registration.number}",
        f"/mes-inscriptions/{registration.number}",
    ):
        [listed] = seen(client.get(way)).cssselect("main .s-documents")
        assert [[words(one) for one in line.cssselect("h3")] for line in listed] == [
            ["Récapitulatif d'inscription"],
            ["Demande pièces justificatives"],
        ]


def test_each_line_says_whether_the_document_was_opened_and_when(mine):
    registration, client = mine
    lists = (f"/mes-documents/{registration.number}", f"/mes-inscriptions/{registration.number}")

    before = [main(client.get(one)) for one in lists]
    with time_machine.travel(LATER, tick=False):
        client.get(f"/mes-documents/{registration.number}/recapitulatif")
        after = [main(client.get(one)) for one in lists]

    line = "Récapitulatif d'inscription version n°1, mise à jour le 25/11/2026, PDF"
    for unread, read in zip(before, after, strict=True):
        assert f"{line} Vous ne l'avez pas encore ouvert" in unread
        assert f"{line} Ouvert le 25/11/2026 à 10 h 50 (heure de Paris)" in read


def test_only_the_last_version_of_a_document_is_there_the_others_are_history(mine):
    registration, client = mine
    modify(client, registration.number, identification={"address_1": "3 quai du Port"})

    documents = client.get(f"/mes-documents/{registration.number}")
    history = main(client.get(f"/mes-inscriptions/{registration.number}/historique"))

    assert len(links(documents, "Récapitulatif d'inscription")) == 1
    assert "version n°2" in main(documents)
    assert "version n°1" not in main(documents)
    assert "Version n°1" in history
    assert "Version n°2" in history


def test_nothing_is_listed_before_it_is_published(mine):
    registration, client = mine
    DocumentVersion.objects.filter(document__folder=registration.folder).update(published_at=LATER)

    before = main(client.get(f"/mes-documents/{registration.number}"))
    hidden = client.get(f"/mes-documents/{registration.number}/recapitulatif")
    with time_machine.travel(LATER, tick=False):
        after = main(client.get(f"/mes-documents/{registration.number}"))

    assert "Récapitulatif d'inscription" not in before
    assert "Aucun document n'est publié pour le moment." in before
    assert hidden.status_code == 404
    assert "Récapitulatif d'inscription" in after


def test_keeping_the_registration_is_the_main_button_leaving_it_is_not(mine):
    registration, client = mine

    page = seen(ask_to_withdraw(client, registration.number))

    looks = {words(one): one.get("class") for one in page.cssselect("main .s-buttons .fr-btn")}
    assert looks == {
        "Me désinscrire": "fr-btn fr-btn--secondary",
        "Garder mon inscription": "fr-btn",
    }


def test_who_has_begun_and_not_saved_is_told_so_and_led_to_what_they_typed(sign_in):
    candidate = a_draft().candidate

    page = sign_in(candidate).get("/mes-documents")

    assert "Votre inscription n'est pas encore enregistrée." in main(page)
    assert links(page, "Reprendre ma saisie") == ["/mes-inscriptions"]
    assert "M'inscrire" not in main(page)
    with time_machine.travel(CLOSED, tick=False):
        assert "quand elle le sera" not in main(sign_in(candidate).get("/mes-documents"))


def test_a_document_leads_back_to_the_list_and_to_its_registration(mine):
    registration, client = mine
    number = registration.number

    page = client.get(f"/mes-documents/{number}/recapitulatif")

    assert [one.get("href") for one in seen(page).cssselect(".fr-breadcrumb__link")] == [
        "/mes-documents",
        f"/mes-documents/{number}",
        None,
    ]
    assert links(page, "Gérer ma candidature") == [f"/mes-inscriptions/{number}"]
    assert links(client.get(f"/mes-documents/{number}"), "Gérer ma candidature") == [
        f"/mes-inscriptions/{number}"
    ]
