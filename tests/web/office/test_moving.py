"""« Changer d'académie », through its page."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import deciding
from sporades.exams.models import RegistrationService, Regulation
from sporades.journal.operations import forget
from sporades.journal.queries import entries_about
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG, VALIDATE
from tests.factories import NOW, OPERATOR, a_record, a_registration, load_invented
from tests.spaces import plain
from tests.web.guide import main, signed_in
from tests.web.registry.world import a_change_request


def where(registration):
    return reverse("office:move_registration", args=[registration.number])


def test_a_manager_gives_a_registration_away_and_sees_it_no_more(manager, in_lille):
    assert (
        where(in_lille) in manager.get(reverse("office:registration", args=[in_lille.number])).text
    )

    said = {"academie": "A25", "motif": "Il a déménagé"}
    page = manager.post(where(in_lille), said, follow=True)

    said = plain(html.unescape(page.text))
    assert "est donnée à l'académie de Versailles : un mail part au candidat." in said
    keeper = Registration.objects.get().service.managing_service.name_and_phone
    assert f"Seul le service qui la reçoit peut la rendre : {keeper}." in said
    assert page.redirect_chain[-1][0] == reverse("office:search")
    left = manager.get(reverse("office:registration", args=[in_lille.number]))
    assert left.status_code == 404
    since = "Elle a été donnée à une autre académie le mercredi 25 novembre 2026 à 10 h 30"
    assert since in main(left)
    assert "Versailles" not in main(left)


@pytest.mark.parametrize(
    "route",
    [
        "registration",
        "history",
        "decide",
        "receive_summary",
        "withdraw_as_asked",
        "amend",
        "change_speciality",
        "correct_identity",
        "move_registration",
        "pieces",
        "thread",
    ],
)
def test_who_had_it_reads_on_each_of_its_pages_that_it_was_given_away(manager, in_lille, route):
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})

    page = manager.get(reverse(f"office:{route}", args=[in_lille.number]))

    assert page.status_code == 404
    assert "Cette inscription n'est plus chez vous" in main(page)
    assert "Rien de ce que vous venez d'envoyer" not in main(page)


def test_what_they_wrote_meanwhile_is_not_done_and_may_be_copied(manager, in_lille):
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})
    mark = f"registered {NOW.isoformat()}"

    said = {"texte": "Bonjour,\nvotre photo est <floue>.", "vu": "34", "decidee": mark}
    page = manager.post(reverse("office:answer_message", args=[in_lille.number]), said)

    assert page.status_code == 404
    assert "Rien de ce que vous venez d'envoyer n'est enregistré" in main(page)
    assert "votre photo est &lt;floue&gt;." in page.text
    assert mark not in page.text
    assert not in_lille.thread.exists()


def test_a_request_that_went_with_it_says_so_too(manager, in_lille):
    found = a_change_request(in_lille)
    request = reverse("office:change_request", args=[found.pk])
    assert manager.get(request).status_code == 200
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})

    page = manager.get(request)

    assert page.status_code == 404
    assert "Elle a été donnée à une autre académie" in main(page)


def test_whoever_never_had_it_reads_what_they_would_of_a_number_that_is_nobodys(
    manager, member, in_lille
):
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})
    elsewhere = member("A13", email="caen@exemple.test")

    file = reverse("office:registration", args=[in_lille.number])
    of_nobody = elsewhere.get(file.replace(in_lille.number, "ZZZZZZZZ"))

    for route in ("registration", "decide"):
        page = elsewhere.get(reverse(f"office:{route}", args=[in_lille.number]))
        assert page.status_code == 404
        assert main(page) == main(of_nobody)


def test_who_has_it_still_is_not_told_that_it_was_given_away_by_another_of_theirs(member, in_lille):
    both = member("A09", "A25")
    both.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})
    Registration.objects.filter(pk=in_lille.pk).update(state="withdrawn", withdrawn_at=NOW)

    page = both.get(reverse("office:amend", args=[in_lille.number]))

    assert page.status_code == 404
    assert "donnée à une autre académie" not in main(page)


def test_who_receives_it_reads_from_where_it_came_and_that_its_zone_is_to_be_chosen(
    manager, member, in_lille
):
    file = reverse("office:registration", args=[in_lille.number])
    assert "Reçue d'une autre académie" not in main(manager.get(file))
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})
    there = member("A25", email="versailles@exemple.test")

    page = main(there.get(file))

    assert "Reçue d'une autre académie (académie de Lille) le mercredi 25 novembre 2026" in page
    assert "donnée par Claude Martin, gestionnaire. Motif : Il a déménagé" in page
    zone = "La zone souhaitée, « Lille et sa métropole », n'est pas proposée dans cette académie"
    assert zone in page
    Registration.objects.filter(pk=in_lille.pk).update(zone="")
    page = main(there.get(file))
    assert "Reçue d'une autre académie" in page
    assert "zone souhaitée, «" not in page


def test_whoever_gives_it_reads_before_and_after_what_an_academy_asks_that_it_does_not_say(manager):
    there = "{code: bateau, type: texte, libelle: Nom du bateau, longueur_maximale: 20, si: {academie: [A25]}}"
    permit = '{code: permis, type: oui_non, libelle: "Avez-vous le permis bateau ?"}'
    load_invented((permit, f"{permit}\n      - {there}"))
    registration = a_registration()

    before = main(manager.get(where(registration)))
    after = manager.post(
        where(registration), {"academie": "A25", "motif": "Il a déménagé"}, follow=True
    )

    assert "Ces académies demandent ce que l'inscription ne dit pas" in before
    asked = (
        "Versailles « Informations supplémentaires », « Nom du bateau » : Écrivez votre réponse."
    )
    assert asked in before
    assert "le candidat et le service qui la reçoit le lisent" in html.unescape(after.text)


def test_whoever_gives_it_reads_nothing_where_each_academy_asks_the_same(manager, in_lille):
    assert "ne dit pas" not in main(manager.get(where(in_lille)))


def test_of_an_academy_that_is_chosen_the_page_says_that_registrations_are_closed(manager, member):
    said = "Le candidat a choisi cette académie, et les inscriptions sont fermées"
    load_invented(("    categories:\n", "    rattachement: {regle: choix}\n    categories:\n"))
    chosen, closing = a_registration(), timedelta(days=21)

    assert said not in main(manager.get(where(chosen)))
    with time_machine.travel(NOW + closing, tick=False):
        other = member("A09", email="collegue@exemple.test", at=NOW + closing)
        assert said in main(other.get(where(chosen)))
        Registration.objects.update(regulation=Regulation.objects.earliest("number"))
        assert said not in main(other.get(where(chosen)))


def test_who_has_both_academies_goes_on_in_its_file(member, in_lille):
    client = member("A09", "A25")

    page = client.post(where(in_lille), {"academie": "A25", "motif": "Déménagé"}, follow=True)

    assert "Versailles" in main(page)
    assert page.redirect_chain[-1][0] == reverse("office:registration", args=[in_lille.number])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"academie": "", "motif": "Déménagé"}, "Choisissez dans la liste"),
        ({"academie": "A99", "motif": "Déménagé"}, "n'est pas proposée ici"),
        ({"academie": "A25", "motif": " "}, "le candidat le lira"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(manager, in_lille, said, words):
    page = manager.post(where(in_lille), said)

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    in_lille.refresh_from_db()
    assert in_lille.version == 1


def test_from_a_page_read_before_a_colleague_moved_it_nothing_is_done_and_what_was_typed_stays(
    member, in_lille
):
    both, colleague = member("A09", "A25"), member("A09", "A25", email="autre@exemple.test")
    read = re.search(r'name="vue" value="(\d+)"', both.get(where(in_lille)).text)[1]
    colleague.post(
        where(in_lille), {"vue": read, "academie": "A25", "motif": "Déménagé"}, follow=True
    )

    page = both.post(where(in_lille), {"vue": read, "academie": "A25", "motif": "Il est parti"})

    said = main(page)
    assert page.status_code == 409
    assert "Cette inscription vient d'être donnée à une autre académie" in said
    assert "L'inscription est maintenant à l'académie de Versailles." in said
    assert "Il est parti" in said
    in_lille.refresh_from_db()
    assert (in_lille.academy_id, in_lille.version) == ("A25", 2)

    again = re.search(r'name="vue" value="(\d+)"', page.text)[1]
    both.post(where(in_lille), {"vue": again, "academie": "A09", "motif": "Il revient"})

    in_lille.refresh_from_db()
    assert (in_lille.academy_id, in_lille.version) == ("A09", 3)


def test_who_reads_only_moves_nothing(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert auditor.get(where(in_lille)).status_code == 404


def test_the_page_says_which_academies_are_not_open(manager, in_lille):
    assert "n'inscrivent pas en ce moment" not in main(manager.get(where(in_lille)))

    RegistrationService.objects.filter(academy="A25").update(closes_at=NOW - timedelta(days=3))

    page = main(manager.get(where(in_lille)))
    assert "n'inscrivent pas en ce moment" in page
    assert "Versailles Les inscriptions sont fermées depuis le dimanche 22 novembre" in page


def test_its_candidate_reads_who_manages_it_who_gave_it_away_and_why(manager, in_lille):
    deciding.decide(registration=in_lille, decision=FLAG, reason="Photo", by=OPERATOR, at=NOW)
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})
    version = in_lille.versions.get(number=2)
    assert version.snapshot["service"]["name"] == "Bureau des essais de Versailles"
    candidate = signed_in(in_lille.candidate.user)

    page = main(candidate.get(f"/mes-inscriptions/{in_lille.number}"))
    history = main(candidate.get(f"/mes-inscriptions/{in_lille.number}/historique"))

    assert "votre inscription est gérée par : Bureau des essais de Versailles" in page
    assert "Motif : Il a déménagé" in page
    lille = "Bureau des essais de Lille"
    assert f"à 10 h 40 (heure de Paris), par {lille} Inscription donnée à une autre" in history
    assert f"à 10 h 30 (heure de Paris), par {lille} " in history


def test_its_history_in_the_office_says_when_it_was_given_away_and_why(member, in_lille):
    both = member("A09", "A25")
    both.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})

    page = main(both.get(reverse("office:history", args=[in_lille.number])))

    assert "Inscription donnée à une autre académie, par Claude Martin Il a déménagé" in page
    assert "par Claude Martin, Bureau des essais de Lille." in page


def moves_in(browser, **asked):
    """Return the lines of the journal that say that a registration was given away, and its page."""
    page = browser.get("/gestion/journal", {"acte": "registration moved", **asked})
    return page.context["lines"], page


def test_whoever_reads_the_journal_of_the_academy_that_it_left_learns_of_it(
    member, manager, in_lille
):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    file = reverse("office:journal", args=[in_lille.number])
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})

    [line], page = moves_in(head)

    assert line.on == (
        f"Inscription n°{in_lille.number} (académie de Versailles ; avant : académie de Lille ; "
        "motif : Il a déménagé)"
    )
    assert line.entry.author_in_words == "Claude Martin, gestionnaire"
    assert in_lille.number in main(page)
    assert file not in page.text
    assert in_lille.identity.birth_name not in main(page)


def test_each_academy_has_one_line_of_it_and_the_whole_country_one(member, manager, in_lille):
    there = member("A25", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    national = member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})

    joined, page = moves_in(there)

    assert [one.entry.academy for one in joined] == ["A25"]
    assert str(in_lille.identity) in joined[0].on
    assert "académie de Versailles ; avant : académie de Lille" in joined[0].on
    assert reverse("office:journal", args=[in_lille.number]) in page.text
    assert [one.entry.academy for one in moves_in(national)[0]] == ["A25"]
    assert [one.entry.academy for one in moves_in(national, academie="A09")[0]] == ["A09"]
    told = main(there.get(reverse("office:journal", args=[in_lille.number])))
    assert told.count("Inscription donnée à une autre académie") == 1
    history = main(there.get(reverse("office:history", args=[in_lille.number])))
    assert history.count("Inscription donnée à une autre académie") == 1


def test_of_one_that_is_archived_since_its_line_says_nothing_more(member, manager, in_lille):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    manager.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})
    acts = entries_about(in_lille)
    forget(acts, "registration archived", by=OPERATOR, on=in_lille, at=NOW, academy="A25")

    [line], _ = moves_in(head)

    assert line.on == "Inscription"


def test_an_administrator_who_gives_it_away_is_said_to_be_of_neither_service(member, in_lille):
    national = member(role=Membership.Role.ADMINISTRATOR)
    national.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"})

    history = main(national.get(reverse("office:history", args=[in_lille.number])))
    page = main(national.get(reverse("office:version", args=[in_lille.number, 2])))

    assert "à 10 h 30 (heure de Paris) par Claude Martin, administrateur. Académie" in history
    assert "par Claude Martin, administrateur." in page
    assert "Claude Martin, Bureau" not in history + page


def test_of_a_validated_one_the_page_says_that_it_stays_validated(manager, in_lille):
    page = reverse("office:move_registration", args=[in_lille.number])
    assert "Elle reste validée" not in main(manager.get(page))

    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    assert "Elle reste validée, et son récapitulatif signé n'est pas redemandé." in main(
        manager.get(page)
    )


def test_what_is_said_is_of_its_candidate_and_of_its_reader(member, manager, in_lille):
    national = member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")
    posted = a_registration(a_record(first_names="Anselme"))

    zone = "La zone souhaitée, « Lille et sa métropole », n'est pas proposée dans ces académies"
    assert zone in main(manager.get(where(in_lille)))
    assert "vous ne la verrez plus" in main(manager.get(where(in_lille)))
    assert "vous ne la verrez plus" not in main(national.get(where(in_lille)))
    assert "Le candidat le lira dans le mail" in main(manager.get(where(in_lille)))
    assert "Le candidat le lira dans le courrier" in main(manager.get(where(posted)))
    Registration.objects.filter(pk=posted.pk).update(zone="")
    assert "zone souhaitée" not in main(manager.get(where(posted)))


ARRIVALS, HOME = reverse("office:arrivals"), reverse("office:home")
RECEIVED = "Inscriptions reçues d'une autre académie"


def given(manager, *registrations):
    """Give registrations of Lille to Versailles."""
    for one in registrations:
        manager.post(where(one), {"academie": "A25", "motif": "Il a déménagé"})


def announced(client):
    """Return how many registrations the office's first page says to have come from elsewhere."""
    return {one.label: one.count for one in client.get(HOME).context["queues"]}.get(RECEIVED, 0)


def listed(client):
    return [one["registration"].number for one in client.get(ARRIVALS).context["lines"]]


@pytest.mark.parametrize("role", [Membership.Role.MANAGER, Membership.Role.HEAD])
def test_what_another_academy_gives_is_announced_until_it_is_opened_there(
    manager, member, in_lille, in_versailles, role
):
    there = member("A25", email="versailles@exemple.test", role=role)
    assert announced(there) == 0

    given(manager, in_lille)

    assert (announced(there), announced(manager)) == (1, 0)
    assert listed(there) == [in_lille.number]
    page = html.unescape(main(there.get(ARRIVALS)))
    assert "académie de Lille" in page
    assert "le mercredi 25 novembre 2026" in page
    assert (
        "Zone à choisir : « Lille et sa métropole » n'est pas proposée dans cette académie" in page
    )
    there.get(reverse("office:registration", args=[in_lille.number]))
    assert (announced(there), listed(there)) == (0, [])


@pytest.mark.parametrize(
    ("role", "academies"),
    [(Membership.Role.AUDITOR, ("A25",)), (Membership.Role.ADMINISTRATOR, ())],
)
def test_who_manages_nothing_there_opens_it_and_it_is_still_announced(
    manager, member, in_lille, role, academies
):
    there = member("A25", email="versailles@exemple.test")
    other = member(*academies, email="autre@exemple.test", role=role)
    given(manager, in_lille)

    other.get(reverse("office:registration", args=[in_lille.number]))

    assert announced(there) == 1


def test_what_was_read_before_it_was_given_announces_it_all_the_same(member, in_lille):
    both, there = member("A09", "A25"), member("A25", email="versailles@exemple.test")
    both.get(reverse("office:registration", args=[in_lille.number]))

    both.post(where(in_lille), {"academie": "A25", "motif": "Il a déménagé"}, follow=True)

    assert announced(there) == 1


def test_one_that_comes_back_is_announced_anew(manager, member, in_lille):
    there = member("A25", email="versailles@exemple.test")
    given(manager, in_lille)
    there.get(reverse("office:registration", args=[in_lille.number]))
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        there.post(where(in_lille), {"academie": "A09", "motif": "Erreur"})

        assert (announced(manager), announced(there)) == (1, 0)


def test_one_that_comes_back_within_the_hour_is_announced_until_it_is_opened(
    manager, member, in_lille
):
    there = member("A25", email="versailles@exemple.test")
    file = reverse("office:registration", args=[in_lille.number])
    manager.get(file)
    given(manager, in_lille)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        there.post(where(in_lille), {"academie": "A09", "motif": "Erreur"})
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert announced(manager) == 1

        manager.get(file)

        assert (announced(manager), listed(manager)) == (0, [])


def test_one_that_stands_no_more_is_announced_no_more(manager, member, in_lille):
    there = member("A25", email="versailles@exemple.test")
    given(manager, in_lille)

    Registration.objects.filter(pk=in_lille.pk).update(state="withdrawn", withdrawn_at=NOW)

    assert (announced(there), listed(there)) == (0, [])


@pytest.mark.usefixtures("invented_exam")
def test_a_zone_that_is_offered_there_is_not_said_to_be_chosen(manager, member):
    load_invented(("métropole, academies: [A09]", "métropole, academies: [A09, A25]"))
    there = member("A25", email="versailles@exemple.test")
    given(manager, a_registration())

    page = main(there.get(ARRIVALS))

    assert "académie de Lille" in page
    assert "Zone à choisir" not in page


def test_many_that_come_cost_no_more_than_one(manager, member, in_lille):
    there = member("A25", email="versailles@exemple.test")
    others = [a_registration() for _ in range(2)]
    given(manager, in_lille)
    there.get(ARRIVALS)

    costs = []
    for more in ((), others):
        given(manager, *more)
        with CaptureQueriesContext(connection) as queries:
            page = there.get(ARRIVALS)
        costs.append((len(page.context["lines"]), len(queries)))

    assert [lines for lines, _ in costs] == [1, 3]
    assert costs[0][1] == costs[1][1]
