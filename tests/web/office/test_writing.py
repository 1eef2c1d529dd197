"""« Écrire aux candidats »: composed, seen on real rows, followed; nothing of it is computed."""

import html
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import leaving
from sporades.batches.actions import WRITTEN_ALONE
from sporades.batches.leaving import FOUND_NO_MORE
from sporades.batches.models import Batch
from sporades.batches.states import BatchState
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.mailings.models import Mailing, MailingTemplate
from sporades.mailings.operations import KIND
from sporades.mailings.placeholders import ASK_THERE, PLACEHOLDERS
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.rules import without_its_author_s
from sporades.searches.trees import Group, Leaf, Link
from sporades.web.office.searches import writing
from tests.evidence.given import IDENTITY, again, give
from tests.factories import NOW, a_candidate, a_record, a_registration, author
from tests.jobs import work
from tests.web.guide import main, seen, words
from tests.web.office.test_search import leaf, sought

SAID = {"objet": "Votre centre", "texte": "{prénoms}, apportez une pièce d'identité."}


@pytest.fixture
def two(in_lille):
    """File another registration in Lille."""
    return in_lille, a_registration(a_candidate(birth_name="Le Bihan", first_names="Goulven"))


def place(client):
    """Search for everybody, and return the address where one writes to them."""
    page = sought(client, leaf("g-1", "nom", "non_vide"))
    return reverse("office:write", args=[page.context["search"].pk])


def page_of(batch, name="one_batch"):
    return reverse(f"office:{name}", args=[batch.pk])


def written():
    return Message.objects.filter(kind=KIND)


def prepared(client, **said):
    client.post(place(client), {**SAID, "preparer": "1", **said})
    return Batch.objects.get()


def test_it_is_seen_as_its_candidates_will_read_it_before_anything(manager, two, in_versailles):
    page = manager.post(place(manager), {**SAID, "voir": "1"})

    assert "Maëlle Anne, apportez une pièce d'identité." in main(page)
    assert "Goulven, apportez une pièce d'identité." in main(page)
    assert "Yann" not in page.text
    assert not Batch.objects.exists()
    assert "{prénoms}, apportez" in html.unescape(page.text)


def test_what_is_still_to_be_sent_is_seen_and_stands_in_no_subject(manager, two):
    where = place(manager)
    asked = {**SAID, "texte": "Il vous reste à envoyer : {pièces à fournir}."}

    page = main(manager.post(where, {**asked, "voir": "1"}))
    refused = manager.post(where, {**asked, "objet": "Il manque {pièces à fournir}", "voir": "1"})

    assert "Il vous reste à envoyer : Pièce d'identité, avant le" in page
    of_both, _, of_the_text = page.partition("Dans le texte seulement")
    assert "{pièces à fournir}" not in of_both
    assert "{pièces à fournir}" in of_the_text
    assert refused.status_code == 422
    assert "Mettez {pièces à fournir} dans le texte : c'est trop long ici." in main(refused)


def test_it_is_seen_with_the_salutation_that_is_sent(manager, two):
    married = {"birth_name": "Jourdain", "usage_name": "Quéméner", "first_names": "Éloi Malo"}
    registration = a_registration(a_candidate(**married))

    page = main(manager.post(place(manager), {**SAID, "voir": "1"}))
    batch = prepared(manager)
    launched = manager.post(page_of(batch, "launch_batch"), follow=True)
    assert "L'envoi est lancé : vous recevrez un mail à la fin." in main(launched)
    work("batches")

    sent = written().get(recipient=registration.candidate.address).body
    assert "Bonjour Éloi Malo QUÉMÉNER," in sent
    assert "Bonjour Éloi Malo QUÉMÉNER," in page
    assert "JOURDAIN" not in page


def test_it_is_sent_in_the_background_and_stands_in_the_mails_of_each_file(manager, two):
    batch = prepared(manager)
    before = main(manager.get(page_of(batch)))
    assert "Acceptées : 2. Refusées : 0." in before
    assert "Maëlle Anne, apportez" in before
    assert "Un mail parti ne se reprend pas." in before

    manager.post(page_of(batch, "launch_batch"))
    assert not written().exists()
    work("batches")

    assert written().count() == 2
    assert "Faites 2" in main(manager.get(page_of(batch)))
    mails = main(manager.get(reverse("office:mails", args=[two[0].number])))
    assert "Votre centre" in mails
    assert "Message du service" in mails
    journal = main(manager.get(reverse("office:journal", args=[two[0].number])))
    assert "Message écrit au candidat" in journal


def test_a_colleague_of_its_author_reads_it_in_the_file_of_each_who_has_received_it(
    member, manager, two
):
    batch = prepared(manager)
    manager.post(page_of(batch, "launch_batch"))
    work("batches")
    colleague = member("A09", email="collegue@exemple.fr")
    reception = member("A09", role=Membership.Role.HELPDESK, email="accueil@exemple.fr")
    where = reverse("office:mails", args=[two[0].number])

    page = seen(colleague.get(where))
    [line] = [one for one in page.cssselect("main tbody tr") if "Message du service" in words(one)]

    # Of no other mail: their links may open an account.
    [fold] = page.cssselect("main tbody details")
    assert fold in line.iterdescendants()
    assert "Maëlle Anne, apportez une pièce d'identité." in words(fold)
    for client, address in ((reception, where), (colleague, reverse("office:all_mails"))):
        said = main(client.get(address))
        assert "Message du service" in said
        assert "apportez" not in said


def test_a_batch_that_ended_says_how_many_letters_wait_and_where(manager, two, kept):
    for name in ("Anselme", "Yann"):
        a_registration(a_record(first_names=name))
    batch = prepared(manager)
    assert "courriers de ce lot" not in main(manager.get(page_of(batch)))
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    page = manager.get(page_of(batch))

    # Their receipts are letters too, and are none of what the batch wrote.
    assert Letter.objects.waiting().count() == 4
    assert "2 courriers de ce lot attendent d'être imprimés et postés : Courriers" in main(page)
    assert reverse("office:letters") in [one.get("href") for one in seen(page).cssselect("main a")]
    told = Message.objects.get(kind="batch_ended").body
    assert "2 courriers attendent d'être imprimés et postés : https://" in told
    assert "/gestion/courriers" in told

    manager.post(reverse("office:print_letters"))
    assert "de ce lot" not in main(manager.get(page_of(batch)))


def test_the_page_says_what_a_letter_has_where_a_mail_has_a_link(manager, two):
    page = manager.get(place(manager))

    said = main(page)
    assert "n'a pas de lien" in said
    assert f"« {ASK_THERE}. »" in said
    # Whoever writes a first message reads first where to write it.
    [fold] = seen(page).xpath("//main//h2[.='Le message']/following-sibling::*[1]")
    assert fold.tag == "details"
    assert "{lien}" in words(fold)


def the_form(client, where):
    """Open the page, and return what it sends."""
    [press] = seen(client.get(where)).cssselect("main [name=envoi]")
    return {**SAID, "preparer": "1", "envoi": press.get("value")}


def test_pressed_again_it_leads_to_the_batch_that_is_made_already(manager, two):
    where = place(manager)
    said = the_form(manager, where)

    first, second = manager.post(where, said), manager.post(where, said)

    assert first.url == second.url
    assert first.url.startswith(f"{page_of(Batch.objects.get())}?")
    assert Mailing.objects.count() == 1
    manager.post(page_of(Batch.objects.get(), "launch_batch"))
    work("batches")
    assert manager.post(where, said).url == first.url
    assert written().count() == 2


def test_the_same_words_from_a_page_found_again_are_for_whom_it_finds_then(manager, two):
    where = place(manager)
    said = the_form(manager, where)
    manager.post(where, said)
    a_registration(a_candidate(birth_name="Nouveau"))

    manager.post(where, said)

    assert sorted(Batch.objects.values_list("total", flat=True)) == [2, 3]


def test_what_is_read_once_more_before_it_leaves_is_corrected_from_there(manager, three):
    ticked = {"choix": [three[0].number, three[2].number], "aussi": "1"}
    before = manager.post(place(manager), {**SAID, "preparer": "1", **ticked}, follow=True)
    [link] = seen(before).xpath("//main//a[.='Corriger le message']/@href")

    page = manager.get(link)
    assert page.context["form"]["texte"].value() == SAID["texte"]
    assert sorted(page.context["numbers"]) == sorted(ticked["choix"])
    assert page.context["also_ended"]
    corrected = {**SAID, "texte": "{prénoms}, apportez votre convocation.", "preparer": "1"}
    manager.post(link, {**corrected, **ticked})

    batch = Batch.objects.get()  # the one before it is left nowhere
    assert batch.lines.count() == 2
    assert Mailing.objects.get().text == corrected["texte"]


def test_what_left_meanwhile_is_not_corrected(manager, two):
    before = manager.post(place(manager), {**SAID, "preparer": "1"}, follow=True)
    [link] = seen(before).xpath("//main//a[.='Corriger le message']/@href")
    manager.post(page_of(Batch.objects.get(), "launch_batch"))

    manager.post(link, {**SAID, "texte": "Apportez votre convocation.", "preparer": "1"})

    assert Batch.objects.count() == 2


@pytest.mark.parametrize("address", ["", "?recherche=x", "?recherche="])
def test_from_the_list_of_batches_there_is_no_search_to_go_back_to(manager, two, address):
    page = manager.get(f"{page_of(prepared(manager))}{address}")

    assert "Corriger le message" not in main(page)


@pytest.mark.parametrize(
    "greeting", ["Bonjour {prénoms} {nom},", "BONJOUR à tous, ", "« Bonjour »\n"]
)
def test_a_second_greeting_is_refused_since_the_first_is_written_already(manager, two, greeting):
    page = manager.post(place(manager), {**SAID, "texte": f"{greeting} venez à 8 h.", "voir": "1"})

    assert "déjà écrits avant votre texte" in page.context["form"].errors["texte"][0]


def test_what_is_changed_on_the_page_found_again_is_another_message(manager, two):
    where = place(manager)
    said = the_form(manager, where)
    manager.post(where, said)

    manager.post(where, {**said, "texte": "Apportez aussi votre convocation."})
    manager.post(where, {**said, "choix": two[0].number})

    assert Batch.objects.count() == 3


def test_a_page_opened_anew_writes_another_message_and_a_colleague_theirs(manager, member, two):
    where = place(manager)
    said = the_form(manager, where)
    manager.post(where, said)

    manager.post(where, the_form(manager, where))
    colleague = member("A09", email="collegue@exemple.test")
    colleague.post(place(colleague), said)

    assert Batch.objects.count() == 3


def test_the_database_keeps_one_batch_of_a_press(manager, two):
    where = place(manager)
    for _ in range(2):
        manager.post(where, the_form(manager, where))
    one, other = Batch.objects.all()

    with pytest.raises(IntegrityError, match="two_presses"), transaction.atomic():
        Batch.objects.filter(pk=one.pk).update(sending=other.sending)


def test_the_ticked_lines_alone(manager, two, in_versailles):
    ticked = [two[1].number, in_versailles.number]

    batch = prepared(manager, choix=ticked)

    assert list(batch.lines.values_list("registration", flat=True)) == [two[1].pk]


def test_the_list_and_the_page_of_acts_lead_there(manager, two):
    where = place(manager)
    found = manager.get(where.removesuffix("/message"))
    assert f'formaction="{where}"' in found.text

    acts = manager.get(where.replace("/message", "/lot"), {"cochees": "1", "choix": two[0].number})
    assert f"{where}?cochees=1&amp;choix={two[0].number}" in acts.text
    assert "Écrire aux candidats" not in [
        label for _, label in acts.context["form"].fields["decision"].choices
    ]


def test_nothing_ticked_writes_to_nobody(manager, two):
    page = manager.get(place(manager), {"cochees": "1"}, follow=True)

    assert "Cochez au moins une inscription" in html.unescape(page.text)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("objet", "{prenoms}"),
        ("texte", "Bonjour {nom, apportez une pièce d'identité"),
        ("texte", "Bonjour {{ nom }}, apportez une pièce d'identité"),
        ("texte", "{% if 1 %}apportez une pièce d'identité{% endif %}"),
    ],
)
def test_what_is_no_placeholder_is_refused_at_its_field_with_those_that_exist(
    manager, two, field, typed
):
    page = manager.post(place(manager), {**SAID, field: typed, "preparer": "1"})

    assert page.status_code == 422
    [error] = page.context["form"].errors[field]
    assert all(one.written in error for one in PLACEHOLDERS)
    assert typed in html.unescape(page.text)
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"objet": "", "texte": ""}, {"objet", "texte"}),
        ({"objet": "a" * 101}, {"objet"}),
        ({"texte": "a" * 5_001}, {"texte"}),
        ({"texte": "Court."}, {"texte"}),
        ({"texte": " \n \u200b \n"}, {"texte"}),
        ({"garder": "1"}, {"nom_du_modele"}),
    ],
)
def test_what_is_missing_too_short_or_too_long_is_said(manager, two, said, fields):
    page = manager.post(place(manager), {**SAID, "voir": "1", **said})

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == fields


def test_markup_is_shown_and_sent_as_text(manager, two):
    text = "Lisez <b>tout</b> : <script>alert(1)</script>"

    page = manager.post(place(manager), {**SAID, "texte": text, "voir": "1"})

    assert "<script>alert" not in page.text
    assert text in html.unescape(page.text)


def test_those_without_an_address_are_counted_then_written_letters(manager, two):
    candidate = two[0].candidate
    type(candidate).objects.filter(pk=candidate.pk).update(user=None, email="")

    page = main(manager.get(place(manager)))
    batch = prepared(manager)
    before = main(manager.get(page_of(batch)))
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    assert "Messages à écrire 2 Par courrier 1 de ceux-là : à imprimer et à poster" in page
    assert "Acceptées : 2." in before
    assert "Par courrier." in before
    assert written().count() == 2
    letter = written().get(state=Message.State.LETTER)
    assert letter.letter.candidate_id == candidate.pk
    assert "http" not in letter.body


# --- Those that count no more --------------------------------------------------------------


@pytest.fixture
def three(two):
    """File a third registration in Lille, and withdraw it; return the three."""
    third = a_registration(a_candidate(birth_name="Le Corre", first_names="Enora"))
    leaving.withdraw(registration=third, by=author(third.candidate), at=NOW)
    return (*two, third)


def test_those_that_count_no_more_are_not_written_to_unless_it_is_asked(manager, three):
    page = main(manager.get(place(manager)))

    batch = prepared(manager)

    assert "Inscriptions choisies 3 Désinscrites ou écartées 1 :" in page
    assert "sauf si vous cochez la case plus bas Messages à écrire 2" in page
    assert set(batch.lines.values_list("registration", flat=True)) == {one.pk for one in three[:2]}
    assert "Enora, apportez" not in main(manager.get(page_of(batch)))


def test_those_that_count_no_more_are_written_to_when_it_is_asked(manager, three):
    seen = main(manager.post(place(manager), {**SAID, "aussi": "on", "voir": "1"}))

    batch = prepared(manager, aussi="on")

    assert "leurs candidats recevront aussi ce message Messages à écrire 3" in seen
    assert "Enora, apportez" in seen
    assert batch.lines.count() == 3


@pytest.mark.parametrize(("said", "refused", "times"), [({}, 1, 1), ({"aussi": "on"}, 0, 3)])
def test_who_leaves_before_their_turn_is_not_written_to_unless_it_is_asked(
    manager, three, said, refused, times
):
    batch = prepared(manager, **said)
    leaving.withdraw(registration=again(three[0]), by=author(three[0].candidate), at=NOW)

    page = main(manager.get(page_of(batch)))
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    assert f"Acceptées : {times}. Refusées : {refused}." in page
    assert written().count() == times
    assert ("désinscrite ou écartée depuis" in page) == bool(refused)


@pytest.mark.usefixtures("kept")
def test_who_answers_the_search_no_more_is_not_told_what_was_written_of_the_others(manager, two):
    lacks = leaf("g-1", "piece", "a_fournir", IDENTITY)
    where = reverse("office:write", args=[sought(manager, lacks).context["search"].pk])
    manager.post(where, {**SAID, "preparer": "1"})
    batch = Batch.objects.get()
    give(two[0])

    page = main(manager.get(page_of(batch)))
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    assert "Acceptées : 1. Refusées : 1." in page
    assert "ne répond plus à la recherche" in page
    assert written().get().about_id == str(two[1].pk)
    assert batch.lines.get(registration=two[0]).why == FOUND_NO_MORE


def test_what_the_service_seeks_no_more_finds_nobody_to_write_to(manager, two):
    batch = prepared(manager)
    batch.tree["members"][0]["criterion"] = "gone"
    batch.save()

    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    assert not written().exists()
    assert set(batch.lines.values_list("why", flat=True)) == {FOUND_NO_MORE}


def test_whom_a_batch_of_its_author_found_are_still_written_to_by_who_takes_it_over(
    manager, member, two
):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    batch = prepared(manager)
    batch.tree = Group(members=(Leaf(CRITERIA["lot"], Operator.IS, (str(batch.pk),)),)).as_json()
    batch.save()
    manager.post(page_of(batch, "launch_batch"))
    manager.user.memberships.update(ends_on=NOW.date() - timedelta(days=1))
    work("batches")

    head.post(page_of(batch, "resume_batch"))
    work("batches")

    assert written().count() == 2


@pytest.mark.parametrize(
    ("members", "link", "left"),
    [
        (["lot"], Link.AND, None),
        (["lot", "etat"], Link.AND, ["etat"]),
        (["lot", "etat"], Link.OR, None),
    ],
)
def test_who_takes_it_over_leaves_only_what_its_author_alone_could_ask(members, link, left):
    leaves = tuple(Leaf(CRITERIA[one], Operator.IS, ("x",)) for one in members)

    found = without_its_author_s(Group(link, leaves).as_json())

    assert left == (found and [one["criterion"] for one in found["members"]])


def test_where_none_counts_any_more_the_box_is_ticked_and_asked_for(manager, three):
    where = f"{place(manager)}?{urlencode({'cochees': '1', 'choix': three[2].number})}"

    page = manager.get(where)
    nobody = manager.post(place(manager), {**SAID, "choix": three[2].number, "preparer": "1"})

    assert page.context["form"].also_ended
    assert "Messages à écrire 1" in main(page)
    assert nobody.status_code == 422
    assert "cochez la case pour écrire à leurs candidats" in html.unescape(nobody.text)
    assert not Batch.objects.exists()


# --- A second person -----------------------------------------------------------------------


def test_a_large_one_waits_for_a_second_person_who_sees_it(manager, member, two):
    batch = prepared(manager)
    Batch.objects.filter(pk=batch.pk).update(total=WRITTEN_ALONE + 1)
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    assert head.get(page_of(batch)).status_code == 404

    said = manager.post(page_of(batch, "launch_batch"), follow=True)
    assert "une autre personne doit l'approuver" in html.unescape(said.text)
    assert "Approuver" not in main(said)
    assert "Messages à approuver" in main(head.get(reverse("office:home")))
    assert str(batch.pk) in head.get(reverse("office:batches")).text
    assert "Maëlle Anne, apportez" in main(head.get(page_of(batch)))

    head.post(page_of(batch, "approve_batch"))
    work("batches")

    assert written().count() == 2
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert head.get(page_of(batch, "batch_refusals")).status_code == 404
    assert head.post(page_of(batch, "stop_batch")).status_code == 404


def test_that_one_may_not_launch_it_alone_is_said_before_it_is_written(manager, member, two):
    mine = prepared(manager)
    Batch.objects.filter(pk=mine.pk).update(
        total=WRITTEN_ALONE - 1, state=BatchState.RUNNING, launched_at=NOW
    )
    page = main(manager.get(place(manager)))
    preview = main(manager.post(place(manager), {**SAID, "voir": "1"}))

    for said in (page, preview):
        assert "Une personne seule lance 5 000 messages par jour au plus" in said
        assert "en compte 2, et vous en avez lancé 4 999 depuis vingt-quatre heures" in said
        assert "Vous ne pourrez pas le lancer : choisissez-en 1 au plus" in said
        assert "demandez à un administrateur" in said

    member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    manager.post(place(manager), {**SAID, "preparer": "1"})
    another = Batch.objects.exclude(pk=mine.pk).get()
    shown = main(manager.get(page_of(another)))

    assert "Le peuvent : Claude Martin (chef de service)." in main(manager.get(place(manager)))
    assert "Le peuvent : Claude Martin (chef de service)." in shown
    assert "Proposer" in shown
    assert "Lancer" not in shown


def test_an_administrator_is_not_sent_to_an_administrator(member, two):
    national = member(role=Membership.Role.ADMINISTRATOR)
    batch = prepared(national)
    Batch.objects.filter(pk=batch.pk).update(total=WRITTEN_ALONE + 1)

    shown = main(national.get(page_of(batch)))

    assert "faites inviter par qui exploite le service un autre administrateur" in shown
    assert "Lancer" not in shown
    refused = main(national.post(page_of(batch, "launch_batch"), follow=True))
    assert "et cet envoi" not in refused
    assert "cet envoi en compte 5 001 :" in refused


def test_who_approves_reads_whom_it_is_for_and_how_many_count_no_more(manager, member, three):
    batch = prepared(manager, aussi="on")
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        Batch.objects.filter(pk=batch.pk).update(total=WRITTEN_ALONE + 1)
        head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
        manager.post(page_of(batch, "launch_batch"))
        page = main(head.get(page_of(batch)))

    assert "Proposé par Claude Martin, le mercredi 25 novembre 2026 à 10 h 32" in page
    assert "Périmètre académie de Lille, tous les domaines" in page
    assert "Critères Nom de famille : non vide" in page
    assert "Acceptées : 3. Refusées : 0. Dont 1 désinscrites ou écartées." in page


def test_a_letter_is_among_what_is_shown_where_any_is_sent(manager, two):
    a_registration(a_candidate(birth_name="Kermarrec"))
    posted = a_registration(a_record(first_names="Anselme"))

    shown = main(manager.post(place(manager), {**SAID, "voir": "1"}))

    assert f"{posted.number}. Par courrier." in shown


PRESSED = [("approve_batch", "Refuser"), ("refuse_batch", "Approuver")]


@pytest.mark.parametrize(("pressed", "left"), PRESSED)
def test_decided_by_two_presses_it_alarms_nobody(manager, member, two, pressed, left):
    batch = prepared(manager)
    Batch.objects.filter(pk=batch.pk).update(total=WRITTEN_ALONE + 1)
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    manager.post(page_of(batch, "launch_batch"))

    head.post(page_of(batch, pressed))
    again = main(head.post(page_of(batch, pressed), follow=True))

    assert "Le lot est " in again
    assert "n'est plus possible" not in again
    [other] = {one for one, _ in PRESSED} - {pressed}
    assert f"« {left} » n'est plus possible" in main(head.post(page_of(batch, other), follow=True))


def proposed(client, member):
    """Propose a message that is too large for one; return it and the browser of whoever approves it."""
    batch = prepared(client)
    Batch.objects.filter(pk=batch.pk).update(total=WRITTEN_ALONE + 1)
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    client.post(page_of(batch, "launch_batch"))
    return batch, head


def test_who_proposes_reads_who_may_approve_and_that_nobody_may_any_more(manager, member, two):
    batch, head = proposed(manager, member)
    able = head.user.memberships.get()

    assert f"Le peut : {able.full_name} (chef de service)." in main(manager.get(page_of(batch)))
    head.user.memberships.update(ends_on=(NOW - timedelta(days=1)).date())

    left = main(manager.get(page_of(batch)))
    assert "doit l'approuver, et aucune ne le peut plus : voyez avec" in left


def test_what_is_proposed_by_who_has_left_is_not_approved(manager, member, two):
    batch, head = proposed(manager, member)
    manager.user.memberships.update(ends_on=(NOW - timedelta(days=3)).date())

    page = main(head.get(page_of(batch)))
    pressed = main(head.post(page_of(batch, "approve_batch"), follow=True))

    assert "Acceptées : 0." in page
    assert "ne peut plus le proposer" in page
    assert "Approuver et lancer" not in page
    assert "Refuser" in page
    assert "ne peut plus le proposer" in pressed
    batch.refresh_from_db()
    assert batch.state == BatchState.PROPOSED


def test_who_approves_reads_what_its_author_still_reaches(manager, member, two):
    batch, head = proposed(manager, member)
    manager.user.memberships.update(academies=["A25"])

    page = main(head.get(page_of(batch)))

    assert "Acceptées : 0. Refusées : 0." in page
    assert "Ce qui a quitté le périmètre" in page


def test_one_that_stops_since_its_author_has_left_tells_who_approved_it_alone(manager, member, two):
    batch, head = proposed(manager, member)
    head.post(page_of(batch, "approve_batch"))
    manager.user.memberships.update(ends_on=(NOW - timedelta(days=3)).date())

    work("batches")

    told = Message.objects.filter(kind="batch_ended")
    assert [one.recipient for one in told] == [head.user.email]
    to_head = told.get().body
    assert "Le lot que vous avez approuvé s'est arrêté." in to_head
    assert "Le rôle de son auteur ne permet plus cette action." in to_head
    assert not written().exists()


def test_who_may_not_approve_never_learns_of_it(manager, member, two):
    batch = prepared(manager)
    Batch.objects.filter(pk=batch.pk).update(total=WRITTEN_ALONE + 1)
    member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    manager.post(page_of(batch, "launch_batch"))
    others = [
        member("A25", role=Membership.Role.HEAD, email="versailles@exemple.test"),
        member("A09", email="collegue@exemple.test"),
        member("A09", role=Membership.Role.HEAD, domains=["AUTRE"], email="autre@exemple.test"),
        member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test"),
    ]

    for one in others:
        assert one.get(page_of(batch)).status_code == 404
        assert one.post(page_of(batch, "approve_batch")).status_code == 404
        assert str(batch.pk) not in one.get(reverse("office:home")).text


# --- Templates -----------------------------------------------------------------------------


def test_a_message_is_kept_and_written_again_by_whoever_has_its_perimeter(manager, member, two):
    kept = {**SAID, "nom_du_modele": "Pièce d'identité", "garder": "1"}
    manager.post(place(manager), kept)
    template = MailingTemplate.objects.get()
    colleague = member("A09", email="collegue@exemple.test")
    elsewhere = member("A25", email="ailleurs@exemple.test")

    page = colleague.get(place(colleague), {"modele": template.pk})
    theirs = elsewhere.get(place(elsewhere), {"modele": template.pk})

    assert page.context["form"]["texte"].value() == SAID["texte"]
    assert "Supprimer ce modèle" not in page.text
    assert theirs.context["form"]["texte"].value() is None
    assert "Pièce d" not in main(theirs)
    assert not Batch.objects.exists()


def test_whom_it_is_for_stays_when_the_text_is_kept(manager, three):
    kept = {**SAID, "nom_du_modele": "Rappel", "garder": "1"}

    all_of_them = manager.post(place(manager), {**kept, "aussi": "on"}, follow=True)
    without_the_ended = manager.post(place(manager), kept, follow=True)

    assert "Messages à écrire 3" in main(all_of_them)
    assert "Messages à écrire 2" in main(without_the_ended)


def test_the_templates_of_others_take_no_place_in_the_list(manager, member, two, monkeypatch):
    monkeypatch.setattr(writing, "MOST_LISTED", 2)
    elsewhere = member("A25", email="ailleurs@exemple.test")
    for client, names in ((elsewhere, "ABC"), (manager, "XYZ")):
        for name in names:
            client.post(place(client), {**SAID, "nom_du_modele": name, "garder": "1"})

    page = manager.get(place(manager))

    assert [one["template"].name for one in page.context["templates"]] == ["X", "Y"]


def test_its_author_alone_forgets_it(manager, member, two):
    manager.post(place(manager), {**SAID, "nom_du_modele": "Rappel", "garder": "1"})
    where = reverse("office:forget_template", args=[MailingTemplate.objects.get().pk])
    colleague = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")

    assert colleague.post(where).status_code == 404
    manager.post(where)

    assert not MailingTemplate.objects.exists()
    acts = Entry.objects.filter(object_kind="mailingtemplate").order_by("pk")
    said = {"name": "Rappel", "subject": SAID["objet"]}
    assert [(one.verb, one.academy, one.payload["after"]) for one in acts] == [
        ("template kept", "A09", said),
        ("template forgotten", "A09", said),
    ]
    assert {one.actor_id for one in acts} == {f"user:{manager.user.pk}"}


def test_an_auditor_writes_to_nobody(member, two):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    page = sought(auditor, leaf("g-1", "nom", "non_vide"))

    assert "Écrire" not in main(page)
    assert auditor.get(reverse("office:write", args=[page.context["search"].pk])).status_code == 404
