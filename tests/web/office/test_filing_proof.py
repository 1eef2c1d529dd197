"""« Preuve du dépôt », « Preuve de l'instruction »: a sealed file, for who reads the journal there (L-04)."""

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.journal.models import Entry
from sporades.notices import queries as notices
from tests.documents.reading import pdf_text
from tests.web.guide import main

AUDITOR, HEAD = Membership.Role.AUDITOR, Membership.Role.HEAD
NOTED = "filing proof taken"
EACH = [
    ("filing_proof", "preuve-du-depot", NOTED, "Preuve du dépôt préparée"),
    (
        "instruction_proof",
        "preuve-de-l-instruction",
        "instruction proof taken",
        "Preuve de l'instruction préparée",
    ),
]

pytestmark = pytest.mark.usefixtures("kept")


def where(registration):
    return reverse("office:filing_proof", args=[registration.number])


def page_of(browser, registration):
    return main(browser.get(reverse("office:journal", args=[registration.number])))


@pytest.mark.parametrize("role", [AUDITOR, HEAD])
@pytest.mark.parametrize("proof", EACH)
def test_it_is_taken_from_the_journal_of_the_file_and_noted_as_a_reading(
    member, in_lille, role, proof
):
    route, name, verb, words = proof
    browser, page = member("A09", role=role), reverse(f"office:{route}", args=[in_lille.number])
    assert page in browser.get(reverse("office:journal", args=[in_lille.number])).text

    answer = browser.get(page)

    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{name}-{in_lille.number}.pdf"'
    )
    assert in_lille.number in pdf_text(answer.content)
    noted = Entry.objects.get(verb=verb)
    assert (noted.actor_id, noted.academy) == (f"user:{browser.user.pk}", "A09")
    looked = f"{reverse('office:journal', args=[in_lille.number])}?consultations=1"
    assert words in main(browser.get(looked))
    assert words not in page_of(browser, in_lille)


def test_it_is_for_who_reads_the_journal_there_and_for_nobody_else(member, manager, in_lille):
    elsewhere = member("A25", role=HEAD, email="chef@exemple.test")

    for route, _, verb, _ in EACH:
        page = reverse(f"office:{route}", args=[in_lille.number])
        assert [one.get(page).status_code for one in (manager, elsewhere)] == [404, 404]
        assert not Entry.objects.filter(verb=verb).exists()
    journal = page_of(manager, in_lille)
    assert "Preuve d" not in journal
    assert "se demandent à qui peut lire le journal des académies" in journal


def test_while_no_seal_can_be_put_there_is_no_proof_and_nothing_is_noted(
    member, in_lille, settings, tmp_path
):
    settings.SEAL_KEY_FILE = str(tmp_path / "absent.p12")

    page = member("A09", role=HEAD).get(where(in_lille))

    assert (page.status_code, page["Retry-After"]) == (503, "120")
    assert not Entry.objects.filter(verb=NOTED).exists()


def test_while_the_database_is_only_read_it_is_given_and_nothing_is_noted(
    member, in_lille, monkeypatch
):
    browser = member("A09", role=HEAD)
    monkeypatch.setattr(notices._held, "is_database_read_only", True)

    assert browser.get(where(in_lille)).content.startswith(b"%PDF")
    assert not Entry.objects.filter(verb=NOTED).exists()
