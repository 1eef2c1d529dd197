"""The demo campaign: every file is right, and together they show every kind of rule."""

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sporades.cli import demo_files
from sporades.exams import operations, queries
from sporades.exams.checking import checked, problems
from sporades.exams.checking.walking import walk
from sporades.exams.models import RegistrationService
from sporades.exams.rules import Facts, eligibility, evidence, papers
from sporades.exams.rules.papers import Choice
from sporades.exams.schema.conditions import AgeBounds, Condition, ExperienceBounds
from sporades.exams.schema.eligibility import ExclusiveRule
from sporades.exams.schema.papers import Dispensation, FormByCategory, Group, KeptMark
from sporades.exams.schema.questions import Question
from sporades.exams.schema.relations import Dependency, DistinctOptions, Exclusion
from tests.exams.conftest import OPERATOR, ZONES

FOLDER = Path("demo/reglementation")
FILES = sorted(FOLDER.glob("*.yaml"))
DOMAINS = {"BACPRO", "BTS", "CAP", "CRPE", "CS", "DNB"}
PLACES = {"A09", "A25", "A28", "A31", "A40"}
# The clocks of Paris go back in the night after this noon; then a plain day, then a leap day.
MOMENTS = (
    dt.datetime(2026, 10, 24, 10, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 27, 23, 30, tzinfo=dt.UTC),
    dt.datetime(2028, 2, 29, 23, 30, tzinfo=dt.UTC),
)


@pytest.fixture
def campaign(academies):
    """Return the files of the demo, understood, on an ordinary day."""
    found = [checked(source, zones=ZONES) for source in demo_files.sources(FOLDER, at=MOMENTS[1])]
    assert [own for _, _, own in found if own] == []
    return [file for _, file, _ in found]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_every_file_is_right_whenever_the_demo_starts(academies, moment):
    assert problems(demo_files.sources(FOLDER, at=moment), zones=ZONES) == []


def test_a_demo_started_while_the_clocks_go_back_says_which_hour(academies):
    twice = dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC)

    sources = demo_files.sources(FOLDER, at=twice)

    assert problems(sources, zones=ZONES) == []
    assert "2026-10-25 02:30, avant le changement d'heure" in "".join(one.text for one in sources)


def test_the_campaign_is_that_of_the_issue(campaign):
    assert {file.domain.code for file in campaign} == DOMAINS
    assert {exam.code for file in campaign for exam in file.exams} == {
        "BACPRO-ASSP",
        "BTS-SIO",
        "CAP-AEPE",
        "CAP-SECURITE",
        "CRPE-EXT-BAC3",
        "CRPE-EXT-BAC5",
        "CS4-AG2S",
        "DNB",
    }
    for file in campaign:
        assert {opening.academy for opening in file.openings} == PLACES


def test_every_kind_of_rule_is_shown(campaign):
    kinds = {type(part) for file in campaign for _, part in walk(file)}

    assert kinds >= {
        AgeBounds,
        Dependency,
        Dispensation,
        DistinctOptions,
        Exclusion,
        ExclusiveRule,
        ExperienceBounds,
        FormByCategory,
        Group,
        KeptMark,
    }


def test_eligibility_goes_by_age_experience_diploma_nationality(campaign):
    demanded = {
        name
        for file in campaign
        for place, part in walk(file)
        if isinstance(part, Condition) and place[-1] == "exige"
        for name in part.model_fields_set
    }

    assert demanded >= {"age", "experience", "diplomas", "nationalities"}


def test_every_type_of_question_is_shown_one_of_them_conditional(campaign):
    questions = [
        question for file in campaign for exam in file.exams for question in exam.questions
    ]
    types = {one.model_fields["kind"].annotation.__args__[0] for one in _question_types()}

    assert {question.kind for question in questions} == types
    assert any(question.when for question in questions)


def _question_types():
    return Question.__origin__.__args__


def test_a_dispensation_comes_from_a_diploma_and_another_on_request(campaign):
    reasons = [
        part for file in campaign for _, part in walk(file) if isinstance(part, Dispensation)
    ]

    assert any(reason.diplomas for reason in reasons)
    assert any(reason.on_request for reason in reasons)


def test_services_are_open_closing_closed_and_still_to_open(academies):
    now = MOMENTS[1]
    for source in demo_files.sources(FOLDER, at=now):
        operations.load(source, by=OPERATOR, at=now)
    services = RegistrationService.objects.select_related("domain")

    closing = [
        one for one in services if one.accepts(now) and one.closes_at - now <= dt.timedelta(hours=1)
    ]
    assert len(closing) >= 3
    assert len([one for one in services if one.accepts(now)]) >= 10
    assert len([one for one in services if one.has_closed(now)]) >= 3
    assert len([one for one in services if one.opens_at > now]) >= 3


@pytest.mark.parametrize("domain", ["DNB", "BACPRO"])
def test_one_may_register_in_lille_for_a_long_time(academies, domain):
    now = MOMENTS[1]
    for source in demo_files.sources(FOLDER, at=now):
        operations.load(source, by=OPERATOR, at=now)

    for day in range(50):
        programmes = queries.open_programmes(now + dt.timedelta(days=day))
        (programme,) = [one for one in programmes if one.regulation.domain.code == domain]
        assert "A09" in {service.academy_id for service in programme.open_services(now)}


def test_loading_the_demo_another_day_moves_the_hours_and_makes_no_version(academies):
    first, next_week = MOMENTS[1], MOMENTS[1] + dt.timedelta(days=7)
    for source in demo_files.sources(FOLDER, at=first):
        assert operations.load(source, by=OPERATOR, at=first).created

    again = [
        operations.load(source, by=OPERATOR, at=next_week)
        for source in demo_files.sources(FOLDER, at=next_week)
    ]

    assert not any(loaded.created for loaded in again)
    assert all(len(loaded.changed) == len(PLACES) for loaded in again)


def test_the_national_register_follows_the_clock_of_paris(academies):
    source = demo_files.expanded(FOLDER / "crpe.yaml", at=MOMENTS[1])
    operations.load(source, by=OPERATOR, at=MOMENTS[1])

    hours = {
        (one.zone, one.closes_at.astimezone(ZoneInfo("Europe/Paris")).hour)
        for one in RegistrationService.objects.all()
    }
    assert hours == {("Europe/Paris", 12)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_in_the_demo_reaches_a_real_person(path):
    text = path.read_text(encoding="utf-8")
    # Numbers that no operator gives, and addresses that lead nowhere.
    fictional = re.compile(r"01 99 00|02 61 91|03 53 01|04 65 71|05 36 49")

    assert [
        one for one in re.findall(r"\b0\d(?: \d\d){4}\b", text) if not fictional.match(one)
    ] == []
    assert set(re.findall(r"@[a-z.-]+", text)) <= set(re.findall(r"@[a-z-]+\.demo\.test", text))


def test_every_condition_is_said_as_what_one_must_do(campaign):
    rules = [
        rule
        for file in campaign
        for exam in file.exams
        for own in (exam, *exam.categories)
        for rule in own.eligibility
    ]

    assert [
        rule.condition for rule in rules if not (rule.condition or "").startswith("Avoir ")
    ] == []


def test_a_rule_names_an_epreuve_as_its_line_does_never_by_its_code(campaign):
    said = [
        (exam, rule.message or "")
        for file in campaign
        for exam in file.exams
        for rule in exam.relations
    ]

    assert [
        (paper.code, message)
        for exam, message in said
        for paper in exam.papers
        if re.search(rf"(?<!\(){paper.code}\b", message)
    ] == []


def test_an_absence_that_eliminates_is_said_of_each_epreuve_or_of_none(campaign):
    told = [
        (
            exam.code,
            {
                "absence" in (paper.commits or "")
                for paper in exam.papers
                if paper.group is None and paper.is_mandatory is not False
            },
        )
        for file in campaign
        for exam in file.exams
        if any("absence à une épreuve obligatoire" in one for one in exam.terms)
    ]

    assert told
    assert [code for code, said in told if len(said) > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_says_what_is_illustrative(path):
    assert "illustratif" in path.read_text(encoding="utf-8").partition("format: 1")[0]


def test_a_token_is_written_on_its_line_as_the_clock_of_the_academy_shows_it(academies, tmp_path):
    path = tmp_path / "essai.yaml"
    path.write_text(
        "ouvertures:\n"
        '  - academie: A40\n    ouverture: "@J-1 08:00"\n    fermeture: "@H+1"\n'
        '  - {academie: A40, fuseau: Europe/Paris, ouverture: "@J+0 08:00", fermeture: "@H+2"}\n'
    )

    source = demo_files.expanded(path, at=dt.datetime(2026, 11, 25, 20, 15, 40, tzinfo=dt.UTC))

    # In Nouméa it is already the twenty-sixth.
    assert source.text == (
        "ouvertures:\n"
        '  - academie: A40\n    ouverture: "2026-11-25 08:00"\n    fermeture: "2026-11-26 08:15"\n'
        '  - {academie: A40, fuseau: Europe/Paris, ouverture: "2026-11-25 08:00", '
        'fermeture: "2026-11-25 23:15"}\n'
    )


def test_each_exam_can_be_registered_for_in_each_speciality_and_category(campaign):
    tried = 0
    for exam in (exam for file in campaign for exam in file.exams):
        for speciality in exam.specialities or (None,):
            for category in exam.categories or (None,):
                facts = _adult(exam, speciality, category)
                choices = _all_that_is_asked(papers.offered(exam, facts))

                assert eligibility.refusals(exam, facts) == []
                assert papers.breaches(exam, facts, choices) == []
                assert evidence.due(exam, facts) != []
                tried += 1
    assert tried == 30


def _adult(exam, speciality, category) -> Facts:
    """Return one whom every rule accepts: of age, experienced, holder of the first diploma."""
    diplomas = exam.qualification.diplomas
    whole = [form for form in exam.passing_forms if form.is_whole]
    return Facts(
        on=MOMENTS[1].date(),
        session_year=2027,
        academy="A09",
        birth_date=dt.date(1995, 4, 1),
        nationality="99100",
        speciality=speciality.code if speciality else "",
        category=category.code if category else "",
        passing_form=whole[0].code if whole else "",
        diplomas=frozenset([diplomas.choices[0].code] if diplomas else []),
        years_of_experience=10,
        answers={one.code: True for one in exam.questions if one.kind == "oui_non"},
    )


def _all_that_is_asked(offers) -> dict[str, Choice]:
    """Sit every mandatory épreuve, and as few of each group as may be."""
    chosen = {}
    taken = Counter()
    for offer in offers:
        group = offer.group
        if offer.is_mandatory or (group and taken[group.code] < group.fewest):
            option = offer.options.choices[0].code if offer.options else ""
            chosen[offer.code] = Choice("inscrit", option=option)
            taken[group.code if group else ""] += 1
    return chosen


def test_what_is_read_of_accommodations_is_addressed_to_nobody_alone(campaign):
    asked = [exam.accommodations for file in campaign for exam in file.exams]

    labels = [
        item.label for one in asked if one for item in (*one.measures, *one.papers, *one.plans)
    ]

    assert labels
    assert [label for label in labels if re.search(r"\bvo(tre|s|us)\b", label, re.IGNORECASE)] == []


def test_times_that_are_added_exclude_each_other_and_a_court_is_named_without_a_delay(campaign):
    for exam in (exam for file in campaign for exam in file.exams):
        asked = exam.accommodations
        if asked is None:
            continue
        longest = {one.code for one in asked.excluded_with("MI-TEMPS")}
        assert longest == {"TIERS-TEMPS", "TIERS-TEMPS-ORAL"}, exam.code
        assert "dans le ressort duquel se trouve l'autorité" in asked.decision.appeal
        assert "Télérecours citoyens" in asked.decision.appeal
        assert "deux mois" not in asked.decision.appeal
