"""« Récapitulatif signé reçu »: noted by its postmark, from the file."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import deciding, leaving
from sporades.acts.registrations.receiving import NoSummaryAwaited
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE
from tests.acts.test_to_review import correct
from tests.factories import NOW, OPERATOR, a_registration, author, load_invented
from tests.registrations.test_standing_in import filed_by_candidate, modified_by_candidate
from tests.spaces import plain
from tests.web.guide import main
from tests.web.office.test_deciding import attested


def received(client, registration, day):
    """Press « Noter comme reçu »."""
    where = reverse("office:receive_summary", args=[registration.number])
    page = client.post(where, {"poste_le": day}, follow=True)
    registration.refresh_from_db()
    return page


def test_the_postmark_is_kept_shown_and_in_the_journal(manager, in_lille):
    page = received(manager, in_lille, "25/11/2026")

    assert in_lille.summary_posted_on == date(2026, 11, 25)
    assert "posté le 25 novembre 2026" in page.text
    assert Entry.objects.get(verb="summary received").actor_name == "Claude Martin"


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_the_summary_of_a_registration_that_stands_no_more_is_not_awaited(
    manager, in_lille, is_withdrawn
):
    where = reverse("office:registration", args=[in_lille.number])
    assert "attendu avant le vendredi 25 décembre 2026" in plain(main(manager.get(where)))
    if is_withdrawn:
        leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    else:
        deciding.decide(
            registration=in_lille, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
        )

    assert "attendu avant" not in main(manager.get(where))


def test_one_that_came_late_is_given_time_from_its_page(member, in_lille, stopped_clock):
    late = NOW + timedelta(days=60)
    stopped_clock.move_to(late)
    manager = member("A09", at=late)
    received(manager, in_lille, "04/01/2027")
    assert in_lille.is_summary_posted_late
    where = reverse("office:receive_summary", args=[in_lille.number])
    assert "Laisser plus de temps" in main(manager.get(where))

    page = manager.post(where, {"plus_de_temps": "oui", "delai": "05/02/2027"}, follow=True)

    in_lille.refresh_from_db()
    assert not in_lille.is_summary_posted_late
    assert "posté le 4 janvier 2027" in page.text
    assert "hors délai" not in main(page)
    assert Message.objects.filter(kind="summary_in_time").count() == 1
    assert "Laisser plus de temps" not in main(manager.get(where))


@pytest.mark.parametrize("day", ["", "hier", "31/02/2026", "26/11/2026", "01/01/2026"])
def test_a_postmark_that_cannot_be_is_refused_at_its_field(manager, in_lille, day):
    assert received(manager, in_lille, day).status_code == 422
    assert in_lille.summary_posted_on is None


@pytest.mark.parametrize("day", ["25/11/26", "25 11 26", "25.11.26"])
def test_a_postmark_is_read_with_the_two_figures_that_it_bears(manager, in_lille, day):
    received(manager, in_lille, day)

    assert in_lille.summary_posted_on == date(2026, 11, 25)


@pytest.mark.parametrize("day", ["26-11-25", "25-11-26", "25/11/99"])
def test_a_day_that_may_be_read_two_ways_is_asked_again(manager, in_lille, day):
    assert received(manager, in_lille, day).status_code == 422
    assert in_lille.summary_posted_on is None


def test_a_postmark_that_cannot_be_is_told_the_days_that_can(manager, in_lille):
    page = received(manager, in_lille, "26/11/2026")

    said = "Indiquez un jour possible : le 25 novembre 2026."
    assert said in plain(page.context["form"].errors["poste_le"][0])


def test_an_auditor_receives_nothing(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert received(auditor, in_lille, "25/11/2026").status_code == 404


def test_where_no_return_is_asked_nothing_is_received(manager):
    text = (
        "    retour_du_recapitulatif:\n"
        "      texte: Imprimez, signez et renvoyez ce récapitulatif.\n"
        "      echeance: {jours_apres_fermeture: 10}\n"
    )
    load_invented((text, ""))
    registration = a_registration()

    file = manager.get(reverse("office:registration", args=[registration.number])).text
    page = received(manager, registration, "25/11/2026")

    assert "Récapitulatif signé reçu" not in file
    assert page.status_code == 422
    assert registration.summary_posted_on is None


def test_the_summary_of_a_version_that_is_no_more_the_last_is_not_received(manager, in_lille):
    where = reverse("office:receive_summary", args=[in_lille.number])
    seen = manager.get(where).context["seen"]
    filed_by_candidate(modified_by_candidate(in_lille, mobile="06 39 98 11 11"))

    page = manager.post(where, {"poste_le": "25/11/2026", "vue": seen})

    in_lille.refresh_from_db()
    assert page.status_code == 422
    assert "a changé depuis que vous avez ouvert cette page" in page.text
    assert in_lille.summary_posted_on is None


def test_the_summary_of_what_was_withdrawn_is_not_received(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    assert received(manager, in_lille, "25/11/2026").status_code == 422
    assert in_lille.summary_posted_on is None


def test_the_postmark_that_a_colleague_has_noted_meanwhile_is_read_before_it_is_replaced(
    manager, in_lille
):
    Registration.objects.filter(pk=in_lille.pk).update(filed_at=NOW - timedelta(days=5))
    where = reverse("office:receive_summary", args=[in_lille.number])
    shown = manager.get(where).context
    opened = {"vue": shown["seen"], shown["noted"][0]: shown["noted"][1]}
    received(manager, in_lille, "24/11/2026")

    page = manager.post(where, {"poste_le": "21/11/2026", **opened})

    in_lille.refresh_from_db()
    assert (page.status_code, in_lille.summary_posted_on) == (422, date(2026, 11, 24))
    said = "Un collègue a noté entre-temps ce récapitulatif, posté le 24 novembre 2026"
    assert said in plain(main(page))
    read = dict([page.context["noted"]])
    manager.post(where, {"poste_le": "21/11/2026", "vue": page.context["seen"], **read})
    in_lille.refresh_from_db()
    assert in_lille.summary_posted_on == date(2026, 11, 21)
    last = Entry.objects.filter(verb="summary received").latest("pk")
    assert last.payload == {
        "before": {"posted_on": "2026-11-24"},
        "after": {"posted_on": "2026-11-21"},
    }


def test_what_is_pressed_twice_is_noted_once(manager, in_lille):
    where = reverse("office:receive_summary", args=[in_lille.number])
    shown = manager.get(where).context
    opened = {"vue": shown["seen"], shown["noted"][0]: shown["noted"][1]}

    pages = [manager.post(where, {"poste_le": "25/11/2026", **opened}) for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 302]
    assert Entry.objects.filter(verb="summary received").count() == 1


def test_a_summary_noted_on_the_wrong_file_is_awaited_again_without_a_message(manager, in_lille):
    received(manager, in_lille, "25/11/2026")
    where = reverse("office:receive_summary", args=[in_lille.number])
    told = Message.objects.count()
    shown = manager.get(where)
    assert "Revenir sur cette réception" in main(shown)
    read = dict([shown.context["noted"]])

    page = manager.post(where, {"annuler": "oui", **read}, follow=True)

    in_lille.refresh_from_db()
    assert in_lille.summary_posted_on is None
    assert "Il est de nouveau attendu. Aucun message ne part." in main(page)
    assert "attendu avant le vendredi 25 décembre 2026" in plain(main(page))
    assert Message.objects.count() == told
    assert Entry.objects.get(verb="summary reception taken back").payload == {
        "before": {"posted_on": "2026-11-25"}
    }
    once_more = manager.post(where, {"annuler": "oui", **read})
    assert once_more.status_code == 422
    assert "Aucun récapitulatif signé n'est plus noté comme reçu" in main(once_more)


@pytest.mark.parametrize(
    ("is_validated", "said"),
    [
        (False, "attendu. Un message le dit au candidat, avec le dernier jour pour le poster."),
        (True, "L'inscription est validée : il n'est plus attendu. Aucun message ne part."),
    ],
)
def test_whoever_takes_a_summary_back_reads_before_and_after_what_becomes_of_it(
    manager, in_lille, is_validated, said
):
    received(manager, in_lille, "25/11/2026")
    if is_validated:
        deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    correct(in_lille, birth_name="Le Gouff")  # its new summary has no place to sign
    where = reverse("office:receive_summary", args=[in_lille.number])
    shown = manager.get(where)

    page = manager.post(where, {"annuler": "oui", **dict([shown.context["noted"]])}, follow=True)

    assert said in main(shown)
    assert said in main(page)
    assert Message.objects.filter(kind="summary_asked_again").exists() is not is_validated


def test_the_postmark_that_a_colleague_has_noted_meanwhile_is_not_taken_back_unread(
    manager, in_lille
):
    Registration.objects.filter(pk=in_lille.pk).update(filed_at=NOW - timedelta(days=5))
    where = reverse("office:receive_summary", args=[in_lille.number])
    received(manager, in_lille, "24/11/2026")
    read = dict([manager.get(where).context["noted"]])
    received(manager, in_lille, "21/11/2026")

    page = manager.post(where, {"annuler": "oui", **read})

    in_lille.refresh_from_db()
    assert (page.status_code, in_lille.summary_posted_on) == (422, date(2026, 11, 21))


def test_what_another_version_would_have_refused_is_said_before_and_after(manager, in_lille):
    received(manager, in_lille, "25/11/2026")
    correct(in_lille, birth_name="Le Gouff")  # its new summary has no place to sign
    attested(manager)
    where = reverse("office:receive_summary", args=[in_lille.number])
    shown = manager.get(where)

    page = manager.post(where, {"annuler": "oui", **dict([shown.context["noted"]])}, follow=True)

    for one in (shown, page):
        assert "préparez-le de nouveau : Attestation d'inscription." in main(one)


def test_more_time_is_left_for_a_signed_summary_from_its_page(manager, in_lille):
    where = reverse("office:receive_summary", args=[in_lille.number])
    assert "Laisser plus de temps" in main(manager.get(where))

    wrong = manager.post(where, {"plus_de_temps": "oui", "delai": "01/11/2026"})
    page = manager.post(where, {"plus_de_temps": "oui", "delai": "05/02/2027"}, follow=True)

    assert wrong.status_code == 422
    assert "Ce jour est passé" in wrong.text
    assert "Récapitulatif signé : délai accordé, un mail part au candidat." in main(page)
    in_lille.refresh_from_db()
    assert f"{in_lille.summary_until:%d/%m/%Y}" == "05/02/2027"
    assert in_lille.summary_posted_on is None


def test_no_more_time_is_proposed_for_a_summary_that_came(manager, in_lille):
    where = reverse("office:receive_summary", args=[in_lille.number])
    manager.post(where, {"poste_le": "25/11/2026"})

    assert "Laisser plus de temps" not in main(manager.get(where))


def test_who_leaves_more_time_for_what_a_colleague_has_just_received_is_told_so(manager, in_lille):
    where = reverse("office:receive_summary", args=[in_lille.number])
    manager.post(where, {"poste_le": "25/11/2026"})

    page = manager.post(where, {"plus_de_temps": "oui", "delai": "05/02/2027"})

    assert page.status_code == 422
    assert str(NoSummaryAwaited()) in main(page)
