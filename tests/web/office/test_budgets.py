"""How many queries a page of the office costs: few, and as many for many rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.batches import operations as batches
from sporades.exams.models import RegistrationService
from sporades.registrations.models import RefusedAnswer, Registration
from sporades.searches import operations as searches
from sporades.searches.columns import COLUMNS
from sporades.searches.trees import Group
from tests.factories import NOW, a_candidate, a_draft, a_registration, load_invented
from tests.threads.said import write
from tests.web.registry.world import a_prepared_regulation, a_trial

MOST = 10
MOST_AT_THE_DOOR = 41
"""One for each queue and each kind of proposal; the rest plans some anew, and bounds three of them."""
MOST_WITH_PREVIEWS = 21
MOST_ON_THE_WAY = 14
MANY = 12


def cost(client, where):
    """Return how many queries a page costs."""
    client.get(where)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(where).status_code == 200
    return len(queries)


def test_a_list_costs_as_much_for_many_registrations_as_for_one(manager, in_lille):
    every = [column.code for column in COLUMNS]
    kept = searches.keep(tree=Group(), columns=every, by=manager.user, at=NOW)
    where = reverse("office:found", args=[kept.pk])
    one = cost(manager, where)

    for _ in range(MANY):
        a_registration(a_candidate())

    assert cost(manager, where) == one <= MOST


@pytest.mark.parametrize(
    "tab", ["registration", "history", "documents", "thread", "mails", "journal"]
)
def test_a_file_costs_little(manager, in_lille, tab):
    assert cost(manager, reverse(f"office:{tab}", args=[in_lille.number])) <= MOST


def test_a_file_that_is_come_to_from_a_list_costs_little(manager, in_lille):
    kept = searches.keep(tree=Group(), columns=[], by=manager.user, at=NOW)
    where = reverse("office:registration", args=[in_lille.number])

    assert cost(manager, f"{where}?dans={kept.pk}&rang=1") <= MOST_ON_THE_WAY


def test_a_service_costs_as_much_for_many_drafts_as_for_one(manager):
    service = RegistrationService.objects.get(academy="A09")
    where = reverse("office:service", args=[service.pk])
    a_draft()
    one = cost(manager, where)

    for _ in range(MANY):
        a_draft()

    assert cost(manager, where) == one <= MOST
    assert cost(manager, reverse("office:services")) <= MOST
    assert cost(manager, reverse("office:regulations")) <= MOST
    assert cost(manager, reverse("office:search")) <= MOST
    assert cost(manager, reverse("office:home")) <= MOST_AT_THE_DOOR


def test_a_reglementation_costs_as_much_for_many_versions_and_files_as_for_one(manager, in_lille):
    where = reverse("office:regulation", args=["ESSAI", "2027"])
    one = cost(manager, where)

    for coefficient in range(4, 4 + MANY):
        load_invented(("coefficient: 3,", f"coefficient: {coefficient},"))
        load_invented(("coefficient: 3,", f"coefficient: {coefficient},"), ("# An", "# Relu. An"))

    assert cost(manager, where) == one <= MOST
    assert cost(manager, reverse("office:regulations")) <= MOST
    assert cost(manager, f"{where}/versions/{MANY}") <= MOST


def test_a_prepared_file_and_its_dry_run_cost_little(member, in_lille):
    administrator = member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")
    prepared = a_prepared_regulation(administrator.user)
    costs = []
    for more in (1, MANY):
        for _ in range(more):
            a_registration(a_candidate())
        trial = a_trial(prepared, administrator.user)
        costs.append(cost(administrator, reverse("office:trial", args=[trial.pk])))

    assert trial.refusals.count() > MANY
    assert costs[0] == costs[1] <= MOST
    assert cost(administrator, reverse("office:prepared", args=[prepared.pk])) <= MOST
    where = reverse("office:enforce_regulation", args=[prepared.pk])
    assert cost(administrator, where) <= MOST


def test_writing_costs_as_much_for_many_candidates_as_for_three(manager, in_lille):
    allowed = reach(manager.user.memberships.all(), Permission.WRITE_MESSAGES)
    kept = searches.keep(tree=Group(), columns=[], by=manager.user, at=NOW)
    costs = []
    for more in (2, MANY):
        for _ in range(more):
            a_registration(a_candidate())
        batch = batches.prepare_message(
            registrations=Registration.objects.within(allowed),
            subject="{nom}, {numéro candidat}, {examen}",
            text="{prénoms} {académie} {service gestionnaire} {fermeture} {lien}",
            reach=allowed,
            by=manager.user,
            at=NOW,
        )
        costs.append(cost(manager, reverse("office:one_batch", args=[batch.pk])))

    assert costs[0] == costs[1] <= MOST_WITH_PREVIEWS
    assert cost(manager, reverse("office:write", args=[kept.pk])) <= MOST


def test_the_list_of_mails_costs_as_much_for_many_as_for_one(manager, in_lille):
    where = reverse("office:all_mails")
    one = cost(manager, where)

    for _ in range(MANY):
        a_registration(a_candidate())

    assert len(manager.get(where).context["lines"]) == MANY + 1
    assert cost(manager, where) == one <= MOST


def test_unanswered_messages_cost_as_much_for_many_as_for_one(manager, in_lille):
    where, home = reverse("office:unanswered"), reverse("office:home")
    write(in_lille)
    one = cost(manager, where)

    for _ in range(MANY):
        write(a_registration(a_candidate()))

    assert len(manager.get(where).context["lines"]) == MANY + 1
    assert cost(manager, where) == one <= MOST
    assert cost(manager, home) <= MOST_AT_THE_DOOR
    assert cost(manager, reverse("office:thread", args=[in_lille.number]) + "?suite=oui") <= MOST


def test_refused_answers_cost_as_much_for_many_as_for_none(manager, in_lille):
    where = reverse("office:refused_answers")
    none = cost(manager, where)

    RefusedAnswer.objects.bulk_create(
        RefusedAnswer(
            day=NOW.date(), academy="A09", exam=in_lille.exam, section="papers", field=f"f{number}"
        )
        for number in range(MANY)
    )

    assert len(manager.get(where).context["rows"]) == MANY
    assert cost(manager, where) == none <= MOST
