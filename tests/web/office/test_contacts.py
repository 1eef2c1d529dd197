"""« Coordonnées »: how a managing service is reached, changed by those whom it serves."""

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.differences.openings import managing
from sporades.exams.models import RegistrationService
from sporades.exams.operations.loading import understand
from sporades.journal.models import Entry
from sporades.territory.models import ManagingService
from tests.factories import INVENTED, NOW, OPERATOR, load_invented
from tests.web.guide import main

LIST = reverse("office:contacts")
SAID = {
    "interlocuteur": "Gestionnaire des essais",
    "telephone": "03 20 11 22 33",
    "courriel": "essais@exemple.test",
    "adresse_postale": "Bureau des essais\n144 rue de Bavay\n59000 Lille",
    "horaires": "le matin",
}


@pytest.fixture
def lille(db):
    """Return the managing service of Lille."""
    return RegistrationService.objects.get(academy="A09").managing_service


def page_of(service):
    return reverse("office:contact", args=[service.pk])


def change(client, service, **changes):
    """Read the page, type, and press « Enregistrer ces coordonnées »."""
    read = client.get(page_of(service)).context["form"]["vu"].value()
    answer = client.post(page_of(service), {**SAID, "vu": read, **changes}, follow=True)
    service.refresh_from_db()
    return answer


def test_they_are_changed_and_read_everywhere(manager, lille, client):
    before = lille.phone

    page = change(manager, lille)

    assert "Les coordonnées sont changées." in main(page)
    assert lille.address == ["Bureau des essais", "144 rue de Bavay", "59000 Lille"]
    assert lille.reached_so_since == NOW
    assert "03 20 11 22 33" in main(client.get("/contact?academie=A09"))
    entry = Entry.objects.get(verb="managing service changed", object_id=str(lille.pk))
    assert entry.payload["before"]["phone"] == before
    assert entry.payload["after"]["phone"] == "03 20 11 22 33"
    assert (entry.academy, entry.actor_name) == ("A09", "Claude Martin")


def test_who_has_two_roles_changes_them_in_that_which_reaches_the_service(member, lille):
    client = member("A25")
    client.user.memberships.create(
        role=Membership.Role.HEAD, full_name="Claude Martin", academies=["A09"]
    )

    change(client, lille)

    entry = Entry.objects.get(verb="managing service changed", object_id=str(lille.pk))
    assert entry.actor_kind == "head"


def test_what_is_filed_already_keeps_what_it_said(manager, lille, in_lille):
    filed = in_lille.versions.get().snapshot

    change(manager, lille)

    assert in_lille.versions.get().snapshot == filed
    assert SAID["telephone"] not in str(filed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"telephone": ""}, "telephone"),
        ({"telephone": "0" * 31}, "telephone"),
        ({"telephone": "abc"}, "telephone"),
        ({"courriel": "essais"}, "courriel"),
        ({"adresse_postale": " \n "}, "adresse_postale"),
        ({"adresse_postale": "\n".join("1234567")}, "adresse_postale"),
        ({"adresse_postale": "x" * 81}, "adresse_postale"),
        ({"interlocuteur": "x" * 121}, "interlocuteur"),
        ({"horaires": "x" * 201}, "horaires"),
        ({"vu": "autre"}, "__all__"),
        ({"telephone": "03\0"}, "telephone"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(manager, lille, changes, field):
    before = lille.reached

    page = change(manager, lille, **changes)

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert lille.reached == before
    assert not Entry.objects.filter(object_id=str(lille.pk), at=NOW, actor_kind="manager").exists()


def test_the_second_of_two_who_change_them_is_told(manager, member, lille):
    other = member("A09", email="autre@exemple.test")
    read = other.get(page_of(lille)).context["form"]["vu"].value()
    change(manager, lille)

    page = other.post(page_of(lille), {**SAID, "telephone": "03 00 00 00 00", "vu": read})

    assert page.status_code == 422
    assert "Un collègue vient de changer ces coordonnées" in main(page)
    assert SAID["telephone"] in main(page)
    lille.refresh_from_db()
    assert lille.phone == SAID["telephone"]

    again = {**SAID, "telephone": "03 00 00 00 00", "vu": page.context["form"]["vu"].value()}
    assert other.post(page_of(lille), again).status_code == 302


def test_the_same_again_changes_nothing(manager, lille):
    change(manager, lille)

    page = change(manager, lille)

    assert "Ce sont déjà les coordonnées affichées" in main(page)
    assert Entry.objects.filter(verb="managing service changed", actor_kind="manager").count() == 1


def test_another_academy_reads_neither_list_nor_page(member, lille):
    foreign = member("A25")

    assert lille.name not in main(foreign.get(LIST)) or lille.academy.full_name not in main(
        foreign.get(LIST)
    )
    assert foreign.get(page_of(lille)).status_code == 404


def test_who_has_some_domains_of_those_that_it_serves_changes_nothing(member, lille):
    service = RegistrationService.objects.get(academy="A09")
    elsewhere = RegistrationService.objects.exclude(domain=service.domain).first()
    if elsewhere is None:
        load_second_domain(lille)
    bounded = member("A09", domains=["ESSAI"])

    page = bounded.get(LIST)

    assert "sert aussi hors de votre périmètre" in main(page)
    assert bounded.get(page_of(lille)).status_code == 404


def load_second_domain(managing):
    """Let another domain be managed by the same service."""
    text = INVENTED.read_text(encoding="utf-8").replace("code: ESSAI", "code: AUTRE")
    exams.load(Source("autre.yaml", text), by=OPERATOR, at=NOW)
    assert RegistrationService.objects.filter(managing_service=managing).count() > 1


def test_an_auditor_reads_them_and_changes_none(member, lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert lille.phone in main(auditor.get(LIST))
    assert "Changer ces coordonnées" not in main(auditor.get(LIST))
    assert "sert aussi" not in main(auditor.get(LIST))
    assert auditor.get(page_of(lille)).status_code == 404


def test_a_file_that_is_loaded_again_leaves_what_the_office_has_changed(manager, lille):
    change(manager, lille)
    other = ("code: essais, academie: A09,", "code: essais, academie: A09, horaires: jamais,")

    _, _, file = understand(
        Source("essai.yaml", INVENTED.read_text(encoding="utf-8").replace(*other)), at=NOW
    )
    told = list(managing(file, ManagingService.objects.all()))
    load_invented(other)

    lille.refresh_from_db()
    assert lille.opening_hours == SAID["horaires"]
    assert told == []
