"""« Mon inscription › Historique »: each version, its fingerprint, its author, its changes (E4)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.accounts.models import AddressChange
from sporades.acts.identities import correcting
from sporades.acts.people import changing
from sporades.acts.registrations import deciding, leaving, registering
from sporades.candidates.operations import civil_data
from sporades.core.actors import SYSTEM, Actor
from sporades.core.digests import digest
from sporades.registrations.models import Registration
from sporades.registrations.operations import drafting
from sporades.registrations.states import FLAG, VALIDATE
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, answers_with, author
from tests.web.guide import buttons, links, main, seen, words

HOUR = timedelta(hours=1)
CHANGES = (
    "Numéro et voie : 12 rue des Îles → devient 3 quai du Port "
    "Équipe : Rouge → devient Bleue "
    "Cartographie (U5) : Non inscrit, Ecrite → devient Inscrit, Ecrite"
)


def filed(hour):
    return f"Enregistrée le mercredi 25 novembre 2026 à {hour} h 30 (heure de Paris)"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW + 5 * HOUR, tick=False):
        yield


def modify(registration, *, by, at, **changes):
    """File the next version, some answers changed."""
    standing = Registration.objects.whole().get(pk=registration.pk)
    draft = registering.amend(registration=standing, by=by, at=at)
    for slug, answers in answers_with(**changes).items():
        drafting.answer(draft=draft, section=slug, typed=answers, seen_revision=None, at=at)
    return registering.register(draft=draft, by=by, at=at)


def cards(page):
    return [words(one) for one in seen(page).cssselect("main article")]


def test_each_version_has_its_day_its_author_its_changes_and_its_fingerprint(sign_in):
    registration = a_registration()
    candidate = registration.candidate
    first = registration.versions.get()
    second = modify(
        registration,
        by=author(candidate),
        at=NOW + HOUR,
        identification={"address_1": "3 quai du Port"},
        supplementaires={"q-equipe": "BLEU"},
        epreuves={"statut-M2": "inscrit"},
    )
    chosen = registration.publishes_name
    for publishes in (not chosen, chosen):  # and back: there is a version to make, of no answer
        registering.choose_consents(
            registration=registration,
            publishes=publishes,
            shares=registration.shares_name,
            by=author(candidate),
            at=NOW + HOUR,
        )
    third = modify(
        registration,
        by=OPERATOR,
        at=NOW + 2 * HOUR,
        identification={"address_1": "3 quai du Port"},
        supplementaires={"q-equipe": "BLEU"},
        epreuves={"statut-M2": "inscrit"},
    )

    page = sign_in(candidate).get(f"/mes-inscriptions/{registration.number}/historique")

    said = [
        f"Version n°3 {filed(12)} par Bureau des essais de Lille. Aucune réponse n'a changé.",
        f"Version n°2 {filed(11)} par {candidate}. {CHANGES}",
        f"Version n°1 {filed(10)} par {candidate}. Première inscription.",
    ]
    assert cards(page) == [
        f"{words} Empreinte de cette version Cette empreinte est calculée sur tout ce que dit la version "
        f"n°{version.number} : si un seul signe en était changé, elle ne serait plus la même. "
        f"{version.digest}"
        for words, version in zip(said, (third, second, first), strict=True)
    ]
    assert [digest(one.snapshot) for one in (third, second, first)] == [
        third.digest,
        second.digest,
        first.digest,
    ]


def test_what_the_office_did_is_said_to_be_of_the_service_without_the_name_of_an_agent(sign_in):
    registration = a_registration()
    identity = registration.candidate.identity
    agent = Actor("manager", "Claude Martin", "user:0")
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Carte d'identité",
        by=agent,
        at=NOW + HOUR,
    )
    deciding.decide(
        registration=registration, decision=VALIDATE, reason="", by=agent, at=NOW + 2 * HOUR
    )
    client = sign_in(registration.candidate)
    mine = f"/mes-inscriptions/{registration.number}/historique"

    history, version = client.get(mine), client.get(f"{mine}/2")

    service = "Bureau des essais de Lille"
    assert cards(history)[0].startswith(f"Version n°2 {filed(11)} par {service}. ")
    assert f"{filed(11)} par {service}." in main(version)
    [decided] = [words(one) for one in seen(history).cssselect(".s-timeline__when")]
    assert decided == f"mercredi 25 novembre 2026 à 12 h 30 (heure de Paris), par {service}"
    for page in (history, version):
        assert "Claude Martin" not in page.text


def test_what_nobody_decided_is_said_to_be_automatic_and_not_of_the_service(sign_in, db):
    registration = a_registration()
    deciding.decide(
        registration=registration,
        decision=FLAG,
        reason="Il manque une pièce.",
        by=SYSTEM,
        at=NOW + HOUR,
    )

    history = sign_in(registration.candidate).get(
        f"/mes-inscriptions/{registration.number}/historique"
    )

    [decided] = [words(one) for one in seen(history).cssselect(".s-timeline__when")]
    assert decided == "mercredi 25 novembre 2026 à 11 h 30 (heure de Paris), automatiquement"


def test_a_telephone_number_that_changed_stands_in_one_line(sign_in):
    registration = a_registration()
    modify(
        registration,
        by=author(registration.candidate),
        at=NOW + HOUR,
        identification={"mobile": "0639981299"},
    )

    page = sign_in(registration.candidate).get(
        f"/mes-inscriptions/{registration.number}/historique"
    )

    assert "devient</span> 06\xa039\xa098\xa012\xa099" in page.text


def test_each_version_is_read_as_it_was(sign_in):
    registration = a_registration()
    modify(
        registration,
        by=author(registration.candidate),
        at=NOW + HOUR,
        identification={"address_1": "3 quai du Port"},
    )
    client = sign_in(registration.candidate)
    history = f"/mes-inscriptions/{registration.number}/historique"

    page = client.get(history)
    [old], [new] = (links(page, f"Version n°{number}") for number in (1, 2))

    assert "Numéro et voie 12 rue des Îles" in main(client.get(old))
    assert "Une version plus récente la remplace." in main(client.get(old))
    assert "Numéro et voie 3 quai du Port" in main(client.get(new))
    assert "Une version plus récente la remplace." not in main(client.get(new))


def test_an_address_changed_since_is_a_change_of_the_next_version():
    registration = a_registration(a_candidate(email="avant@exemple.test"))
    user = registration.candidate.user
    changing.ask_address_change(user, email="apres@exemple.test", network="", at=NOW)
    changing.confirm_address_change(AddressChange.objects.get().pk, at=NOW)

    second = modify(registration, by=author(registration.candidate), at=NOW + HOUR)

    assert second.changes == ["Adresse mail : avant@exemple.test → apres@exemple.test"]


def test_a_withdrawal_ends_the_history(sign_in):
    registration = a_registration()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW + HOUR)

    page = sign_in(registration.candidate).get(
        f"/mes-inscriptions/{registration.number}/historique"
    )

    assert (
        "Désinscription enregistrée le mercredi 25 novembre 2026 à 11 h 30 (heure de Paris)."
        in main(page)
    )


def test_my_registration_leads_to_its_history(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    for page in ("/recapitulatif", ""):
        mine = client.get(f"/mes-inscriptions/{registration.number}{page}")
        assert links(mine, "Historique") == [f"/mes-inscriptions/{registration.number}/historique"]


def test_consents_changed_since_are_said_where_the_version_says_others(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    mine = f"/mes-inscriptions/{registration.number}"
    pages = (f"{mine}/recapitulatif", f"{mine}/historique")
    since = "Vous avez changé vos choix de publication le mercredi 25 novembre 2026 à 15 h 30"
    assert [since in main(client.get(page)) for page in pages] == [False, False]

    client.post(f"{mine}/consentements", {"publishes_name": "oui", "shares_name": "non"})

    for page in pages:
        text = main(client.get(page))
        assert since in text
        assert "J'accepte que mon nom figure dans les résultats publiés : Oui" in text
        assert "soient communiqués à des tiers : Non" in text


def test_a_new_version_says_the_consents_itself(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    mine = f"/mes-inscriptions/{registration.number}"
    client.post(f"{mine}/consentements", {"publishes_name": "oui", "shares_name": "non"})
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)

    registering.register(draft=draft, by=by, at=NOW)

    page = main(client.get(f"{mine}/recapitulatif"))
    assert "Vous avez changé vos choix" not in page
    assert "J'accepte que mon nom figure dans les résultats publiés Oui" in page


def test_consents_put_back_in_a_modification_can_be_saved(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    mine = f"/mes-inscriptions/{registration.number}"
    client.post(f"{mine}/consentements", {"publishes_name": "oui", "shares_name": "non"})
    recap = client.post(f"{mine}/modifier", follow=True).request["PATH_INFO"]
    back = {**answers_with()["supplementaires"], "publishes_name": "non", "shares_name": "non"}
    client.post(recap.replace("recapitulatif", "supplementaires"), back)

    assert "Enregistrer" in buttons(client.get(recap))
    client.post(recap)

    registration.refresh_from_db()
    assert (registration.publishes_name, registration.version) == (False, 2)


def test_what_ended_a_registration_stands_above_its_versions(sign_in):
    registration = a_registration()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    page = main(
        sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/historique")
    )

    assert page.index("Désinscription enregistrée le") < page.index("Version n°1")
