"""What a doctor has typed waits sealed for them to sign in again (ADR 0012, 0029)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse

from sporades.medical import sealing
from sporades.web.layout.kept import KEPT
from tests.factories import NOW
from tests.web.doctor.space import a_doctor, at
from tests.web.guide import main, seen, value_of
from tests.web.office.test_kept import BACK, SAID, with_both_factors
from tests.web.registry.world import Role, signed_in

WORDS = "Le bilan de 2024 dit une dyslexie : joignez-le."


@pytest.fixture
def later(time_machine):
    """Let half an hour pass without a request."""
    cache.clear()
    return lambda: time_machine.move_to(NOW + timedelta(minutes=31))


def typed_in(page, **said):
    """Return what the form of a page sends, with something typed in it."""
    form = seen(page).xpath("//main//form[@method='post']")[-1]
    return dict(form.form_values()) | said


@pytest.mark.parametrize("name", ["ask", "remarks"])
def test_what_is_asked_and_what_is_noted_wait_sealed(case, doctor, later, name):
    typed = typed_in(doctor.get(at(name, case)), texte=WORDS)
    later()

    asked = doctor.post(at(name, case), typed)
    rows = [one.get_decoded() for one in Session.objects.all()]
    page = with_both_factors(doctor, asked)

    assert any(KEPT in row for row in rows)
    assert "dyslexie" not in str(rows)
    assert page.request["PATH_INFO"] == at(name, case)
    assert BACK in main(page)
    assert value_of(page, "texte") == WORDS
    assert value_of(page, "envoi") == typed["envoi"]


def test_an_opinion_waits_with_the_paper_that_was_open_beside_it(case, doctor, later):
    here = f"{at('case', case)}?papier=00000000-0000-0000-0000-000000000000"
    [form] = seen(doctor.get(here)).cssselect("#avis")
    typed = dict(form.form_values())
    [text] = [name for name in typed if form.cssselect(f"textarea[name={name}]")][:1]
    typed[text] = WORDS
    later()

    page = with_both_factors(doctor, doctor.post(here, typed))

    assert page.request["QUERY_STRING"].startswith("papier=")
    assert BACK in main(page)
    assert value_of(page, text) == WORDS


def test_saved_again_it_is_the_draft_and_waits_no_more(case, doctor, later):
    typed = typed_in(doctor.get(at("remarks", case)), texte=WORDS, lecteur="medecins")
    later()
    with_both_factors(doctor, doctor.post(at("remarks", case), typed))

    done = doctor.post(at("remarks", case), typed, follow=True)

    assert "Votre commentaire est gardé." in main(done)
    assert SAID not in main(done)
    assert not doctor.session.get(KEPT)


def test_another_doctor_reads_nothing_of_it(case, doctor, later):
    typed = typed_in(doctor.get(at("ask", case)), texte=WORDS)
    later()
    asked = doctor.post(at("ask", case), typed)
    doctor.user = a_doctor("autre@exemple.test", "Dr Paul Petit")
    signed_in(doctor.user, Role.DOCTOR)

    page = with_both_factors(doctor, asked)

    assert "dyslexie" not in page.text


def test_where_its_key_is_gone_it_is_said(case, doctor, later, monkeypatch):
    typed = typed_in(doctor.get(at("ask", case)), texte=WORDS)
    later()
    asked = doctor.post(at("ask", case), typed)
    refused = sealing.Unreadable()

    def unreadable(*_args, **_named):
        raise refused

    monkeypatch.setattr(sealing, "open_text", unreadable)
    page = with_both_factors(doctor, asked)

    assert f"{SAID} Rien n'est enregistré, et ce que vous aviez saisi ne peut pas être lu" in main(
        page
    )
    assert value_of(page, "texte") == ""


def test_no_page_of_the_space_is_touched_where_nothing_waits(case, doctor):
    assert SAID not in main(doctor.get(reverse("doctor:home")))
