"""Notes on a file: what the office says to itself of a registration."""

import html

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.journal.models import Entry
from sporades.registrations.models import Note
from tests.factories import NOW
from tests.web.guide import main, seen

SAID = "A téléphoné : envoie son diplôme lundi."


def tab(registration):
    """Return the address of the notes."""
    return reverse("office:notes", args=[registration.number])


def write(client, registration, note=SAID):
    """Add a note."""
    where = reverse("office:write_note", args=[registration.number])
    return client.post(where, {"note": note}, follow=True)


def test_a_note_is_read_by_colleagues_with_its_author_and_its_instant(manager, member, in_lille):
    page = write(manager, in_lille)
    assert "La note est ajoutée." in page.text

    colleague = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    read = main(colleague.get(tab(in_lille))).replace("\xa0", " ")
    assert SAID in read
    assert Note.objects.get().author_name in read
    assert "le mercredi 25 novembre 2026 à 10 h 30" in read


def test_pressed_again_it_is_one_note_and_one_act(manager, in_lille):
    [press] = seen(manager.get(tab(in_lille))).cssselect("main [name=envoi]")
    where = reverse("office:write_note", args=[in_lille.number])
    said = {"note": SAID, "envoi": press.get("value")}

    answers = [manager.post(where, said) for _ in range(3)]

    assert {one.url for one in answers} == {tab(in_lille)}
    assert main(manager.get(tab(in_lille))).count("La note est ajoutée.") == 1
    assert Note.objects.count() == Entry.objects.filter(verb="note written").count() == 1
    manager.post(where, {**said, "note": "Rappelle mardi."})
    manager.post(where, {"note": SAID})
    assert Note.objects.count() == 3


def test_the_database_keeps_one_note_of_a_press(manager, in_lille):
    for _ in range(2):
        write(manager, in_lille)
    one, other = Note.objects.all()

    with pytest.raises(IntegrityError, match="two_presses"), transaction.atomic():
        Note.objects.filter(pk=one.pk).update(sending=other.sending)


def test_the_last_comes_first(manager, in_lille):
    write(manager, in_lille, "Première")
    write(manager, in_lille, "Seconde")

    read = main(manager.get(tab(in_lille)))
    assert read.index("Seconde") < read.index("Première")


def test_its_candidate_sees_nothing_of_it(manager, in_lille, sign_in):
    write(manager, in_lille)
    candidate = sign_in(in_lille.candidate)

    for where in ("", "/historique", "/numero", "/recapitulatif"):
        assert SAID not in candidate.get(f"/mes-inscriptions/{in_lille.number}{where}").text


def test_an_auditor_reads_and_does_not_write(manager, member, in_lille):
    write(manager, in_lille)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    page = auditor.get(tab(in_lille))
    assert SAID in main(page)
    assert "Ajouter la note" not in page.text
    assert write(auditor, in_lille).status_code == 404


@pytest.mark.parametrize("note", ["", "   "])
def test_an_empty_note_is_not_kept(manager, in_lille, note):
    page = write(manager, in_lille, note)

    assert page.status_code == 422
    assert "Écrivez la note avant de l'ajouter" in html.unescape(page.text)
    assert not Note.objects.exists()


def test_a_note_that_is_too_long_is_given_back_whole(manager, in_lille):
    page = write(manager, in_lille, "é" * 2_001)

    assert page.status_code == 422
    assert "é" * 2_001 in page.text


def test_lines_stay_lines_and_tags_stay_text(manager, in_lille):
    write(manager, in_lille, "Un\nDeux <b>gras</b>")

    text = manager.get(tab(in_lille)).text
    assert "Un<br>Deux &lt;b&gt;gras&lt;/b&gt;" in text


def test_the_journal_has_who_wrote_and_not_what(manager, in_lille):
    write(manager, in_lille)

    entry = Entry.objects.get(verb="note written")
    assert (entry.actor_id, entry.at) == (f"user:{manager.user.pk}", NOW)
    assert "diplôme" not in str(entry.payload)


def test_the_database_keeps_no_empty_note(in_lille):
    with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
        Note.objects.create(
            registration=in_lille, text="", written_at=NOW, author_name="x", author_id="user:1"
        )
