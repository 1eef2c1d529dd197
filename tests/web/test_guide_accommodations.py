"""The guide: « Les aménagements d'épreuves »."""

import pytest

from sporades.registrations.models import Registration
from tests.factories import a_candidate, answers_with
from tests.web.guide import main, save, seen, walk, words

pytestmark = pytest.mark.usefixtures("stopped_clock")

# What a question about health would speak of.
OF_HEALTH = (
    "santé",
    "médic",
    "médecin",
    "malad",
    "trouble",
    "traitement",
    "patholog",
    "diagnos",
    "invalid",
    "handicap",
)


def questions(page):
    """Return each question of a tab, with its help and its choices, as its reader has it."""
    return {
        field.cssselect("[name]")[0].get("name"): words(field)
        for field in seen(page).cssselect("main .s-field")
    }


def every_question(client, declared):
    """Walk every tab; return the questions of each, as they stand once the handicap is declared."""
    answers = answers_with(informations={"has_disability": declared})
    recap = walk(client, answers=answers)
    draft = recap.request["PATH_INFO"].split("/")[2]
    asked = {}
    for slug in answers:
        asked |= questions(client.get(f"/inscription/{draft}/{slug}"))
    return recap, asked


def test_declaring_a_handicap_is_said_as_yes_and_nothing_of_health_is_asked(sign_in):
    client = sign_in(a_candidate())

    recap, asked = every_question(client, "oui")
    number_page = save(client, recap)

    registration = Registration.objects.get()
    assert registration.has_disability
    assert (
        "Pour obtenir un aménagement d'épreuves, faites votre demande dans votre espace candidat"
        in main(number_page)
    )
    page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")
    assert "Handicap Oui" in main(page)
    declaration = asked.pop("has_disability")
    assert declaration == (
        "Handicap Répondez « Oui » si vous voulez demander un aménagement d'épreuves (temps majoré, "
        "secrétaire…) à cause d'un handicap ou d'un trouble de la santé (dyslexie, diabète…). Vous "
        "ferez cette demande après votre inscription, à la page « Aménagement d'épreuves ». Aucun "
        "détail de santé n'est demandé ici. Réponse obligatoire. Non Oui"
    )
    assert len(asked) > 20
    of_health = [text for text in asked.values() if any(one in text.lower() for one in OF_HEALTH)]
    assert of_health == []


def test_declaring_a_handicap_asks_nothing_more_than_declaring_none(sign_in):
    asked = [every_question(sign_in(a_candidate()), declared)[1] for declared in ("oui", "non")]

    assert asked[0] == asked[1]
