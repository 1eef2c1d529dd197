"""Which question is refused, by which rule: counted, and nothing of what was typed nor of whom."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from sporades.accounts.permissions import Perimeter, Reach
from sporades.core.actors import SYSTEM
from sporades.registrations import counting, tasks
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import RefusedAnswer
from sporades.registrations.queries import most_refused, refused_answers, refused_by_day
from sporades.registrations.sections import IDENTIFICATION, SECTIONS
from sporades.territory.models import FRANCE
from tests.factories import NOW, a_candidate, a_draft

pytestmark = pytest.mark.usefixtures("stopped_clock")

EVERYWHERE = Reach((Perimeter(None, None, SYSTEM),))
DAY = date(2026, 11, 25)
SHORT = {"postcode": "5900", "town": "Lille", "country": FRANCE}
SECRET = "59-Secret-Zoé"


@pytest.fixture
def draft(invented_exam):
    return a_draft(a_candidate())


@pytest.fixture
def refuse(draft):
    """Let « Identification » be refused, as many times as said."""

    def refused(*, times=1, at=NOW, **answers):
        form = IDENTIFICATION.form(dossier_of(draft, day=DAY), answers)
        for _ in range(times):
            counting.count_refused(draft=draft, section=IDENTIFICATION, form=form, at=at)
        return form

    return refused


def totals():
    """Return how many refusals of each field and rule."""
    found = RefusedAnswer.objects.values_list("field", "rule", "count")
    said = {}
    for field, rule, count in found:
        said[field, rule] = said.get((field, rule), 0) + count
    return said


def test_each_question_is_counted_with_its_rule(refuse):
    refuse(postcode="5900", town="Lille", country=FRANCE, address_1="1 rue", ine="ABC")

    assert totals()["postcode", "postcode"] == 1
    assert totals()["ine", "ine"] == 1
    assert totals()["phone", "one_of_two"] == 1
    one = RefusedAnswer.objects.get(field="ine")
    assert (one.day, one.academy, one.section) == (DAY, "A09", "identification")


def test_nothing_of_what_was_typed_nor_of_whom_is_kept(refuse, draft):
    refuse(postcode=SECRET, town=SECRET, country=SECRET, address_1=SECRET * 9, phone=SECRET)

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM registrations_refusedanswer AS t")
        rows = " ".join(row for (row,) in cursor.fetchall())
    assert rows
    for said in (SECRET, str(draft.pk), draft.candidate.identity.birth_name, "candidate"):
        assert said not in rows


def test_counting_is_one_statement_that_reads_nothing(refuse, draft, django_assert_num_queries):
    form = refuse(postcode="5900")

    with django_assert_num_queries(1) as queries:
        counting.count_refused(draft=draft, section=IDENTIFICATION, form=form, at=NOW)

    assert queries[0]["sql"].startswith('INSERT INTO "registrations_refusedanswer"')


def test_rows_are_added_up_into_one_and_the_totals_stay(refuse):
    refuse(times=3, **SHORT)
    before = totals()

    assert counting.add_up()
    refuse(times=2, **SHORT)
    assert counting.add_up()

    rows = RefusedAnswer.objects.filter(field="postcode")
    assert [(one.count, one.is_folded) for one in rows] == [(5, True)]
    assert totals() == {key: count // 3 * 5 for key, count in before.items()}
    assert counting.add_up()
    assert totals()["postcode", "postcode"] == 5


def test_what_is_two_years_old_is_forgotten(refuse, time_machine):
    refuse(postcode="5900")

    time_machine.move_to(NOW + counting.KEPT_FOR)
    tasks.count(0)
    assert RefusedAnswer.objects.exists()
    time_machine.move_to(NOW + counting.KEPT_FOR + timedelta(days=1))
    tasks.count(0)

    assert not RefusedAnswer.objects.exists()


def test_the_most_failing_come_first_within_a_perimeter_and_a_period(refuse):
    refuse(times=2, postcode="5900", phone="0320000000")
    refuse(postcode="59000", at=NOW - timedelta(days=40))

    month = {"since": DAY - timedelta(days=30), "until": DAY, "exam": None}
    found = refused_answers(reach=EVERYWHERE, **month)
    elsewhere = Reach((Perimeter(frozenset({"A25"}), None, SYSTEM),))

    assert {one["total"] for one in most_refused(found, most=100)} == {2}
    assert refused_by_day(found) == [(DAY, sum(totals_since(30).values()))]
    assert list(refused_answers(reach=elsewhere, **month)) == []
    assert list(refused_answers(reach=EVERYWHERE, **month | {"exam": 0})) == []


def totals_since(days):
    recent = RefusedAnswer.objects.filter(day__gte=DAY - timedelta(days=days))
    return {one.pk: one.count for one in recent}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("required", "Rien n'est répondu"),
        ("residence", "L'adresse n'est pas de cette académie"),
        ("age-minimum", "Règle « age-minimum » de la réglementation"),
        ("", "Une autre règle de l'onglet"),
    ],
)
def test_a_rule_is_said_in_words(rule, said):
    assert counting.rule_in_words(rule) == said


def raised_in(paths, name):
    """Yield each call by this name in modules."""
    for path in paths:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == name:
                yield call


def test_every_rule_of_our_own_is_said_in_words():
    of_tabs = [*Path("sporades/registrations").rglob("*.py"), Path("sporades/accounts/forms.py")]
    codes = {
        word.value.value
        for call in raised_in(of_tabs, "ValidationError")
        for word in call.keywords
        if word.arg == "code" and isinstance(word.value, ast.Constant)
    }
    codes |= {
        call.args[0].value
        for call in raised_in(Path("sporades/exams/rules/papers").glob("[bl]*.py"), "Breach")
        if isinstance(call.args[0], ast.Constant)
    }
    assert {"own_address", "cedex", "sign", "groupe"} <= codes

    # « forme_de_passage » is counted by the code of where it is mended, « passing_form ».
    assert codes - counting.RULES.keys() == {"forme_de_passage"}


def test_every_rule_of_the_fields_of_tabs_is_said_in_words(draft):
    dossier = dossier_of(draft, day=DAY)
    fields = [one for section in SECTIONS for one in section.form(dossier, {}).fields.values()]
    codes = {getattr(one, "code", "invalid") for field in fields for one in field.validators}
    assert "max_length" in codes

    assert codes - counting.RULES.keys() == set()
