"""« Bandeau »: what the administrator says to everybody."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.states import ChangeState
from sporades.journal.models import Entry
from sporades.notices import queries as notices
from sporades.notices.models import Banner
from sporades.notices.operations import show
from tests.factories import NOW
from tests.web.guide import main, seen, words
from tests.web.office.conftest import second_factor_shown

BANNER = reverse("office:banner")
SAID = {"importance": "warning", "message": "Le service est ralenti ce matin.", "jusqu_au": ""}


@pytest.fixture(autouse=True)
def _asked(_no_banner):
    """Let the banner be asked for."""
    notices.forget()


@pytest.fixture
def administrator(member):
    """Return the browser of the administrator."""
    return member(role=Membership.Role.ADMINISTRATOR)


def acts():
    """Return what the journal has of banners, the first first."""
    told = Entry.objects.filter(verb__regex="banner|writing").order_by("pk")
    return list(told.values_list("verb", flat=True))


def read_in(client):
    """Open the page of the banner; return what « Retirer le bandeau » sends."""
    return dict(seen(client.get(BANNER)).cssselect("main .s-card form")[0].form_values())


def show_over(client, **changes):
    """Press « Afficher le bandeau » on the page as it is."""
    sent = dict(seen(client.get(BANNER)).cssselect("main form")[-1].form_values())
    return client.post(BANNER, {**sent, **SAID, **changes}, follow=True)


def take_down(client):
    """Press « Retirer le bandeau » on the page as it is."""
    return client.post(reverse("office:end_banner"), read_in(client), follow=True)


def test_another_banner_than_the_one_that_was_read_is_left_and_told(member, administrator, client):
    colleague = member(role=Membership.Role.ADMINISTRATOR, email="autre@exemple.test")
    administrator.post(BANNER, SAID)
    stale = read_in(administrator)
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        show_over(colleague, message="Panne en cours.", lecture_seule="on")

        page = administrator.post(reverse("office:end_banner"), stale, follow=True)

        assert "Ce n'est plus ce bandeau qui est affiché" in main(page)
        assert "« Panne en cours. »" in main(page)
        assert Banner.objects.shown_at(NOW + timedelta(seconds=1)).get().stops_writing
        assert client.post("/creer-mon-compte", {}).status_code == 503


def test_a_banner_replaces_the_one_that_was_read_and_no_other(member, administrator):
    colleague = member(role=Membership.Role.ADMINISTRATOR, email="autre@exemple.test")
    stale = dict(seen(colleague.get(BANNER)).cssselect("main form")[-1].form_values())
    administrator.post(BANNER, {**SAID, "message": "Panne en cours.", "lecture_seule": "on"})
    later = NOW + timedelta(minutes=16)

    with time_machine.travel(later, tick=False):
        page = colleague.post(BANNER, {**stale, **SAID})
        stands = Banner.objects.shown_at(later).get().message
        again = dict(seen(page).cssselect("main form")[-1].form_values())
        asked = colleague.post(BANNER, again)
        second_factor_shown(colleague, at=later)
        done = colleague.post(BANNER, again, follow=True)

    assert page.status_code == 422
    assert "Un autre bandeau est affiché" in main(page)
    assert "Panne en cours." in main(page)
    assert stands == "Panne en cours."
    assert again["message"].strip() == SAID["message"]
    assert asked.url.startswith(reverse("mfa_reauthenticate"))
    assert "La lecture seule est terminée." in main(done)
    assert Banner.objects.shown_at(later).get().message == SAID["message"]
    assert acts() == ["writing stopped", "writing resumed", "banner shown"]


def test_a_banner_that_is_asked_for_by_two_presses_is_one(administrator):
    sent = dict(seen(administrator.get(BANNER)).cssselect("main form")[-1].form_values())

    pages = [main(administrator.post(BANNER, {**sent, **SAID}, follow=True)) for _ in range(2)]

    assert all("Le bandeau est affiché" in page for page in pages)
    assert Banner.objects.count() == 1
    assert acts() == ["banner shown"]


def test_a_banner_that_has_ended_meanwhile_keeps_no_other_from_being_shown(administrator):
    administrator.post(BANNER, SAID)
    sent = dict(seen(administrator.get(BANNER)).cssselect("main form")[-1].form_values())
    take_down(administrator)

    administrator.post(BANNER, {**sent, **SAID, "message": "Tout va bien."})

    assert Banner.objects.shown_at(NOW).get().message == "Tout va bien."


def test_ending_read_only_asks_for_the_second_factor_again_and_is_an_act(administrator):
    administrator.post(BANNER, {**SAID, "lecture_seule": "on"})
    read = read_in(administrator)
    end, later = reverse("office:end_banner"), NOW + timedelta(minutes=16)

    with time_machine.travel(later, tick=False):
        asked = administrator.post(end, read)
        stands = Banner.objects.shown_at(later).exists()
        second_factor_shown(administrator, at=later)
        back = main(administrator.get(end, follow=True))
        done = main(administrator.post(end, read, follow=True))

    assert asked.url == f"{reverse('mfa_reauthenticate')}?next={quote(end, '')}"
    assert stands
    assert "Votre second facteur est vérifié : relisez, puis retirez le bandeau." in back
    assert "Le bandeau est retiré. La lecture seule est terminée." in done
    assert acts() == ["writing stopped", "banner taken down", "writing resumed"]


def test_taking_down_an_ordinary_banner_asks_nothing_and_ends_no_read_only(administrator):
    administrator.post(BANNER, SAID)

    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        page = take_down(administrator)

    assert "Le bandeau est retiré." in main(page)
    assert "lecture seule est terminée" not in main(page)
    assert acts() == ["banner shown", "banner taken down"]


def test_a_banner_that_is_taken_down_twice_is_gone(administrator):
    administrator.post(BANNER, SAID)
    stale = read_in(administrator)

    pages = [
        main(administrator.post(reverse("office:end_banner"), stale, follow=True)) for _ in range(2)
    ]

    assert "Le bandeau est retiré." in pages[0]
    assert "Ce bandeau n'est plus affiché." in pages[1]
    assert Entry.objects.filter(verb="banner taken down").count() == 1


def test_a_press_that_names_no_banner_takes_none_down(administrator):
    administrator.post(BANNER, SAID)

    administrator.post(reverse("office:end_banner"))

    assert Banner.objects.shown_at(NOW).count() == 1


def test_a_banner_is_shown_to_everybody_then_taken_down(administrator, client):
    administrator.post(BANNER, {**SAID, "jusqu_au": "25/11/2026 12:00"})

    assert SAID["message"] in client.get("/connexion").text
    banner = Banner.objects.get()
    assert (banner.kind, banner.ends_at.hour) == ("warning", 11)
    assert Entry.objects.get(verb="banner shown").actor_name == "Claude Martin"

    take_down(administrator)

    assert SAID["message"] not in client.get("/connexion").text
    assert not Banner.objects.shown_at(NOW).exists()


def test_who_is_served_after_a_later_banner_reads_that_it_has_replaced_theirs(administrator):
    show(kind="alert", message="Le service ferme à 18 h.", at=NOW + timedelta(milliseconds=1))

    page = administrator.post(BANNER, SAID, follow=True)

    assert "l'a remplacé" in main(page)
    assert "Le bandeau est affiché" not in main(page)


@pytest.mark.parametrize(
    "changes",
    [
        {"message": " "},
        {"message": "x" * 301},
        {"jusqu_au": "24/11/2026 12:00"},
        {"importance": ""},
    ],
)
def test_a_banner_that_cannot_be_is_refused_at_its_field(administrator, changes):
    page = administrator.post(BANNER, {**SAID, **changes})

    assert page.status_code == 422
    assert not Banner.objects.exists()


def test_stopping_all_writing_asks_for_the_second_factor_again_and_a_sentence_does_not(
    administrator,
):
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        asked = administrator.post(BANNER, {**SAID, "lecture_seule": "on"})
        assert not Banner.objects.exists()
        administrator.post(BANNER, SAID)

    assert asked.url == f"{reverse('mfa_reauthenticate')}?next={quote(BANNER, '')}"
    assert not Banner.objects.get().stops_writing


def closing_at(instant):
    """Let the service of Lille close at an instant, the others much later; return it."""
    service = RegistrationService.objects.get(academy="A09")
    service.closes_at = instant
    service.save()
    return service


def named(page):
    """Return the services that a page of the banner names."""
    return [words(one) for one in seen(page).cssselect("main .s-card li a")]


@pytest.mark.parametrize(
    ("closes_in", "until", "is_named"),
    [
        (timedelta(hours=2), "", True),
        (timedelta(hours=2), "25/11/2026 13:00", True),
        (timedelta(hours=2), "25/11/2026 12:31", True),
        (timedelta(hours=2), "25/11/2026 12:30", False),
        (timedelta(hours=2), "25/11/2026 11:00", False),
        (timedelta(hours=25), "", False),
        (timedelta(hours=25), "29/11/2026 12:00", True),
        (timedelta(hours=-1), "", False),
    ],
)
def test_what_closes_while_nothing_is_written_is_read_before(
    administrator, closes_in, until, is_named
):
    service = closing_at(NOW + closes_in)

    sent = {**SAID, "lecture_seule": "on", "jusqu_au": until}
    page = administrator.post(BANNER, sent, follow=True)

    assert named(page) == ([str(service)] if is_named else [])
    assert Banner.objects.exists() != is_named


def test_once_it_is_read_the_banner_is_shown_and_goes_on_naming_it(administrator):
    service = closing_at(NOW + timedelta(hours=2))
    asked = administrator.post(BANNER, {**SAID, "lecture_seule": "on"})
    sent = dict(seen(asked).cssselect("main form")[-1].form_values())

    administrator.post(BANNER, sent)

    assert Banner.objects.get().stops_writing
    assert named(administrator.get(BANNER)) == [str(service)]


def test_a_closing_moved_since_it_was_read_is_read_again(administrator):
    service = closing_at(NOW + timedelta(hours=2))
    asked = administrator.post(BANNER, {**SAID, "lecture_seule": "on"})
    sent = dict(seen(asked).cssselect("main form")[-1].form_values())
    closing_at(NOW + timedelta(hours=1))

    page = administrator.post(BANNER, sent)

    assert named(page) == [str(service)]
    assert not Banner.objects.exists()


def test_a_banner_that_lets_people_write_names_no_service(administrator):
    closing_at(NOW + timedelta(hours=2))

    administrator.post(BANNER, SAID)

    assert named(administrator.get(BANNER)) == []


def test_dates_are_changed_and_approved_while_nothing_else_is_written(member, administrator):
    service = closing_at(NOW + timedelta(hours=2))
    show(kind="alert", message="Panne.", at=NOW, stops_writing=True)
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    where = reverse("office:move_service", args=[service.pk])

    def proposed(closing):
        form = dict(seen(head.get(where)).cssselect("main form")[0].form_values())
        head.post(where, {**form, "fermeture": closing, "motif": "Panne"})
        return ServiceChange.objects.proposed().get().pk

    head.post(reverse("office:drop_change", args=[proposed("26/11/2026 12:00")]))
    administrator.post(reverse("office:approve_change", args=[proposed("27/11/2026 12:00")]))

    service.refresh_from_db()
    assert (service.closes_at.day, service.closes_at.hour) == (27, 11)
    assert ServiceChange.objects.filter(state=ChangeState.DROPPED).count() == 1
    assert (
        head.post(reverse("office:contact", args=[service.managing_service_id])).status_code == 503
    )


def test_a_manager_says_nothing_to_everybody(manager):
    assert manager.post(BANNER, SAID).status_code == 404
    assert "Bandeau" not in manager.get(reverse("office:home")).text


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("", "Jusqu'à ce que vous le retiriez."),
        (
            "25/11/2026 12:00",
            "Jusqu'au mercredi 25 novembre 2026 à 12 h 00 (heure de Paris).",
        ),
    ],
)
def test_the_banner_that_stands_says_until_when(administrator, until, said):
    administrator.post(BANNER, {**SAID, "jusqu_au": until})

    lines = seen(administrator.get(BANNER)).cssselect("main .s-card__line")

    assert words(lines[-1]) == said


def test_an_administrator_stops_all_writing_and_lets_it_begin_again(administrator, client):
    administrator.post(BANNER, {**SAID, "lecture_seule": "on"})

    assert "Le service est en lecture seule" in client.get("/connexion").text
    assert administrator.get("/gestion/inscriptions").status_code == 200
    assert client.post("/creer-mon-compte", {}).status_code == 503
    assert "lecture seule aussi longtemps que ce bandeau est affiché" in main(
        administrator.get(BANNER)
    )

    take_down(administrator)
    assert client.post("/creer-mon-compte", {}).status_code != 503


MAINTENANCE = {
    **SAID,
    "message": "Maintenance en cours.",
    "a_partir_du": "26/11/2026 06:00",
    "jusqu_au": "26/11/2026 07:00",
}
SIX, SEVEN = NOW.replace(day=26, hour=5, minute=0), NOW.replace(day=26, hour=6, minute=0)
"""By the clock of the machines: it is an hour more in Paris."""


def planned_on(client):
    """Return the title and the lines of each banner that the page says is planned."""
    cards = seen(client.get(BANNER)).xpath("//main//h2[.='Prévus']/following-sibling::div")
    return [[words(one) for one in card.cssselect("h3, p.s-card__line")] for card in cards]


def cancel(client, figures="0123456789"):
    """Press « Annuler ce bandeau » of the first that is planned, its key in these figures."""
    form = seen(client.get(BANNER)).xpath("//main//h2[.='Prévus']/following-sibling::div//form")[0]
    said = dict(form.form_values())
    said["bandeau"] = said["bandeau"].translate(str.maketrans("0123456789", figures))
    return client.post(form.get("action"), said, follow=True)


def test_a_planned_banner_begins_and_ends_by_itself(administrator, client):
    page = show_over(administrator, **MAINTENANCE, lecture_seule="on")

    said = "jeudi 26 novembre 2026 à 6 h 00 (heure de Paris)"
    assert f"Le bandeau est prévu : il s'affichera le {said}." in main(page)
    assert planned_on(administrator) == [
        [
            f"À partir du {said}",
            "À savoir : Maintenance en cours.",
            "Le service sera en lecture seule aussi longtemps que ce bandeau sera affiché.",
            "Jusqu'au jeudi 26 novembre 2026 à 7 h 00 (heure de Paris).",
        ]
    ]
    for at, stands in (
        (NOW, False),
        (SIX - timedelta(seconds=1), False),
        (SIX, True),
        (SEVEN - timedelta(seconds=1), True),
        (SEVEN, False),
    ):
        notices.forget()
        with time_machine.travel(at, tick=False):
            assert ("Maintenance en cours." in client.get("/connexion").text) == stands
            assert (client.post("/creer-mon-compte", {}).status_code == 503) == stands
    assert acts() == ["writing to be stopped"]


def test_what_is_shown_gives_way_to_what_is_planned_whichever_was_asked_for_first(administrator):
    show_over(administrator)
    show_over(administrator, **MAINTENANCE)
    first = Banner.objects.shown_at(NOW).get()
    page = show_over(administrator, message="Autre chose.")

    assert first.ends_at == SIX
    assert (
        "Il laissera la place au bandeau prévu le jeudi 26 novembre 2026 à 6 h 00 (heure de Paris)."
    ) in main(page)
    assert Banner.objects.shown_at(NOW).get().ends_at == SIX
    assert Banner.objects.shown_at(SIX).get().message == "Maintenance en cours."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"jusqu_au": ""}, "le reste jusqu'à ce que vous le retiriez."),
        (
            {"jusqu_au": "27/11/2026 06:00", "lecture_seule": "on"},
            "le reste jusqu'au vendredi 27 novembre 2026 à 6 h 00 (heure de Paris). Le service est en lecture seule",
        ),
        (
            {"jusqu_au": "25/11/2026 23:00"},
            "le reste jusqu'au mercredi 25 novembre 2026 à 23 h 00 (heure de Paris).",
        ),
    ],
)
def test_a_planned_banner_is_cancelled_and_what_is_shown_has_its_own_end(
    administrator, client, typed, said
):
    show_over(administrator, **typed)
    show_over(administrator, **MAINTENANCE)

    page = main(cancel(administrator))

    assert f"Le bandeau prévu est annulé. Celui qui est affiché {said}" in page
    assert planned_on(administrator) == []
    with time_machine.travel(SIX, tick=False):
        notices.forget()
        assert "Maintenance en cours." not in client.get("/connexion").text
    resumed = ["writing to be resumed"] if "lecture_seule" in typed else []
    assert acts()[1:] == ["banner planned", *resumed, "banner cancelled"]


def test_a_key_in_other_figures_cancels_no_banner(administrator):
    show_over(administrator, **MAINTENANCE)

    cancel(administrator, figures="٠١٢٣٤٥٦٧٨٩")

    assert len(planned_on(administrator)) == 1


def test_its_time_is_free_again_once_it_is_cancelled(administrator):
    show_over(administrator, **MAINTENANCE)
    cancel(administrator)

    show_over(administrator, **MAINTENANCE | {"message": "Un autre."})

    assert [title for title, *_ in planned_on(administrator)] == [
        "À partir du jeudi 26 novembre 2026 à 6 h 00 (heure de Paris)"
    ]
    assert Banner.objects.shown_at(SIX).get().message == "Un autre."


def test_a_banner_is_planned_once_by_two_presses(administrator):
    for _ in range(2):
        show_over(administrator, **MAINTENANCE)

    assert Banner.objects.count() == 1
    assert acts() == ["banner planned"]


def test_one_cancelled_twice_takes_down_nothing(administrator):
    show_over(administrator)
    show_over(administrator, **MAINTENANCE)
    form = seen(administrator.get(BANNER)).xpath("//main//h2[.='Prévus']/..//form")[0]
    end, said = reverse("office:end_banner"), dict(form.form_values())

    pages = [main(administrator.post(end, said, follow=True)) for _ in range(2)]

    assert "est annulé" in pages[0]
    assert "Ce n'est plus ce bandeau qui est affiché" in pages[1]
    assert Banner.objects.shown_at(NOW).exists()


def test_one_that_has_begun_is_taken_down_with_the_second_factor_and_not_cancelled(administrator):
    soon = {"a_partir_du": "25/11/2026 10:50", "jusqu_au": "25/11/2026 12:00"}
    show_over(administrator, **MAINTENANCE | soon, lecture_seule="on")
    form = seen(administrator.get(BANNER)).xpath("//main//h2[.='Prévus']/..//form")[0]
    begun = NOW + timedelta(minutes=20)

    with time_machine.travel(begun, tick=False):
        asked = administrator.post(reverse("office:end_banner"), dict(form.form_values()))

    assert asked.url.startswith(reverse("mfa_reauthenticate"))
    assert Banner.objects.shown_at(begun).exists()


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"a_partir_du": "25/11/2026 10:30"}, "a_partir_du", "Cette date est passée"),
        ({"a_partir_du": "26/11/2026 07:00"}, "jusqu_au", "Le bandeau finit après avoir commencé"),
        ({"jusqu_au": "", "lecture_seule": "on"}, "jusqu_au", "Dites jusqu'à quand"),
        ({"a_partir_du": "demain"}, "a_partir_du", "Indiquez le jour et l'heure"),
    ],
)
def test_what_cannot_be_planned_is_refused_at_its_field(administrator, changes, field, said):
    page = administrator.post(BANNER, {**MAINTENANCE, **changes})

    assert page.status_code == 422
    assert page.context["form"].errors[field][0].startswith(said)
    assert not Banner.objects.exists()


@pytest.mark.parametrize(
    ("start", "end", "is_refused"),
    [
        ("26/11/2026 05:00", "26/11/2026 06:00", False),
        ("26/11/2026 05:00", "26/11/2026 06:01", True),
        ("26/11/2026 06:30", "26/11/2026 06:45", True),
        ("26/11/2026 06:59", "", True),
        ("26/11/2026 05:00", "", True),
        ("26/11/2026 07:00", "", False),
    ],
)
def test_two_are_not_planned_for_the_same_time(administrator, start, end, is_refused):
    show_over(administrator, **MAINTENANCE)

    other = {"message": "Autre.", "a_partir_du": start, "jusqu_au": end}
    page = show_over(administrator, **other)

    assert (page.status_code == 422) == is_refused
    if is_refused:
        [said] = page.context["form"].errors["a_partir_du"]
        assert said.startswith("Un autre bandeau est prévu pour ce temps-là : « Maintenance en c")
        assert ". » Annulez-le d'abord" in said
    assert Banner.objects.count() == (1 if is_refused else 2)


def test_what_closes_during_a_planned_read_only_is_read_before(administrator):
    service = closing_at(SIX + timedelta(minutes=30))

    page = show_over(administrator, **MAINTENANCE, lecture_seule="on")

    assert named(page) == [str(service)]
    assert not Banner.objects.exists()


def test_planning_a_read_only_asks_for_the_second_factor_again(administrator):
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        asked = administrator.post(BANNER, {**MAINTENANCE, "lecture_seule": "on"})

    assert asked.url == f"{reverse('mfa_reauthenticate')}?next={quote(BANNER, '')}"
    assert not Banner.objects.exists()


@pytest.mark.parametrize(
    ("until", "more", "ends"),
    [
        pytest.param("", {}, True, id="until it is taken down"),
        pytest.param("26/11/2026 06:30", {}, True, id="ended sooner"),
        pytest.param("26/11/2026 06:00", {}, False, id="ended before"),
        pytest.param("", {"lecture_seule": "on"}, False, id="by another that stops writing"),
    ],
)
def test_planning_what_ends_a_read_only_that_stands_says_it_and_is_an_act(
    administrator, until, more, ends
):
    administrator.post(BANNER, {**SAID, "lecture_seule": "on", "jusqu_au": until})

    page = show_over(administrator, **MAINTENANCE, **more)

    assert "Le bandeau est prévu" in main(page)
    assert ("La lecture seule finira à cet instant." in main(page)) is ends
    assert ("writing to be resumed" in acts()) is ends
    assert Banner.objects.shown_at(NOW).get().stops_writing


@pytest.mark.parametrize(("until", "is_asked"), [("", True), ("26/11/2026 06:00", False)])
def test_planning_what_ends_a_read_only_asks_for_the_second_factor_again(
    administrator, until, is_asked
):
    administrator.post(BANNER, {**SAID, "lecture_seule": "on", "jusqu_au": until})

    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        asked = administrator.post(BANNER, MAINTENANCE)

    assert asked.url.startswith(reverse("mfa_reauthenticate")) is is_asked
    assert Banner.objects.planned_at(NOW).exists() is not is_asked


def test_what_has_closed_since_read_only_began_is_still_named(administrator):
    """Also where another banner that stops writing has taken the place of the first."""
    administrator.post(BANNER, {**SAID, "lecture_seule": "on"})
    service = closing_at(NOW + timedelta(minutes=10))
    with time_machine.travel(NOW + timedelta(minutes=9), tick=False):
        page = administrator.get(BANNER)
        assert "dans les 24 heures au plus, ferme :" in main(page)
        assert named(page) == [str(service)]
    with time_machine.travel(NOW + timedelta(minutes=12), tick=False):
        page = administrator.get(BANNER)
        assert "Depuis le début, a fermé :" in main(page)
        assert named(page) == [str(service)]
        show_over(administrator, message="Toujours en panne.", lecture_seule="on")

        assert named(administrator.get(BANNER)) == [str(service)]


def test_the_days_of_pieces_and_requests_that_pass_in_read_only_mode_are_named(administrator):
    closing_at(NOW - timedelta(days=15))
    administrator.post(BANNER, {**SAID, "lecture_seule": "on"})

    said = main(administrator.get(BANNER))

    assert "sera pris jusqu'au lendemain soir de la fin de la lecture seule." in said
    assert "« Pièce d'identité »" in said
    assert "écapitulatif signé" not in said
