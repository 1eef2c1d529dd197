"""What a doctor has typed waits sealed for them to sign in again (ADR 0012, 0029)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse

from sporades.accommodations.states import Opinion
from sporades.acts import accommodating
from sporades.medical import sealing
from sporades.web.layout.kept import KEPT
from tests.accommodations.asked import MANAGER
from tests.factories import NOW, author
from tests.web.doctor.space import OPINION, a_doctor, at
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


def test_where_its_key_is_gone_it_is_said_and_waits_until_it_is_back(
    case, doctor, later, monkeypatch
):
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

    monkeypatch.undo()
    assert value_of(doctor.get(at("ask", case)), "texte") == WORDS


TYPED_BEFORE = "Ce que vous veniez de taper"


def taken_back(case):
    accommodating.withdraw(case=case, by=author(case.registration.candidate), at=NOW)


def taken_from_her(case):
    accommodating.take_from_doctor(case=case, by=MANAGER, at=NOW)


def incomplete(case):
    accommodating.declare_incomplete(case=case, missing="Une page.", by=MANAGER, at=NOW)


@pytest.mark.parametrize("leave", [taken_back, taken_from_her, incomplete])
@pytest.mark.parametrize("name", ["ask", "remarks"])
def test_what_is_asked_or_noted_of_a_request_that_left_meanwhile_is_shown_to_be_copied(
    case, doctor, later, name, leave
):
    typed = typed_in(doctor.get(at(name, case)), texte=WORDS)
    later()
    asked = doctor.post(at(name, case), typed)
    leave(case)

    page = with_both_factors(doctor, asked)

    assert page.status_code == 409
    assert TYPED_BEFORE in main(page)
    assert WORDS in main(page)
    label = "Ce que vous demandez au candidat" if name == "ask" else "Votre commentaire"
    assert label in main(page)
    assert not doctor.session.get(KEPT)


def test_an_opinion_on_a_request_that_left_meanwhile_is_shown_in_words(case, doctor, later):
    doctor.get(at("case", case))
    [form] = seen(doctor.get(at("case", case))).cssselect("#avis")
    typed = dict(form.form_values()) | OPINION | {"texte": WORDS, "relire": "1"}
    later()
    asked = doctor.post(at("case", case), typed)
    taken_back(case)

    page = with_both_factors(doctor, asked)

    assert page.status_code == 409
    assert TYPED_BEFORE in main(page)
    assert WORDS in main(page)
    assert Opinion.FAVOURABLE.label in main(page)


def test_another_doctor_reads_nothing_of_what_was_typed_of_a_request_that_left(case, doctor, later):
    typed = typed_in(doctor.get(at("ask", case)), texte=WORDS)
    later()
    asked = doctor.post(at("ask", case), typed)
    taken_back(case)
    doctor.user = a_doctor("autre@exemple.test", "Dr Paul Petit")
    signed_in(doctor.user, Role.DOCTOR)

    assert "dyslexie" not in with_both_factors(doctor, asked).text


def test_no_page_of_the_space_is_touched_where_nothing_waits(case, doctor):
    assert SAID not in main(doctor.get(reverse("doctor:home")))
