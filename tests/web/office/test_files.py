"""The file of a registration: what its manager reads, and what nobody else does."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import leaving
from sporades.acts.registrations.deciding import decide
from sporades.exams.held import forget
from sporades.registrations.consents import CONSENTS
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import read_by_office
from sporades.registrations.states import SET_ASIDE
from sporades.territory.models import ManagingService
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.web.guide import main, seen, words

TABS = ("registration", "history", "documents", "mails", "journal")


def tab(name, registration):
    """Return the address of a tab."""
    return reverse(f"office:{name}", args=[registration.number])


@pytest.mark.parametrize("name", TABS)
def test_the_file_of_another_academy_does_not_exist(manager, in_versailles, name):
    assert manager.get(tab(name, in_versailles)).status_code == 404


@pytest.mark.parametrize("name", TABS)
@pytest.mark.parametrize("role", [Membership.Role.HEAD, Membership.Role.AUDITOR])
def test_a_head_and_an_auditor_read_the_files_of_their_perimeter(member, in_lille, name, role):
    assert member("A09", role=role).get(tab(name, in_lille)).status_code == 200


def test_what_is_foreign_forbidden_or_was_never_there_is_one_page_for_office_people(
    member, in_lille, in_versailles
):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    places = [
        tab("registration", in_versailles),
        reverse("office:registration", args=["2027-0000000-00"]),
        tab("decide", in_lille),
        reverse("office:banner"),
    ]

    found = [auditor.get(place) for place in places]

    assert [one.status_code for one in found] == [404] * len(places)
    [said] = {main(one) for one in found}
    assert "n'est ni de votre rôle ni de votre périmètre : l'accueil dit les vôtres" in said
    assert "connectez-vous avec le compte" not in said


def test_questions_put_to_the_candidate_are_not_read_as_put_to_the_office(manager, in_lille):
    version = in_lille.versions.get()
    asked = ["Nom et prénom de votre représentant légal", *(label for _, label, _ in CONSENTS)]
    lines = [[label, f"Réponse {number}"] for number, label in enumerate(asked)]
    # What was filed is frozen: the manager reads it as the candidate had it, but for the questions.
    said = {**version.snapshot, "sections": [{**version.snapshot["sections"][0], "lines": lines}]}

    read = read_by_office(said)

    assert read["sections"][0]["lines"] == [
        ["Nom et prénom du représentant légal", "Réponse 0"],
        ["Accepte que son nom figure dans les résultats publiés", "Réponse 1"],
        ["Accepte que son nom et ses résultats soient communiqués à des tiers", "Réponse 2"],
    ]
    assert said["sections"][0]["lines"] == lines
    page = main(manager.get(tab("registration", in_lille)))
    assert "Accepte que son nom figure" in page
    assert "J'accepte" not in page


def test_a_membership_that_has_ended_opens_nothing(manager, in_lille):
    manager.user.memberships.update(ends_on="2026-11-24")

    assert manager.get(tab("registration", in_lille)).status_code == 404


def test_a_file_says_what_was_filed_in_the_candidates_own_tabs(manager, in_lille):
    page = manager.get(tab("registration", in_lille)).text

    for said in ("Maëlle Anne LE GOFF", in_lille.number, "12 rue des Îles", "14/03/1998"):
        assert said in page
    for title in ("Identité", "Informations candidature", "Epreuves"):
        assert title in page


def test_the_history_says_who_filed_each_version(manager, in_lille):
    page = manager.get(tab("history", in_lille)).text

    assert "Version" in page
    assert str(in_lille.candidate) in page


def test_a_document_that_a_manager_opens_is_not_opened_by_its_holder(manager, in_lille):
    answer = manager.get(reverse("office:document_pdf", args=[in_lille.number, "recapitulatif"]))

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "Pas encore ouvert" in manager.get(tab("documents", in_lille)).text


def test_mails_and_acts_are_told_with_their_instants(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    mails, acts = (manager.get(tab(name, in_lille)).text for name in ("mails", "journal"))

    assert in_lille.candidate.user.email in mails
    assert "Désinscription enregistrée" in acts
    assert "heure de Paris" in acts
    assert not mail.outbox


def test_a_manager_too_is_told_when_a_paper_will_be_ready(manager, in_lille, settings, tmp_path):
    settings.SEAL_KEY_FILE = str(tmp_path / "absent.p12")

    page = manager.get(reverse("office:document_pdf", args=[in_lille.number, "recapitulatif"]))

    assert (page.status_code, page["Retry-After"]) == (503, "120")
    assert "Le document est en cours de préparation" in page.text
    assert f'href="{tab("documents", in_lille)}"' in page.text


def test_an_address_that_has_changed_is_told_from_the_one_that_was_filed(manager, in_lille):
    user = in_lille.candidate.user
    before = user.email
    pages = [tab("registration", in_lille), reverse("office:version", args=[in_lille.number, 1])]
    assert all("Elle a changé depuis" not in manager.get(page).text for page in pages)

    user.email = "nouvelle@exemple.test"
    user.save(update_fields=["email"])

    for page in pages:
        said = main(manager.get(page))
        assert "Adresse mail actuelle nouvelle@exemple.test" in said
        assert f"l'adresse mail du candidat était {before}. Elle a changé depuis." in said


def test_the_fingerprint_of_a_version_is_named(manager, in_lille):
    [fold] = seen(manager.get(tab("history", in_lille))).cssselect("main details:not([open])")

    assert words(fold) == f"Empreinte {in_lille.versions.get().digest}"


def test_a_registration_that_stands_no_more_leads_at_its_top_to_the_one_that_does(
    manager, in_lille
):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    said = "Ce candidat est inscrit par ailleurs"
    assert said not in main(manager.get(tab("registration", in_lille)))
    standing = a_registration(in_lille.candidate)

    for name in TABS:
        text = main(manager.get(tab(name, in_lille)))
        assert said in text
        assert text.index(standing.number) < text.index("Date de naissance")
    assert said not in main(manager.get(tab("registration", standing)))


def test_what_was_set_aside_before_is_said_at_the_top_of_the_new_one(manager, in_lille):
    decide(registration=in_lille, decision=SET_ASIDE, reason="Hors académie.", by=OPERATOR, at=NOW)
    anew = a_registration(in_lille.candidate, at=NOW + timedelta(minutes=1))

    text = main(manager.get(tab("registration", anew)))

    said = f"Une autre inscription de ce candidat à cet examen est écartée : n°{in_lille.number}"
    assert f"{said} (Hors académie.)." in text
    assert text.index(said) < text.index("Enregistrée le")
    assert said not in main(manager.get(tab("registration", in_lille)))


def test_a_file_says_at_once_whom_to_call_and_under_which_names(manager, in_lille):
    page = main(manager.get(reverse("office:history", args=[in_lille.number])))
    assert "Téléphone 06 39 98 12 34" in page
    assert "Nom de famille" not in page

    married = a_registration(a_candidate(usage_name="Kermarrec"))
    page = main(manager.get(reverse("office:history", args=[married.number])))

    assert "Maëlle Anne LE GOFF (KERMARREC)" in page
    assert "Nom de famille Le Goff" in page


def test_the_reason_of_a_state_and_what_can_be_done_stand_before_the_facts(manager, in_lille):
    Registration.objects.filter(pk=in_lille.pk).update(
        state="anomaly", reason="Il manque une pièce", decided_at=NOW
    )

    page = main(manager.get(tab("registration", in_lille)))

    found = ("en anomalie", "Motif : Il manque", "Gérer l'état", "N° Candidat", "Historique")
    places = [page.index(one) for one in found]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Bureau des essais", "Bureau des essais, académie de Lille"),
        ("Rectorat de l'académie de Lille", "Rectorat de l'académie de Lille"),
    ],
)
def test_the_academy_of_a_service_is_named_once(manager, in_lille, name, said):
    ManagingService.objects.update(name=name)
    forget()

    page = seen(manager.get(tab("registration", in_lille)))

    facts = {words(one[0]): words(one[1]) for one in page.cssselect(".s-facts > div")}
    assert facts["Service"] == said


def test_no_part_of_a_file_is_a_group_without_a_name(manager, in_lille):
    page = seen(manager.get(reverse("office:registration", args=[in_lille.number])))

    wide = page.cssselect("details.s-fold--wide")
    assert [one.get("aria-label") for one in wide] == [
        "Agir sur ce dossier",
        "Ce qu'est cette inscription",
    ]
