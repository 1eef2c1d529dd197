"""« Prolonger plusieurs services »: read first, proposed together, decided in one go, told once."""

import html
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.services import announcing, opening
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.operations.openings import NotMoved, OvertakenTogether, marks_of
from sporades.exams.states import ChangeState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, OPERATOR, a_candidate, a_draft, load_invented
from tests.jobs import work
from tests.web.guide import main, seen, words
from tests.web.registry.world import a_member

PAGE = "/gestion/services/prolongation"
WHY = "Panne du 24 novembre au soir"
HEAD, ADMINISTRATOR = Membership.Role.HEAD, Membership.Role.ADMINISTRATOR
PARIS = ZoneInfo("Europe/Paris")
MANAGER = Actor("manager", "Claude Martin", "user:0")

pytestmark = pytest.mark.usefixtures("invented_exam")


@pytest.fixture
def services(invented_exam):
    """Return the services of Lille and of Versailles, which are open and close together."""
    RegistrationService.objects.filter(academy="A25").update(
        closes_at=RegistrationService.objects.get(academy="A09").closes_at
    )
    return {
        one.academy_id: one for one in RegistrationService.objects.for_list().order_by("academy")
    }


@pytest.fixture
def administrator(member):
    """Return the browser of whoever proposes for every academy."""
    return member(role=ADMINISTRATOR, email="nationale@exemple.test")


def whole(services):
    """Return the name of all the services of a domain and a session."""
    one = services["A09"]
    return f"{one.domain_id}-{one.session_id}"


def asked(found, *, days=2, **changes):
    """Return what the page sends: every service, two days later."""
    until = found["A09"].closes_at.astimezone(PARIS) + timedelta(days=days)
    return {
        "ensembles": [whole(found)],
        "fermeture": f"{until:%d/%m/%Y %H:%M}",
        "motif": WHY,
        **changes,
    }


def pressed(read, step):
    """Return what a button of the page that is read over sends."""
    [form] = seen(read).cssselect("main form")
    sent = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return {**sent, "etape": step}


def propose(client, found, **changes):
    """Choose, read over, propose; return the page that it leads to."""
    read = client.post(PAGE, asked(found, **changes))
    assert read.status_code == 200
    return client.post(PAGE, pressed(read, "proposer"), follow=True)


def waiting():
    return ServiceChange.objects.filter(state=ChangeState.PROPOSED).order_by("service__academy")


def test_what_would_be_is_read_before_anything_is_proposed(administrator, services):
    page = administrator.post(PAGE, asked(services))

    assert "Relire les prolongations" in main(page)
    assert "2 services à prolonger" in main(page)
    rows = [words(one) for one in seen(page).cssselect("main tbody tr")]
    assert [one.count("jeudi 17 décembre 2026 à 23 h 59 (heure de Paris)") for one in rows] == [
        1,
        1,
    ]
    assert f"Motif : {WHY}" in main(page)
    assert not ServiceChange.objects.exists()


def test_the_deadlines_that_follow_are_read_before_and_by_whoever_approves(
    administrator, member, services
):
    load_invented(
        (
            "libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}",
            "libelle: Pièce d'identité, echeance: {le: 2026-12-16}",
        )
    )
    follows = (
        "Pièce « Pièce d'identité » : jusqu'au jeudi 17 décembre 2026 à 23 h 59 (heure de Paris), "
        "au lieu du mercredi 16 décembre 2026 à 23 h 59 (heure de Paris)."
    )
    both = " ; ".join(map(str, services.values()))

    read = administrator.post(PAGE, asked(services))
    propose(administrator, services)

    assert f"{follows} {both}." in words(seen(read))
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    page = head.get(reverse("office:service", args=[services["A09"].pk]))
    assert follows in words(seen(page))


def test_who_may_approve_is_read_before_anything_is_proposed(administrator, member, services):
    for name in ("cheffe", "second", "troisieme", "quatrieme"):
        head = member("A25", role=HEAD, email=f"{name}@exemple.test")
        Membership.objects.filter(user=head.user).update(full_name=f"Agent {name}")

    page = administrator.post(PAGE, asked(services))

    lille, versailles = (words(row) for row in seen(page).cssselect("main tbody tr"))
    assert lille.endswith("Personne d'autre")
    assert versailles.endswith("Agent cheffe, Agent quatrieme, Agent second, et d'autres")
    assert "Personne d'autre que vous ne peut approuver" in main(page)
    assert f"({services['A09']})" in main(page)
    assert "Claude" not in lille


def test_who_proposes_does_not_approve(administrator, services):
    page = administrator.post(PAGE, asked(services))

    assert "Personne d'autre que vous ne peut approuver : demandez" in main(page)


def test_reading_who_may_approve_costs_no_more_for_many(
    administrator, member, services, django_assert_max_num_queries
):
    one = {"ensembles": [], "services": [services["A09"].pk]}
    with CaptureQueriesContext(connection) as few:
        administrator.post(PAGE, asked(services, **one))
    for name in ("cheffe", "second", "troisieme"):
        member("A09", "A25", role=HEAD, email=f"{name}@exemple.test")

    with django_assert_max_num_queries(len(few)):
        administrator.post(PAGE, asked(services))


def test_several_are_proposed_together_and_approved_in_one_go(administrator, member, services):
    head = member("A09", "A25", role=HEAD, email="cheffe@exemple.test")

    page = propose(administrator, services)

    assert "2 prolongations sont proposées. Un mail prévient qui peut approuver." in html.unescape(
        page.text
    )
    first, second = waiting()
    assert first.together == second.together is not None
    [told] = Message.objects.filter(kind="extension_to_approve", recipient=head.user.email)
    assert told.subject == "2 prolongations à approuver"
    home = seen(head.get("/gestion/services"))
    [link] = [one for one in home.cssselect("main li a") if "et 1 autre service" in words(one)]

    page = head.get(link.get("href"))
    assert "Approuver les 2 prolongations" in main(page)
    assert "Refuser les 2 prolongations" in main(page)
    assert "Retirer" not in main(page)
    answer = head.post(reverse("office:approve_change", args=[first.pk]), follow=True)

    assert "2 prolongations sont en vigueur." in html.unescape(answer.text)
    for one in services.values():
        before = one.closes_at
        one.refresh_from_db()
        assert one.closes_at == before + timedelta(days=2)
    [decided] = Message.objects.filter(kind="extension_decided")
    assert decided.subject == "2 prolongations approuvées"
    assert Entry.objects.filter(verb="registration service changed").count() == 2


def test_who_may_approve_in_two_roles_reads_of_each_once(administrator, member, services):
    head = member("A09", "A25", role=HEAD, email="cheffe@exemple.test")
    Membership.objects.create(user=head.user, role=ADMINISTRATOR, full_name="Claude Martin")

    propose(administrator, services)

    [told] = Message.objects.filter(kind="extension_to_approve")
    assert told.subject == "2 prolongations à approuver"
    assert [told.body.count(one.academy.name) for one in services.values()] == [1, 1]


def test_the_row_of_a_service_says_what_is_proposed_of_it(administrator, services):
    propose(administrator, services, ensembles=[], services=[services["A09"].pk])

    rows = [words(row) for row in seen(administrator.get("/gestion/services")).cssselect("tr")]

    [lille] = [one for one in rows if "Lille" in one]
    [versailles] = [one for one in rows if "Versailles" in one]
    assert "Prolongation proposée : jeudi 17 décembre 2026 à 23 h 59" in lille
    assert "Prolongation proposée" not in versailles


def test_who_had_begun_anywhere_is_told_once_it_is_in_force(administrator, member, services):
    head = member("A09", "A25", role=HEAD, email="cheffe@exemple.test")
    a_draft(a_candidate(email="zoe@exemple.test"))
    propose(administrator, services)
    work()
    assert not Message.objects.filter(kind="service_moved").exists()

    head.post(reverse("office:approve_change", args=[waiting()[0].pk]))
    work()

    assert Message.objects.get(kind="service_moved").recipient == "zoe@exemple.test"


def test_who_reaches_one_academy_decides_of_it_alone(administrator, member, services):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    propose(administrator, services)
    lille, versailles = waiting()
    page = head.get(reverse("office:service", args=[lille.service_id]))
    assert "Approuver la prolongation" in main(page)
    assert "Versailles" not in main(page)

    head.post(reverse("office:approve_change", args=[lille.pk]))

    assert list(waiting()) == [versailles]
    [told] = Message.objects.filter(recipient="cheffe@exemple.test", kind="extension_to_approve")
    assert "Versailles" not in told.body
    assert told.subject == "Prolongation à approuver : Lille, Brevet d'essai, session…"


def test_they_are_refused_in_one_go_and_who_proposed_reads_why_once(
    administrator, member, services
):
    head = member("A09", "A25", role=HEAD, email="cheffe@exemple.test")
    propose(administrator, services)
    where = reverse("office:refuse_change", args=[waiting()[0].pk])
    page = head.get(where)
    assert "Avec 1 autre service, refusé aussi" in main(page)

    answer = head.post(where, {"motif": "La panne n'a duré qu'une heure."}, follow=True)
    again = head.post(where, {"motif": "La panne n'a duré qu'une heure."}, follow=True)

    assert "2 prolongations sont refusées." in html.unescape(answer.text)
    assert again.status_code == 200
    assert not waiting()
    [told] = Message.objects.filter(kind="extension_decided")
    assert told.subject == "2 prolongations refusées"
    assert told.body.count("La panne n'a duré qu'une heure.") == 1


def test_whoever_proposed_approves_none_and_takes_all_back(administrator, services):
    propose(administrator, services)
    change = waiting()[0]
    page = administrator.get(reverse("office:service", args=[change.service_id]))
    assert "Approuver" not in main(page)
    assert "Retirer les 2 propositions" in main(page)

    refused = administrator.post(reverse("office:approve_change", args=[change.pk]), follow=True)
    assert "par une autre personne" in html.unescape(refused.text)
    assert waiting().count() == 2
    administrator.post(reverse("office:drop_change", args=[change.pk]))

    assert not waiting()
    assert not Message.objects.filter(kind="extension_decided").exists()


def test_one_that_cannot_be_put_in_force_any_more_is_said_and_the_others_are(
    administrator, member, services
):
    head = member("A09", "A25", role=HEAD, email="cheffe@exemple.test")
    propose(administrator, services)
    lille, versailles = waiting()
    moved = services["A25"].closes_at + timedelta(hours=1)
    RegistrationService.objects.filter(academy="A25").update(closes_at=moved)

    page = head.post(reverse("office:approve_change", args=[lille.pk]), follow=True)

    said = html.unescape(page.text)
    assert "La prolongation est en vigueur." in said
    assert "Versailles" in said
    assert "ont changé depuis cette proposition" in said
    lille.refresh_from_db()
    versailles.refresh_from_db()
    assert (lille.state, versailles.state) == (ChangeState.APPLIED, ChangeState.PROPOSED)


def test_what_cannot_be_extended_so_is_said_and_left(administrator, member, services):
    opening.change(
        service=services["A25"],
        opens_at=services["A25"].opens_at,
        closes_at=services["A25"].closes_at + timedelta(days=1),
        reason="Grève",
        by=MANAGER,
        at=NOW,
    )

    read = administrator.post(PAGE, asked(services))
    assert "1 service à prolonger" in main(read)
    assert "Ne seront pas prolongés" in main(read)
    assert "attend déjà une décision" in main(read)
    administrator.post(PAGE, pressed(read, "proposer"))

    assert [one.reason for one in waiting()] == [WHY, "Grève"]


@pytest.mark.parametrize(
    ("days", "said"), [(0, "C'est déjà sa fermeture"), (-1, "Il ferme déjà plus tard")]
)
def test_a_closing_that_extends_nothing_is_no_extension(administrator, services, days, said):
    page = administrator.post(PAGE, asked(services, days=days))

    assert "Aucun des services choisis ne peut être prolongé ainsi." in main(page)
    assert main(page).count(said) == 2
    assert "Proposer" not in main(page)


def test_each_closes_at_its_own_hour(with_reunion, administrator):
    found = {one.academy_id: one for one in RegistrationService.objects.for_list()}

    propose(administrator, found)

    closings = {
        one.service.academy_id: one.closes_at.astimezone(ZoneInfo(one.service.zone)).hour
        for one in waiting().select_related("service")
    }
    assert closings.keys() >= {"A09", "A28"}
    assert set(closings.values()) == {23}


def test_each_closes_as_many_days_later_at_the_hour_of_its_own_clock(with_reunion, administrator):
    local = {one.pk: one.closes_at.astimezone(ZoneInfo(one.zone)) for one in with_closings_apart()}

    propose(administrator, services_by_academy(), fermeture="", jours="7")

    closings = {
        one.service_id: one.closes_at.astimezone(ZoneInfo(one.service.zone)).replace(tzinfo=None)
        for one in waiting().select_related("service")
    }
    assert len(set(closings.values())) > 1
    assert closings == {
        pk: one.replace(tzinfo=None) + timedelta(days=7) for pk, one in local.items()
    }


def with_closings_apart():
    """Give each service another closing; the first one's last days have the change to summer time."""
    march = datetime(2027, 3, 22, 23, 59, tzinfo=PARIS)
    for days, one in enumerate(RegistrationService.objects.order_by("academy")):
        RegistrationService.objects.filter(pk=one.pk).update(closes_at=march + timedelta(days=days))
    return list(RegistrationService.objects.for_list())


def services_by_academy():
    return {one.academy_id: one for one in RegistrationService.objects.for_list()}


def test_more_days_are_kept_when_the_choice_is_gone_over(administrator, services):
    read = administrator.post(PAGE, asked(services, fermeture="", jours="7"))

    back = administrator.post(PAGE, pressed(read, "relire"))

    [days] = seen(back).cssselect("[name=jours]")
    assert days.get("value") == "7"
    assert not seen(back).cssselect("[name=fermeture]")[0].get("value")


def test_a_closing_and_more_days_are_not_both_asked(administrator, services):
    both = administrator.post(PAGE, asked(services, jours="7"))
    none = administrator.post(PAGE, asked(services, fermeture=""))

    assert "pas les deux" in main(both)
    assert "Indiquez une fermeture, ou des jours de plus" in main(none)
    assert not waiting()


def test_some_are_chosen_one_by_one_and_the_choice_is_kept(administrator, services):
    chosen = {"ensembles": [], "services": [str(services["A25"].pk)]}
    read = administrator.post(PAGE, asked(services, **chosen))
    assert "1 service à prolonger" in main(read)
    assert "Lille" not in main(read)

    back = administrator.post(PAGE, pressed(read, "relire"))
    assert back.status_code == 200
    assert not back.context["form"].errors or "[data-error-summary]" not in back.text
    [ticked] = seen(back).cssselect("[name=services][checked]")
    assert ticked.get("value") == str(services["A25"].pk)
    administrator.post(PAGE, pressed(read, "proposer"))

    assert [one.service for one in waiting()] == [services["A25"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ensembles": []}, "ensembles"),
        ({"ensembles": ["9-9"]}, "ensembles"),
        ({"services": ["999"]}, "services"),
        ({"fermeture": ""}, "fermeture"),
        ({"fermeture": "demain"}, "fermeture"),
        ({"fermeture": "28/03/2027 02:30"}, "fermeture"),
        ({"fermeture": "", "jours": "0"}, "jours"),
        ({"fermeture": "", "jours": "91"}, "jours"),
        ({"fermeture": "", "jours": "7_0"}, "jours"),
        ({"fermeture": "", "jours": "٣"}, "jours"),
        ({"fermeture": "", "jours": "une semaine"}, "jours"),
        ({"motif": " "}, "motif"),
        ({"motif": "x" * 301}, "motif"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_the_rest_stays(
    administrator, services, changes, field
):
    page = administrator.post(PAGE, asked(services, **changes))

    assert page.status_code == 422
    assert field in page.context["form"].errors
    if field != "motif":
        assert WHY in page.text


def test_services_of_another_perimeter_cannot_be_chosen(manager, services):
    page = manager.get(PAGE)
    assert "Versailles" not in main(page)

    refused = manager.post(PAGE, asked(services, ensembles=[], services=[str(services["A25"].pk)]))
    propose(manager, services)

    assert "services" in refused.context["form"].errors
    assert [one.service for one in waiting()] == [services["A09"]]


def test_those_that_closed_long_ago_or_have_not_opened_are_not_offered(administrator, services):
    lille, versailles = services["A09"], services["A25"]
    RegistrationService.objects.filter(pk=lille.pk).update(closes_at=NOW - timedelta(days=6))
    RegistrationService.objects.filter(pk=versailles.pk).update(closes_at=NOW - timedelta(days=8))
    page = administrator.get(PAGE)
    assert "Lille, a fermé le" in main(page)
    assert "Versailles" not in main(page)

    RegistrationService.objects.update(
        opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=9)
    )
    assert "Aucun service de votre périmètre n'est ouvert" in main(administrator.get(PAGE))


def test_pressed_twice_it_is_proposed_once(administrator, services):
    sent = pressed(administrator.post(PAGE, asked(services)), "proposer")

    pages = [administrator.post(PAGE, sent, follow=True) for _ in range(2)]

    assert waiting().count() == 2
    for page in pages:
        assert "2 prolongations sont proposées" in html.unescape(page.text)


def test_dates_that_changed_since_they_were_read_are_read_again(administrator, services):
    read = administrator.post(PAGE, asked(services))
    moved = services["A25"].closes_at + timedelta(hours=1)
    RegistrationService.objects.filter(academy="A25").update(closes_at=moved)

    page = administrator.post(PAGE, pressed(read, "proposer"))

    assert page.status_code == 409
    assert "viennent de changer : rien n'est proposé" in main(page)
    assert "mercredi 16 décembre 2026 à 0 h 59" in words(seen(page))
    assert not waiting()
    administrator.post(PAGE, pressed(page, "proposer"))
    assert waiting().count() == 2


def test_an_auditor_extends_nothing_and_is_led_to_no_such_page(member, administrator, services):
    auditor = member("A09", "A25", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    assert auditor.get(PAGE).status_code == 404
    assert "Prolonger plusieurs services" not in main(auditor.get("/gestion/services"))
    assert "Prolonger plusieurs services" in main(administrator.get("/gestion/services"))


def test_nobody_else_who_can_approve_is_said(administrator, services):
    page = propose(administrator, services)

    said = html.unescape(page.text)
    assert "Personne d'autre que vous ne peut approuver" in said
    assert "Un mail prévient" not in said


def later(services, **by):
    return [
        opening.Later(one, one.closes_at + timedelta(**by), MANAGER) for one in services.values()
    ]


def test_the_act_refuses_all_where_one_cannot(services):
    wanted = later(services, days=2)
    wanted[1] = opening.Later(wanted[1].service, wanted[1].service.closes_at, MANAGER)

    with pytest.raises(NotMoved, match="Versailles"):
        opening.extend(wanted=wanted, reason=WHY, seen="", together=uuid4(), at=NOW)
    with pytest.raises(OvertakenTogether):
        opening.extend(wanted=wanted, reason=WHY, seen="0", together=uuid4(), at=NOW)

    assert not ServiceChange.objects.exists()


def test_a_failure_waits_for_nobody_and_takes_the_place_of_what_waits(services):
    proposer = a_member("claude@exemple.test", ADMINISTRATOR, [])
    by = Actor("administrator", "Claude Martin", f"user:{proposer.pk}")
    wanted = [replace(one, by=by) for one in later(services, days=1)]
    opening.extend(wanted=wanted, reason="Grève", seen="", together=uuid4(), at=NOW)

    made = opening.extend(
        wanted=later(services, days=2),
        reason=WHY,
        seen="",
        together=uuid4(),
        at=NOW,
        is_urgent=True,
    )

    assert {one.state for one in made} == {ChangeState.APPLIED}
    [told] = Message.objects.filter(kind="extension_decided")
    assert (told.recipient, told.subject) == (proposer.email, "2 prolongations refusées")
    refused = ServiceChange.objects.filter(reason="Grève")
    assert {(one.state, one.answer) for one in refused} == {
        (ChangeState.REFUSED, f"Remplacée par : {WHY}")
    }


@pytest.mark.parametrize("is_own", [True, False], ids=["one's own", "a colleague's"])
def test_a_failure_of_one_service_tells_who_had_proposed_unless_it_is_who_extends(services, is_own):
    proposer = a_member("claude@exemple.test", ADMINISTRATOR, [])
    own = Actor("administrator", "Claude Martin", f"user:{proposer.pk}")
    service = services["A09"]
    said = {"service": service, "opens_at": service.opens_at}
    opening.change(
        **said, closes_at=service.closes_at + timedelta(days=1), reason="Grève", by=own, at=NOW
    )

    made = opening.change(
        **said,
        closes_at=service.closes_at + timedelta(days=2),
        reason=WHY,
        by=own if is_own else OPERATOR,
        at=NOW,
        is_urgent=True,
    )

    assert made.state == ChangeState.APPLIED
    assert ServiceChange.objects.get(reason="Grève").state == ChangeState.REFUSED
    told = Message.objects.filter(kind="extension_decided").values_list("recipient", flat=True)
    assert list(told) == ([] if is_own else [proposer.email])


def test_lines_of_many_ask_the_database_no_more_than_lines_of_one(
    administrator, services, django_assert_max_num_queries
):
    administrator.post(PAGE, asked(services))  # what is kept in the process
    with django_assert_max_num_queries(12):
        administrator.post(PAGE, asked(services))


@pytest.mark.django_db(transaction=True)
def test_two_who_extend_the_same_services_at_once_make_one_proposal(territory):
    load_invented()
    services = {one.academy_id: one for one in RegistrationService.objects.for_list()}
    seen_then, ready, said = marks_of(services.values()), threading.Barrier(2), []

    def extend(order):
        ready.wait()
        try:
            opening.extend(
                wanted=later(services, days=2)[::order],
                reason=WHY,
                seen=seen_then,
                together=uuid4(),
                at=NOW,
            )
        except Refused as refusal:
            said.append(refusal)
        finally:
            connection.close()

    hands = [threading.Thread(target=extend, args=[order]) for order in (1, -1)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()

    assert [type(one) for one in said] == [OvertakenTogether]
    assert waiting().count() == 2
    assert len({one.together for one in waiting()}) == 1


def test_a_closing_that_falls_in_read_only_mode_is_said_before_and_to_whoever_approves(
    administrator, member, services
):
    until = services["A09"].closes_at + timedelta(days=2)
    announcing.show_banner(
        kind="warning",
        message="Maintenance",
        starts_at=until - timedelta(hours=3),
        until=until + timedelta(hours=3),
        stops_writing=True,
        by=OPERATOR,
        at=NOW,
    )
    reads = "Lecture seule du jeudi 17 décembre 2026 à 20 h 59 (heure de Paris)"

    read = administrator.post(PAGE, asked(services))
    propose(administrator, services)

    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    page = head.get(reverse("office:service", args=[services["A09"].pk]))
    for shown in (main(read), main(page)):
        assert reads in shown
        assert "personne ne pourra s'inscrire dans les dernières heures" in shown
