"""« Noter le courrier reçu »: whose envelope, what it holds, then the next one (E9, L-05)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, leaving
from sporades.documents.models import DocumentVersion
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE
from sporades.web.office.pieces.incoming import NO_DOCUMENT
from sporades.web.office.searches.searching import NOBODY
from tests.accommodations.asked import MINOR
from tests.acts.test_to_review import correct
from tests.evidence.given import MANAGER, piece
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    author,
    load_invented,
    registered_in_two_academies,
)
from tests.registrations.test_standing_in import filed_by_candidate, modified_by_candidate
from tests.spaces import plain
from tests.web.guide import main, seen

THERE = reverse("office:incoming")
SUMMARY, IDENTITY = "recapitulatif", "IDENTITE"
TODAY = "25/11/2026"
VERBS = ("summary received", "piece received")


def envelope(registration):
    return reverse("office:envelope", args=[registration.number])


def find(client, said, *, query=""):
    """Type something in the box, or have it scanned, and press Enter."""
    return client.post(f"{THERE}{query}", {"quoi": said})


def shown(client, registration):
    """Return what the page of an envelope shows: its boxes, and what was read."""
    tree = seen(client.get(envelope(registration)))
    boxes = [one.get("value") for one in tree.cssselect("main input[name=contenu]")]
    return boxes, [one.get("value") for one in tree.cssselect("main input[name=lue]")]


def note(client, registration, *codes, day=TODAY, read=None, **said):
    """Tick papers and press the button."""
    boxes = [one if "/" in one else f"{registration.number}/{one}" for one in codes]
    read = shown(client, registration)[1] if read is None else read
    sent = {"contenu": boxes, "lue": read, "poste_le": day, **said}
    return client.post(envelope(registration), sent)


def ticked(page):
    return [one.get("value") for one in seen(page).cssselect("main input[name=contenu][checked]")]


def day_of(page):
    return seen(page).cssselect("main input[name=poste_le]")[0].get("value")


def noted():
    return sorted(Entry.objects.filter(verb__in=VERBS).values_list("verb", flat=True))


@pytest.mark.parametrize(
    "said", ["{0}", "N° {0}", "n°{0}", "N° {1}", " {1} ", "le goff", "Maëlle Le Goff"]
)
def test_a_number_as_it_is_typed_or_scanned_or_a_name_leads_to_the_envelope(
    manager, in_lille, said
):
    number = in_lille.number
    spaced = f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"

    page = find(manager, said.format(number, spaced), query="?poste=2026-11-20")

    assert (page.status_code, page.url) == (302, f"{envelope(in_lille)}?poste=2026-11-20")


def summary_of(registration):
    """Return the first summary of a registration."""
    papers = DocumentVersion.objects.filter(document__folder=registration.folder_id)
    return papers.order_by("number").first()


def test_the_code_of_a_document_that_came_back_leads_to_its_registration(manager, in_lille):
    code = summary_of(in_lille).code
    groups = "-".join(code[at : at + 4] for at in range(0, len(code), 4))

    for said in (code, groups.lower(), summary_of(in_lille).content["verify_url"]):
        assert find(manager, said).url == envelope(in_lille)
    page = manager.get(envelope(in_lille))
    assert "remplacé depuis" not in plain(main(page))


def test_the_code_of_a_summary_that_was_replaced_is_said_to_be(manager, in_lille):
    code = summary_of(in_lille).code
    filed_by_candidate(modified_by_candidate(in_lille, ine="0801234567A"))

    page = manager.get(find(manager, code).url)

    assert "a été remplacé depuis : c'est le dernier qui est à renvoyer" in plain(main(page))
    assert len(seen(page).cssselect("[autofocus]")) == 1


@pytest.mark.parametrize("is_a_minor", [False, True])
def test_a_summary_that_its_service_alone_has_issued_again_is_good_unless_another_signs_too(
    manager, in_lille, is_a_minor
):
    code = summary_of(in_lille).code
    correct(in_lille, **(MINOR if is_a_minor else {"birth_name": "Le Gouff"}))

    page = manager.get(find(manager, code).url)

    assert ("remplacé depuis" in plain(main(page))) is is_a_minor


def test_of_a_summary_that_has_come_back_another_is_not_asked_for(manager, in_lille):
    code = summary_of(in_lille).code
    filed_by_candidate(modified_by_candidate(in_lille, mobile="06 39 98 11 11"))
    Registration.objects.filter(pk=in_lille.pk).update(summary_posted_on=NOW.date())

    page = manager.get(find(manager, code).url)

    assert "remplacé depuis" not in plain(main(page))


def test_the_code_of_a_document_of_elsewhere_is_not_found(manager, in_versailles):
    for code in (summary_of(in_versailles).code, "7" * 28):
        page = find(manager, code)

        assert page.status_code == 422
        assert NO_DOCUMENT in plain(main(page))


def test_who_it_is_and_all_that_may_come_is_on_the_page(manager, in_lille):
    page = manager.get(f"{envelope(in_lille)}?poste=2026-11-20")

    said = plain(main(page))
    assert "Maëlle" in said
    assert f"n°{in_lille.number}" in said
    assert "Inscription enregistrée" in said
    assert "Récapitulatif signé À poster au plus tard le vendredi 25 décembre 2026" in said
    assert "Pièce d'identité À fournir avant le" in said
    boxes, _ = shown(manager, in_lille)
    assert boxes == [f"{in_lille.number}/{SUMMARY}", f"{in_lille.number}/{IDENTITY}"]
    assert ticked(page) == []
    assert day_of(page) == "20/11/2026"


def test_what_is_out_of_the_perimeter_is_not_found_and_said_as_the_box_says_it(
    manager, in_versailles
):
    page = find(manager, in_versailles.number)

    assert page.status_code == 422
    assert NOBODY in plain(main(page))
    assert seen(page).cssselect("main input[name=quoi]")[0].get("value") == in_versailles.number
    assert manager.get(envelope(in_versailles)).status_code == 404


def test_a_number_that_is_mistyped_is_said_to_be(manager, in_lille):
    wrong = str((int(in_lille.number[-1]) + 1) % 10)

    page = find(manager, f"{in_lille.number[:-1]}{wrong}", query="?poste=2026-11-20")

    assert page.status_code == 422
    assert "Ce numéro a un chiffre faux" in plain(main(page))
    assert (
        seen(page)
        .cssselect("main form[role=search]")[0]
        .get("action")
        .endswith("?poste=2026-11-20")
    )


def test_of_several_the_one_is_chosen_and_no_address_says_the_name(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Le Goff", first_names="Yann"))

    page = find(manager, "le goff", query="?poste=2026-11-20")

    assert "goff" not in page.url
    listed = manager.get(page.url)
    links = [one.get("href") for one in seen(listed).cssselect("main table a")]
    assert links == [f"{envelope(one)}?poste=2026-11-20" for one in (in_lille, other)]
    assert "2 inscriptions" in plain(main(listed))


def test_a_name_that_is_only_alike_is_read_before_anything_is_noted(manager, in_lille):
    page = find(manager, "le goffa")

    listed = manager.get(page.url)
    assert [one.get("href") for one in seen(listed).cssselect("main table a")] == [
        envelope(in_lille)
    ]


def test_what_is_ticked_is_noted_together_and_said_by_name(manager, in_lille):
    page = note(manager, in_lille, SUMMARY, IDENTITY)

    in_lille.refresh_from_db()
    assert (page.status_code, page.url) == (302, f"{THERE}?poste=2026-11-25")
    assert in_lille.summary_posted_on == date(2026, 11, 25)
    assert piece(in_lille).state == State.POSTED
    assert noted() == sorted(VERBS)
    assert {one.actor_name for one in Entry.objects.filter(verb__in=VERBS)} == {"Claude Martin"}
    following = manager.get(page.url)
    said = plain(main(following))
    assert f"n°{in_lille.number}. Reçu, posté le 25 novembre 2026 : " in said
    assert "récapitulatif signé ; « Pièce d'identité »." in said
    link = seen(following).cssselect("#note a")[0]
    assert link.get("href") == reverse("office:registration", args=[in_lille.number])
    box = seen(following).cssselect("main input[name=quoi]")[0]
    assert box.get("autofocus") is not None
    assert "note" in box.get("aria-describedby").split()
    assert len(seen(following).cssselect("[autofocus]")) == 1


def test_the_postmark_is_kept_for_the_next_envelope(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Martin", first_names="Zoé"))
    onwards = note(manager, in_lille, IDENTITY).url

    led = find(manager, other.number, query=f"?{onwards.partition('?')[2]}")

    assert day_of(manager.get(led.url)) == TODAY


def test_nothing_ticked_is_said_and_the_day_stays(manager, in_lille):
    page = note(manager, in_lille)

    assert page.status_code == 422
    assert "Cochez ce que contient l'enveloppe." in plain(main(page))
    assert day_of(page) == TODAY


@pytest.mark.parametrize("day", ["", "hier", "26/11/2026"])
def test_a_postmark_that_cannot_be_is_refused_at_its_field_and_the_ticks_stay(
    manager, in_lille, day
):
    page = note(manager, in_lille, IDENTITY, day=day)

    assert page.status_code == 422
    assert "poste_le" in page.context["form"].errors
    assert ticked(page) == [f"{in_lille.number}/{IDENTITY}"]
    assert day_of(page) in (day, None)
    assert noted() == []


def test_a_day_before_the_opening_is_looked_at_twice(manager, in_lille):
    page = note(manager, in_lille, IDENTITY, day="01/10/2026")
    assert page.status_code == 422
    assert "C'est bien cette date" in plain(main(page))

    sure = note(manager, in_lille, IDENTITY, day="01/10/2026", certain="on")

    assert sure.status_code == 302
    assert piece(in_lille).posted_on == date(2026, 10, 1)


def test_a_summary_posted_before_it_was_filed_leaves_all_unnoted(manager, in_lille):
    page = note(manager, in_lille, SUMMARY, IDENTITY, day="24/11/2026")

    said = plain(" ".join(page.context["form"].errors["poste_le"]))
    assert page.status_code == 422
    assert "« Récapitulatif signé » : Indiquez un jour possible : le 25 novembre 2026." in said
    assert "Rien n'est noté de cette enveloppe." in said
    assert noted() == []
    assert len(ticked(page)) == 2


def test_what_a_colleague_has_noted_meanwhile_is_said_and_the_rest_stays_ticked(manager, in_lille):
    _, read = shown(manager, in_lille)
    verifying.receive(row=piece(in_lille), posted_on=NOW.date(), by=MANAGER, at=NOW)

    page = note(manager, in_lille, SUMMARY, IDENTITY, read=read)

    said = plain(main(page))
    assert page.status_code == 409
    assert "« Pièce d'identité » : reçue par courrier. Postée le" in said
    assert "Rien n'est noté" in said
    assert ticked(page) == [f"{in_lille.number}/{SUMMARY}"]
    assert day_of(page) == TODAY
    assert noted() == ["piece received"]


def test_a_piece_that_was_decided_of_meanwhile_is_read_again_before_it_is_noted(manager, in_lille):
    _, read = shown(manager, in_lille)
    row = piece(in_lille)
    verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.refuse(row=piece(in_lille), reason="Illisible.", seen=None, by=MANAGER, at=NOW)

    page = note(manager, in_lille, IDENTITY, read=read)

    assert page.status_code == 409
    assert "« Pièce d'identité » a changé" in plain(main(page))
    assert "Non conforme : Illisible." in plain(main(page))
    again = note(manager, in_lille, IDENTITY)
    assert (again.status_code, piece(in_lille).state) == (302, State.POSTED)


def test_what_is_asked_for_no_more_is_said(manager, in_lille):
    page = note(manager, in_lille, "INCONNUE")

    assert page.status_code == 409
    assert "un papier qui était coché n'est plus demandé" in plain(main(page))


def test_pressed_twice_notes_once(manager, in_lille):
    _, read = shown(manager, in_lille)

    pages = [note(manager, in_lille, SUMMARY, IDENTITY, read=read) for _ in range(2)]

    assert [(page.status_code, page.url) for page in pages] == [
        (302, f"{THERE}?poste=2026-11-25")
    ] * 2
    assert "récapitulatif signé ; « Pièce d'identité »." in plain(main(manager.get(pages[1].url)))
    assert noted() == sorted(VERBS)


@pytest.mark.parametrize(
    ("codes", "day"),
    [((SUMMARY, IDENTITY), TODAY), ((IDENTITY,), "24/11/2026"), ((IDENTITY, "INCONNUE"), TODAY)],
    ids=["not all of it", "another day", "what is asked for no more"],
)
def test_what_is_not_noted_as_it_was_typed_is_not_said_to_be(manager, in_lille, codes, day):
    _, read = shown(manager, in_lille)
    note(manager, in_lille, IDENTITY, read=read)

    page = note(manager, in_lille, *codes, day=day, read=read)

    assert page.status_code == 409
    assert "Rien n'est noté" in plain(main(page))
    assert noted() == ["piece received"]


def test_the_other_registrations_of_a_candidate_are_there_within_the_perimeter(member, db):
    load_invented()
    candidate = a_candidate()
    registered_in_two_academies(candidate)
    lille, versailles = Registration.objects.order_by("pk")
    both, one = member("A09", "A25"), member("A09", email="autre@exemple.test")

    boxes, _ = shown(both, lille)
    page = note(both, lille, SUMMARY, f"{versailles.number}/{IDENTITY}")

    assert f"{versailles.number}/{IDENTITY}" in boxes
    assert {box.partition("/")[0] for box in shown(one, lille)[0]} == {lille.number}
    assert page.status_code == 302
    assert piece(versailles).state == State.POSTED
    assert piece(lille).state == State.OWED
    following = plain(main(both.get(page.url)))
    assert f"« Pièce d'identité » (n°{versailles.number})" in following
    refused = note(one, lille, f"{versailles.number}/{SUMMARY}")
    assert refused.status_code == 409
    versailles.refresh_from_db()
    assert versailles.summary_posted_on is None


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_of_what_stands_no_more_nothing_is_awaited(manager, in_lille, is_withdrawn):
    if is_withdrawn:
        leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    else:
        deciding.decide(
            registration=in_lille, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
        )

    page = manager.get(envelope(in_lille))

    assert "n'est plus en cours : rien n'en est attendu" in plain(main(page))
    assert shown(manager, in_lille)[0] == []
    assert note(manager, in_lille, SUMMARY).status_code == 409


def test_of_a_validated_registration_what_comes_all_the_same_is_noted(manager, in_lille):
    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    assert "N'est plus demandé depuis la validation." in plain(
        main(manager.get(envelope(in_lille)))
    )
    assert note(manager, in_lille, SUMMARY).status_code == 302


def test_a_piece_that_is_given_online_may_come_on_paper_all_the_same(manager, db):
    load_invented(
        (
            "{code: IDENTITE, libelle: Pièce d'identité, ",
            "{code: IDENTITE, libelle: Pièce d'identité, voies: [depot], ",
        )
    )
    registration = a_registration()

    said = plain(main(manager.get(envelope(registration))))

    assert "Se dépose dans l'espace candidat : à noter si elle est venue sur papier." in said


def test_who_looks_at_an_envelope_has_looked_at_the_file(manager, in_lille):
    manager.get(envelope(in_lille))

    assert Entry.objects.filter(verb="file read", object_id=str(in_lille.pk)).count() == 1


def test_the_page_is_led_to_from_home_and_from_the_file_by_who_may_note(manager, member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    home, file = reverse("office:home"), reverse("office:registration", args=[in_lille.number])

    links = {one.get("href") for page in (home, file) for one in seen(manager.get(page)).iter("a")}
    audited = {
        one.get("href") for page in (home, file) for one in seen(auditor.get(page)).iter("a")
    }

    assert {THERE, envelope(in_lille)} <= links
    assert not {THERE, envelope(in_lille)} & audited
    assert auditor.get(THERE).status_code == 404


def test_a_day_that_the_address_does_not_say_is_none(manager, in_lille):
    page = manager.get(f"{envelope(in_lille)}?poste=hier")

    assert (page.status_code, day_of(page)) == (200, None)


def test_a_deadline_that_has_passed_is_said(member, in_lille):
    late = NOW + timedelta(days=60)
    with time_machine.travel(late, tick=False):
        said = plain(main(member("A09", at=late).get(envelope(in_lille))))

    assert "Était à poster au plus tard le" in said
    assert "Était à fournir avant le" in said
