"""The record of somebody without an account: made, seen, kept by the office (I13)."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership, User
from sporades.acts.people.known_addresses import TooManyKnown
from sporades.acts.registrations import leaving, registering, standing_in
from sporades.candidates.models import Candidate, ClaimCode
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.records import postal_address_of
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    answer_all,
    author,
    registered_in_two_academies,
)
from tests.web.guide import links, main, plain
from tests.web.office.conftest import second_factor_shown

LIST, NEW = reverse("office:records"), reverse("office:new_record")
TYPED = {
    "civility": "mme",
    "birth_name": "Kermarrec",
    "usage_name": "",
    "first_names": "Rozenn",
    "nationality": "99100",
    "birth_date_day": "14",
    "birth_date_month": "03",
    "birth_date_year": "1961",
    "birth_country": "99100",
    "birth_department": "59",
    "birth_place": "Lille",
    "canal": "letter",
    "email": "",
    "phone": "03 53 01 12 34",
    "address_1": "4 rue du Port",
    "address_2": "appartement 3",
    "postcode": "59 000",
    "town": "lille",
    "country": "99100",
}


@pytest.fixture(autouse=True)
def _open(invented_exam):
    """The invented exam is open."""


def page_of(candidate):
    return reverse("office:record", args=[candidate.pk])


def keep_page(candidate):
    return reverse("office:keep_record", args=[candidate.pk])


def test_a_record_is_made_and_shown(manager):
    page = manager.post(NEW, TYPED, follow=True)

    made = Candidate.objects.get(identity__birth_name="Kermarrec")
    assert page.redirect_chain[-1][0] == page_of(made)
    assert (made.user, made.academy_id, made.by_letter) == (None, "A09", True)
    assert (made.postcode, made.town, made.phone) == ("59000", "Lille", "0353011234")
    said = main(page)
    assert "Canal Courrier postal" in said
    assert "Adresse postale appartement 3 4 rue du Port 59000 LILLE" in said
    entry = Entry.objects.get(verb="record made")
    assert (entry.academy, entry.actor_name, entry.object_id) == (
        "A09",
        "Claude Martin",
        str(made.pk),
    )
    assert "Rozenn KERMARREC" in main(manager.get(LIST))
    assert "Rozenn" not in main(manager.post(LIST, {"quoi": "Le Goff"}, follow=True))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"canal": ""}, "canal"),
        ({"birth_name": "K3rmarrec"}, "birth_name"),
        ({"address_1": ""}, "address_1"),
        ({"postcode": ""}, "postcode"),
        ({"town": ""}, "town"),
        ({"town": "Marseille"}, "town"),
        ({"postcode": "5900"}, "postcode"),
        ({"phone": "12"}, "phone"),
        ({"canal": "mail"}, "email"),
        ({"canal": "mail", "email": "pas une adresse"}, "email"),
        ({"address_1": "x" * 39}, "address_1"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_made(manager, changes, field):
    page = manager.post(NEW, {**TYPED, **changes})

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "4 rue du Port" in page.text or "address_1" in changes
    assert not Candidate.objects.exists()


def test_an_address_that_somebody_has_is_refused(manager):
    a_candidate(email="rozenn@exemple.test")

    page = manager.post(NEW, {**TYPED, "canal": "mail", "email": "Rozenn@exemple.test"})

    assert page.status_code == 422
    assert "existe déjà" in str(page.context["form"].errors["email"])


def test_so_many_known_addresses_are_told_and_then_no_address_is_looked_at(manager, member):
    for number in range(11):
        a_candidate(email=f"une{number}@exemple.test")
    mine = a_record()
    mail = {**TYPED, "canal": "mail"}
    told = [
        manager.post(NEW, {**mail, "email": f"une{number}@exemple.test"}) for number in range(10)
    ]
    assert {"existe déjà" in str(page.context["form"].errors["email"]) for page in told} == {True}

    known, unknown, changed = (
        manager.post(address, {**mail, "email": f"{name}@exemple.test"})
        for address, name in ((NEW, "une10"), (NEW, "libre"), (keep_page(mine), "une10"))
    )

    for page in (known, unknown, changed):
        assert page.status_code == 422
        [said] = page.context["form"].errors["email"]
        assert said == TooManyKnown.message
    verbs = Counter(Entry.objects.filter(verb__startswith="known").values_list("verb", flat=True))
    assert verbs == {"known address told": 10, "known addresses refused": 3}
    assert not Entry.objects.filter(verb__in=verbs).exclude(payload={}).exists()
    colleague = member("A09", email="collegue@exemple.test")
    again = colleague.post(NEW, {**mail, "email": "une10@exemple.test"})
    assert "existe déjà" in str(again.context["form"].errors["email"])
    assert manager.post(NEW, TYPED).status_code == 302


def test_somebody_like_them_is_shown_first_and_only_within_the_perimeter(manager, member):
    known = a_record(birth_name="KERMARREC", first_names="Rozenn", birth_year=1961)
    elsewhere = member("A25", email="versailles@exemple.test")

    page = manager.post(NEW, TYPED)

    assert page.status_code == 422
    assert page_of(known) in page.text
    assert "sans compte" in main(page)
    assert Candidate.objects.count() == 1
    again = manager.post(NEW, {**TYPED, "autre_personne": "on"}, follow=True)
    assert "La fiche est faite." in main(again)
    assert elsewhere.post(NEW, TYPED, follow=True).status_code == 200
    assert Candidate.objects.filter(academy="A25").count() == 1


@pytest.mark.parametrize(
    ("names", "is_shown"),
    [
        ({"birth_name": "KERMAREC", "first_names": "Rozenn"}, True),
        ({"birth_name": "KERMARREC", "first_names": "Rozen"}, True),
        ({"birth_name": "KERMARREC", "first_names": "Yann"}, False),
        ({"birth_name": "LE GOFF", "first_names": "Rozenn"}, False),
        ({"birth_name": "KERMAREC", "first_names": "Rozen"}, False),
    ],
)
def test_somebody_whose_name_was_typed_otherwise_is_shown_too_and_twins_are_not(
    manager, names, is_shown
):
    known = a_record(**names, birth_year=1961)

    page = manager.post(NEW, TYPED, follow=True)

    assert ("ou presque, née le même jour" in main(page)) is is_shown
    assert (page_of(known) in page.text) is is_shown


def test_a_sign_that_nobody_sees_hides_nobody_from_the_search_nor_from_who_is_like_them(manager):
    hidden = {**TYPED, "birth_name": "Ker\ufe0fmarrec", "first_names": "Ro\u034fzenn"}
    manager.post(NEW, hidden)

    [made] = Candidate.objects.all()
    assert (made.identity.birth_name, made.identity.first_names) == ("Kermarrec", "Rozenn")
    assert "Rozenn KERMARREC" in main(manager.get(LIST, {"nom": "Kermar\u3164rec Rozenn"}))
    assert manager.post(NEW, TYPED).status_code == 422
    assert Candidate.objects.count() == 1


def test_whoever_has_several_academies_says_which(member):
    manager = member("A09", "A25")

    refused = manager.post(NEW, TYPED)
    page = manager.post(NEW, {**TYPED, "academie": "A25"}, follow=True)

    assert "academie" in refused.context["form"].errors
    assert "Fiche faite par académie de Versailles" in main(page)


def test_a_record_is_seen_by_the_academy_that_made_it_and_where_it_is_registered(manager, member):
    elsewhere = member("A25", email="versailles@exemple.test")
    made, registered = a_record(), a_record(first_names="Ewen")
    a_registration(
        registered, academy="A25", identification={"postcode": "78000", "town": "Versailles"}
    )

    assert manager.get(page_of(made)).status_code == 200
    assert elsewhere.get(page_of(made)).status_code == 404
    assert elsewhere.get(keep_page(made)).status_code == 404
    assert "Maëlle" not in main(elsewhere.get(LIST))
    assert elsewhere.get(page_of(registered)).status_code == 200
    # Whoever made it has lost it: what is registered is read where it is, and nowhere else.
    for page in (page_of(registered), keep_page(registered)):
        assert manager.get(page).status_code == 404
    assert "Ewen" not in main(manager.get(LIST))
    ewen = {**TYPED, "birth_name": "Le Goff", "first_names": "Ewen", "birth_date_year": "1998"}
    assert "La fiche est faite." in main(manager.post(NEW, ewen, follow=True))


def test_what_is_done_to_a_record_is_of_the_academy_where_it_is_registered(member):
    both = member("A09", "A25")
    made = a_record()
    a_registration(made, academy="A25", identification={"postcode": "78000", "town": "Versailles"})

    both.get(page_of(made))

    assert Entry.objects.get(verb="record read").academy == "A25"


def test_an_auditor_reads_and_makes_nothing(member):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    made = a_record()

    assert "Modifier la fiche" not in main(auditor.get(page_of(made)))
    assert auditor.get(NEW).status_code == 404
    assert auditor.get(keep_page(made)).status_code == 404
    assert Entry.objects.filter(verb="record read", object_id=str(made.pk)).count() == 1


def test_a_record_is_kept(manager):
    made = a_record()
    typed = {**TYPED, "birth_name": "Le Goff", "address_1": "5 quai du Wault"}

    page = manager.post(keep_page(made), typed, follow=True)

    made.refresh_from_db()
    assert "La fiche est changée." in main(page)
    assert (made.address_1, made.identity.first_names) == ("5 quai du Wault", "Rozenn")
    assert Entry.objects.get(verb="record changed").payload["after"] == {
        "changed": ["identity", "address_1", "address_2"]
    }
    again = manager.post(keep_page(made), typed, follow=True)
    assert "Rien n'était à changer." in main(again)
    assert Entry.objects.filter(verb="record changed").count() == 1


def test_what_a_registration_has_frozen_is_not_kept_here(manager):
    made = a_record()
    a_registration(made, identification={"address_1": "9 rue Neuve"})
    made.refresh_from_db()

    page = manager.post(keep_page(made), {**TYPED, "address_1": "5 quai du Wault"}, follow=True)

    made.refresh_from_db()
    assert "birth_name" not in manager.get(keep_page(made)).context["form"].fields
    assert "La fiche est changée." in main(page)
    assert (made.address_1, made.identity.birth_name) == ("5 quai du Wault", "Le Goff")


def test_a_registration_that_is_filed_renews_the_postal_address():
    made = a_record()
    draft = a_draft(made, identification={"address_1": "9 rue Neuve", "address_2": "étage 2"})

    registering.filed(**_checked(draft), by=OPERATOR, at=NOW)

    made.refresh_from_db()
    assert (made.address_1, made.address_2) == ("9 rue Neuve", "étage 2")
    assert postal_address_of(made)["address_1"] == "9 rue Neuve"


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"mobile": "06 39 98 99 99"}, "5 quai du Wault"),
        ({"address_1": "1 rue du Bac"}, "1 rue du Bac"),
    ],
)
def test_a_modification_renews_the_address_of_the_record_only_where_it_changes_it(
    member, changes, kept
):
    made = a_record()
    registration = a_registration(made, identification={"address_1": "9 rue Neuve"})
    Candidate.objects.filter(pk=made.pk).update(address_1="5 quai du Wault")
    agent = member("A09").user
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=NOW)
    answers = draft.answers.get(section="identification").answers
    answer_all(draft, {"identification": {**answers, **changes}}, at=NOW)

    standing_in.register(draft=draft, reason="", by=OPERATOR, at=NOW)

    made.refresh_from_db()
    assert made.address_1 == kept


def _checked(draft):
    from sporades.registrations.operations import filing

    locked = filing.lock(draft)
    dossier, forms = filing.check(locked, at=NOW)
    return {"draft": locked, "dossier": dossier, "forms": forms}


def test_who_is_registered_elsewhere_too_is_read_and_not_kept(manager, member):
    both = member("A09", "A25", email="deux@exemple.test")
    made = a_record()
    registered_in_two_academies(made)

    said = main(manager.get(page_of(made)))
    code = reverse("office:give_code", args=[made.pk])

    assert "Modifier la fiche" not in said
    assert "Donner un code" not in said
    for refused in (manager.get(keep_page(made), follow=True), manager.post(code, follow=True)):
        assert "une inscription hors de votre périmètre" in main(refused)
    assert "Modifier la fiche" in main(both.get(page_of(made)))
    assert both.post(code)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("has_account", [True, False])
def test_what_was_typed_for_another_academy_is_not_told_here(manager, member, has_account):
    elsewhere = member("A25", email="versailles@exemple.test")
    both = member("A09", "A25", email="deux@exemple.test")
    person = a_candidate() if has_account else a_record()
    registered_in_two_academies(person)

    here, there, everywhere = (main(one.get(page_of(person))) for one in (manager, elsewhere, both))

    assert "59000 LILLE" in here
    assert "VERSAILLES" not in here
    assert "78000 VERSAILLES" in there
    assert "LILLE" not in there
    assert "78000 VERSAILLES" in everywhere


def test_a_code_asks_for_the_second_factor_again(manager, time_machine):
    made = a_record()
    code = reverse("office:give_code", args=[made.pk])
    late = NOW + timedelta(minutes=16)
    time_machine.move_to(late)

    refused = manager.post(code)

    assert refused.url == f"{reverse('mfa_reauthenticate')}?{urlencode({'next': code})}"
    assert "donner un code" in manager.get(refused.url).text
    assert not ClaimCode.objects.exists()
    second_factor_shown(manager, at=late)
    for method in (manager.head, manager.get):
        assert method(code).url == page_of(made)
    assert not ClaimCode.objects.exists()
    assert manager.post(code)["Content-Type"] == "application/pdf"


def test_pressed_twice_on_one_page_a_code_is_given_once(manager, time_machine):
    made = a_record()
    code = reverse("office:give_code", args=[made.pk])

    def press(page):
        return manager.post(code, {"vu": code_seen(page)}, follow=True)

    def code_seen(page):
        return page.context["code_seen"]

    page = manager.get(page_of(made))
    assert press(page)["Content-Type"] == "application/pdf"
    given = ClaimCode.objects.values().get()
    time_machine.move_to(NOW + timedelta(seconds=1))

    again = press(page)

    assert "voyez vos téléchargements" in main(again)
    assert f'name="vu" value="{code_seen(again)}"' in again.text
    assert ClaimCode.objects.values().get() == given
    assert press(again)["Content-Type"] == "application/pdf"
    assert ClaimCode.objects.get().digest != given["digest"]


def test_its_civil_data_are_corrected_from_its_last_registration_by_who_may(
    manager, member, in_lille
):
    page = page_of(in_lille.candidate)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    correction = reverse("office:correct_identity", args=[in_lille.number])

    assert links(manager.get(page), "Corriger l'état civil") == [correction]
    assert manager.get(correction).status_code == 200
    assert links(auditor.get(page), "Corriger l'état civil") == []
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    assert links(manager.get(page), "Corriger l'état civil") == [correction]
    again = a_registration(in_lille.candidate, at=NOW + timedelta(minutes=1))
    standing = reverse("office:correct_identity", args=[again.number])
    assert links(manager.get(page), "Corriger l'état civil") == [standing]


def test_who_has_an_account_is_read_and_not_kept(manager, in_lille):
    candidate = in_lille.candidate

    page = manager.get(page_of(candidate))

    assert "Compte Oui" in main(page)
    assert "Adresse postale 12 rue des Îles 59000 LILLE" in main(page)
    assert "Modifier la fiche" not in main(page)
    assert "il tient lui-même" in main(manager.get(keep_page(candidate), follow=True))


def test_the_last_sign_in_and_the_mail_that_did_not_arrive_are_said(manager, in_lille):
    candidate = in_lille.candidate
    assert "jamais ouvert depuis son activation" in main(manager.get(page_of(candidate)))
    User.objects.filter(pk=candidate.user_id).update(last_login=NOW)
    Message.objects.filter(recipient=candidate.address).update(state="refused")

    said = plain(main(manager.get(page_of(candidate))))

    assert "Compte Oui, dernière connexion le mercredi 25 novembre 2026 à 10 h 30" in said
    assert "Le dernier mail, écrit le mercredi 25 novembre 2026 à 10 h 30" in said
    assert "n'est pas arrivé" in said


def test_registrations_are_found_by_their_channel(manager, in_lille):
    from sporades.accounts.permissions import Permission, reach
    from sporades.searches.catalogue import CRITERIA
    from sporades.searches.operators import Operator
    from sporades.searches.queries import found
    from sporades.searches.trees import Group, Leaf

    by_letter = a_registration(a_record())
    allowed = reach(manager.user.memberships.all(), Permission.READ_FILES)

    def numbers(operator, value):
        leaf = Leaf(CRITERIA["canal"], operator, (value,))
        return {one.pk for one in found(Group(members=(leaf,)), reach=allowed)}

    assert numbers(Operator.IS, "letter") == {by_letter.pk}
    assert numbers(Operator.IS_NOT, "letter") == numbers(Operator.IS, "mail") == {in_lille.pk}
    assert numbers(Operator.IS, "pigeon") == set()


def test_what_a_colleague_has_corrected_meanwhile_is_not_put_back_unread(manager):
    record = a_record()
    seen = manager.get(keep_page(record)).context["seen"]
    shown = {**TYPED, "vue": seen}
    manager.post(keep_page(record), {**shown, "address_1": "9 rue Neuve"})

    refused = manager.post(keep_page(record), {**shown, "phone": "03 20 11 22 33"})

    record.refresh_from_db()
    assert (refused.status_code, record.address_1) == (422, "9 rue Neuve")
    assert "9 rue Neuve" in main(refused)
    assert refused.context["form"]["phone"].value() == "03 20 11 22 33"
    again = {**shown, "vue": refused.context["seen"], "phone": "03 20 11 22 33"}
    manager.post(keep_page(record), again)
    record.refresh_from_db()
    assert (record.address_1, record.phone) == ("4 rue du Port", "0320112233")
