"""P-03: everything that is held of a person is given to them, and nothing of anybody else."""

import contextlib
import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape

import lxml.html
import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.urls import reverse

from sporades.accommodations.models import AskedMeasure
from sporades.accommodations.rules import papers_in_words, sat_for
from sporades.accommodations.states import OpinionAgain, State
from sporades.accounts.models import Membership, User
from sporades.acts.services import announcing
from sporades.batches.actions import ACTIONS
from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import BatchState, Outcome
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Deposit
from sporades.exams.models import RegistrationService
from sporades.exams.queries import rules
from sporades.journal.models import Entry
from sporades.journal.words import QUALITIES
from sporades.mail.models import Message
from sporades.medical.models import Opening, Remark
from sporades.personal import operations, page
from sporades.personal.gathering import gathered, given_columns, person_of, rows_of
from sporades.personal.models import KEPT_FOR, DataCopy
from sporades.personal.tables import AGENT, BY_MODEL, CHAPTERS, HEALTH, TABLES
from sporades.personal.wording import AUTHENTICATORS, STATUSES, Wording, labels_in
from sporades.publications.models import PublicationLine
from sporades.registrations.models import ChangeRequest
from sporades.registrations.sections import SECTIONS
from sporades.territory.queries import academies
from tests.accommodations.asked import reach
from tests.factories import NOW, a_candidate, a_registration, author
from tests.web.registry.planting import nothing_frozen, plant, text_columns
from tests.web.registry.world import Role

FINDS = {
    ("accounts.SignIn", "account"),
    ("mail.Message", "about_kind"),
    ("mail.Message", "about_id"),
    ("journal.Entry", "object_kind"),
    ("journal.Entry", "object_id"),
    ("notices.OpeningAlert", "email"),
    ("retention.Hold", "number"),
}
"""The columns by which a row is known to be of a person: changed, it is of nobody."""
GIVEN = [table for table in TABLES if table.chapter]
DAY = timedelta(days=1)
SNAKE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


def archive_of(parts):
    """Return the files of a ZIP that comes in pieces, by name."""
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def copied(candidate, *, reader=None, at=NOW):
    """Ask for a copy, prepare it, take it; return its files."""
    by = author(candidate)
    copy = operations.ask(candidate=candidate, by=by, at=at)
    operations.prepare(str(copy.pk), at=at)
    return archive_of(operations.take(copy=copy, reader=reader, by=by, at=at))


@pytest.fixture
def mine(world):
    """Return whose copy is made, and of which rows; what was proposed of them is done."""
    lines = BatchLine.objects.filter(registration__candidate=world.owner.candidate)
    lines.update(outcome=Outcome.DONE)
    return person_of(world.owner.candidate, at=NOW)


# --- The map ----------------------------------------------------------------------------------


def test_every_table_stands_once_in_the_map():
    models_ = sorted(model._meta.label for model in apps.get_models())

    assert sorted(table.model for table in TABLES) == models_


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_a_table_is_given_or_says_why_not_and_names_columns_that_exist(table):
    columns = {one.name for one in apps.get_model(table.model)._meta.concrete_fields}
    named = {*table.listed, *table.reasons, *table.birth.split()}

    assert bool(table.chapter) == bool(table.whose)
    assert bool(table.chapter) != bool(table.why_not)
    assert all(table.reasons.values())
    assert named <= columns


@pytest.mark.parametrize("table", GIVEN, ids=lambda table: table.model)
def test_no_account_but_ones_own_is_named(table):
    own = {"user", "holder", "owner", "taken_by"}
    accounts = {
        one.name
        for one in apps.get_model(table.model)._meta.concrete_fields
        if one.is_relation and one.related_model is User
    }

    assert accounts - own <= table.withheld.keys()


def test_every_table_that_is_given_has_its_heading_and_every_column_its_french_name():
    for table in GIVEN:
        for column in given_columns(table):
            is_named = str(column.verbose_name) != column.name.replace("_", " ")
            is_a_key = column.is_relation and BY_MODEL[column.related_model._meta.label].chapter
            assert is_named or is_a_key or column.name in {*page.WORDS, *page.UNREAD}, column

    assert page.TITLES.keys() == {table.model for table in GIVEN}
    assert {table.chapter for table in GIVEN} == {*CHAPTERS}


# --- What it holds ----------------------------------------------------------------------------


@pytest.mark.parametrize("table", GIVEN, ids=lambda table: table.model)
def test_every_column_of_ones_rows_is_given_or_has_its_reason(world, mine, table):
    model = apps.get_model(table.model)
    keys = [row.pk for row in rows_of(table, mine)]
    planted = {}
    with nothing_frozen():
        for column in text_columns(model) if keys and table.chapter != HEALTH else ():
            if (table.model, column.name) in FINDS:
                continue
            # A constraint may say what stands there.
            with contextlib.suppress(IntegrityError), transaction.atomic():
                planted[column.name] = plant(model, keys[0], column)

    said = gathered(mine, is_health=table.chapter == HEALTH)[table.model]

    assert [str(row["id"]) for row in said if "id" in row] == list(map(str, keys))
    written = json.dumps(said, default=str)
    missing = {name for name, word in planted.items() if word not in written}
    assert missing <= table.reasons.keys()
    columns = {one.name for one in model._meta.concrete_fields}
    assert all(columns - table.withheld.keys() <= row.keys() for row in said)


def test_the_world_has_rows_of_almost_every_table(mine):
    empty = {table.model for table in GIVEN if not list(rows_of(table, mine))}

    assert empty <= {
        "account.EmailAddress",
        "accounts.LeftAddress",
        "accounts.AddressChange",
        "socialaccount.SocialAccount",
        "notices.OpeningAlert",
        "candidates.ClaimCode",
        "evidence.Incompleteness",
        "publications.PublicationLine",
        "letters.Letter",
        "personal.DataCopy",
        "usersessions.UserSession",
        "evidence.Verdict",
        "registrations.CorrectionRequest",
        "registrations.LateRequest",
        "accommodations.Signature",
    }


def test_nothing_of_anybody_else_is_in_it(world, mine):
    words = set()
    with nothing_frozen():
        for table in GIVEN:
            model = apps.get_model(table.model)
            own = {row.pk for row in rows_of(table, mine)}
            for key in model._base_manager.exclude(pk__in=own).values_list("pk", flat=True):
                for column in text_columns(model):
                    with contextlib.suppress(IntegrityError), transaction.atomic():
                        words.add(plant(model, key, column))
            for key in own:
                for name, why in table.withheld.items():
                    column = model._meta.get_field(name)
                    if why == AGENT and isinstance(column, models.CharField):
                        with contextlib.suppress(IntegrityError), transaction.atomic():
                            words.add(plant(model, key, column))
    assert len(words) > 300

    files = copied(world.owner.candidate, reader=world.owner.user)

    written = b"\n".join(files.values()).decode(errors="replace")
    assert world.owner.registration.number in written
    assert {word for word in words if word in written} == set()


def test_no_agent_signs_what_it_gives(world):
    files = copied(world.owner.candidate, reader=world.owner.user)

    staff = list(Membership.objects.select_related("user"))
    agents = {one.user.email for one in staff}
    names = {one.full_name for one in staff if one.role != Membership.Role.DOCTOR}
    written = b"\n".join(
        content for name, content in files.items() if not name.endswith(".pdf")
    ).decode()
    assert {one for one in agents | names if one in written} == set()


def test_what_is_published_later_is_not_in_it_before_its_instant(world):
    registration = world.owner.registration
    version = DocumentVersion.objects.filter(document__folder=registration.folder).latest("pk")
    column = DocumentVersion._meta.get_field("content")
    with nothing_frozen():
        word = plant(DocumentVersion, version.pk, column)
        DocumentVersion.objects.filter(pk=version.pk).update(published_at=NOW + DAY)

    before = copied(world.owner.candidate)
    after = copied(world.owner.candidate, at=NOW + DAY)

    assert word not in before["donnees.json"].decode()
    assert word in after["donnees.json"].decode()


def _rows(candidate, table, at=NOW):
    return json.loads(copied(candidate, at=at)["donnees.json"])["tables"][table]["lignes"]


def test_what_is_only_proposed_for_many_is_not_in_it(world):
    candidate = world.owner.candidate
    lines = BatchLine.objects.filter(registration__candidate=candidate)
    assert {one.batch.state for one in lines} == {BatchState.PREPARED, BatchState.PROPOSED}

    before = _rows(candidate, "batches.BatchLine")
    lines.update(outcome=Outcome.DONE)

    assert before == []
    assert len(_rows(candidate, "batches.BatchLine")) == lines.count()


def test_that_a_document_is_prepared_is_in_it_once_it_may_be_read(world):
    registration = world.owner.registration
    prepared = Entry.objects.filter(verb="document prepared", object_id=str(registration.pk))
    line = PublicationLine.objects.get(registration=registration)
    assert prepared.count() == 1
    batch = world.batch
    action = next(code for code, one in ACTIONS.items() if one.begin is not None)
    Batch.objects.filter(pk=batch.pk).update(action=action, about=line.publication_id)
    BatchLine.objects.filter(batch=batch).update(outcome=Outcome.DONE)

    def told(at):
        acts = _rows(registration.candidate, "journal.Entry", at=at)
        lines = _rows(registration.candidate, "batches.BatchLine", at=at)
        return "document prepared" in {one["verb"] for one in acts}, len(lines)

    DocumentVersion.objects.filter(pk=line.version_id).update(published_at=NOW + DAY)

    assert told(NOW) == (False, 0)
    assert told(NOW + DAY) == (True, 1)


def test_a_decision_is_in_it_once_it_is_notified(world):
    case = world.case
    candidate = case.registration.candidate
    column = type(case)._meta.get_field("opinion_text")
    word = plant(type(case), case.pk, column)

    before = copied(candidate)["donnees.json"].decode()

    assert str(case.pk) in before
    assert word not in before


def test_why_an_opinion_is_to_be_given_again_is_not_in_it(db):
    case = reach(a_registration(informations={"has_disability": "oui"}), State.WITH_DOCTOR)
    type(case).objects.filter(pk=case.pk).update(opinion_again=OpinionAgain.HEALTH)

    [told] = _rows(case.registration.candidate, "accommodations.Case")

    assert (told["state"], told["opinion_again"]) == (State.WITH_DOCTOR, None)


@pytest.mark.parametrize("is_opened", [False, True], ids=["unopened", "opened"])
def test_a_decision_that_an_account_may_open_is_in_it_once_it_is_opened(db, is_opened):
    case = reach(a_registration(informations={"has_disability": "oui"}), State.NOTIFIED)
    candidate = case.registration.candidate
    if is_opened:
        DocumentVersion.objects.filter(pk=case.notification_id).update(opened_at=NOW)

    files = copied(candidate, reader=candidate.user)

    [told] = _rows(candidate, "accommodations.Case")
    measures = _rows(candidate, "accommodations.AskedMeasure")
    assert bool(told["decided_quality"]) is is_opened
    assert {bool(one["decision"]) for one in measures} == {is_opened}
    assert any("decision-amenagement" in name for name in files) is is_opened
    assert (case.author_in_words.split(",")[0] in files["donnees.json"].decode()) is is_opened


def test_a_decision_is_in_the_copy_of_who_has_no_account_and_reads_it_on_paper(db):
    case = reach(a_registration(informations={"has_disability": "oui"}), State.NOTIFIED)
    candidate = case.registration.candidate
    Candidate.objects.filter(pk=candidate.pk).update(user=None, email="", channel="letter")
    candidate = Candidate.objects.get(pk=candidate.pk)

    [told] = _rows(candidate, "accommodations.Case")

    assert told["decided_quality"]
    assert any("decision-amenagement" in name for name in copied(candidate))


def test_a_copy_is_taken_twenty_times_a_day_at_most(world):
    owner = world.owner
    copy = operations.ask(candidate=owner.candidate, by=author(owner.candidate), at=NOW)
    operations.prepare(str(copy.pk), at=NOW)
    browser = world.browser(Role.OWNER)
    taken = [browser.post(reverse("candidate:take_data")).status_code for _ in range(21)]

    assert (set(taken[:20]), taken[20]) == ({200}, 409)


def test_its_files_are_those_that_were_given(world):
    files = copied(world.owner.candidate, reader=world.owner.user)

    kinds = {name.partition("/")[0] for name in files if "/" in name}
    assert kinds == {"pieces", "porte-documents", "demandes", "documents", "sante"}
    assert {content[:4] for name, content in files.items() if name.endswith(".pdf")} == {b"%PDF"}
    assert "fichiers-absents.txt" not in files
    said = json.loads(files["donnees.json"])
    listed = {one["chemin"] for one in said["fichiers"]}
    assert listed == {
        name for name in files if name.endswith(".pdf") and not name.startswith("sante")
    }


def test_a_file_that_was_erased_meanwhile_is_said_to_be_missing(world):
    candidate = world.owner.candidate
    by = author(candidate)
    copy = operations.ask(candidate=candidate, by=by, at=NOW)
    operations.prepare(str(copy.pk), at=NOW)
    name = f"porte-documents/{world.owner.kept.pk}.pdf"
    type(world.owner.kept).objects.filter(pk=world.owner.kept.pk).delete()

    files = archive_of(operations.take(copy=copy, reader=None, by=by, at=NOW))

    assert name not in files
    assert name in files["fichiers-absents.txt"].decode()


# --- The page of what it holds ----------------------------------------------------------------


def read_of(written):
    """Return the labels of a page of a copy, and what stands beside each."""
    page = lxml.html.fromstring(written.decode())
    labels = [one.text_content().strip() for one in page.iter("dt", "th")]
    said = [one.text_content().strip() for one in page.iter("dd", "td") if not one.findall(".//a")]
    return labels, said


def codes_of(candidate):
    """Return the codes that the réglementation of one's registrations reads otherwise."""
    exams = [rules(one.regulation_id).exam(one.exam.code) for one in candidate.registrations.all()]
    labels = {code: label for exam in exams for code, label in labels_in(exam).items()}
    kinds = {*QUALITIES, *STATUSES, *AUTHENTICATORS, *(one.code for one in academies())}
    read = {*labels.values(), *QUALITIES.values(), *STATUSES.values()}
    return {*labels, *kinds, "on", "99100"} - read


def identifiers():
    """Return the names of columns and of fields, those aside that are French too."""
    columns = [column for table in GIVEN for column in given_columns(table)]
    french = {str(column.verbose_name) for column in columns} | {*page.WORDS.values()}
    names = {column.name for column in columns}
    names |= {name for section in SECTIONS for name in section.form.base_fields}
    return names - {one.lower() for one in french}


@pytest.mark.parametrize("name", ["lisez-moi.html", "sante/lisez-moi.html"])
def test_its_page_has_no_word_of_the_code(world, name):
    owner = world.owner
    copied(owner.candidate, reader=owner.user)
    files = copied(owner.candidate, reader=owner.user, at=NOW + timedelta(minutes=2))

    labels, said = read_of(files[name])

    assert len(said) > 10
    assert {one for one in labels if one.lower() in identifiers()} == set()
    assert {one for one in labels if SNAKE.search(one)} == set()
    assert {one for one in said if SNAKE.fullmatch(one)} == set()
    assert {one for one in said if one in codes_of(owner.candidate)} == set()
    assert "None" not in said


def test_its_page_names_what_was_chosen(world):
    owner = world.owner
    files = copied(owner.candidate, reader=owner.user)

    page = unescape(files["lisez-moi.html"].decode())
    exam = rules(owner.registration.regulation_id).exam(owner.registration.exam.code)
    rows = owner.registration.papers.select_related("paper")
    labels = {one.code: one.label for one in exam.papers}
    assert rows
    assert {one for one in (labels[row.paper.code] for row in rows) if one not in page} == set()
    assert exam.category(owner.registration.category).label in page
    assert "Numéro et voie" in page


def test_its_page_says_for_which_epreuves_a_measure_is_asked_as_the_request_does(world):
    owner = world.owner
    files = copied(owner.candidate, reader=owner.user)

    labels = lxml.html.fromstring(files["lisez-moi.html"].decode())
    said = {
        cell.text_content()
        for cell in labels.xpath("//td[@data-label='Épreuves']")
        + labels.xpath("//dt[.='Épreuves']/following-sibling::dd")
    }

    measures = AskedMeasure.objects.filter(case__registration__candidate=owner.candidate)
    expected = {
        papers_in_words(one.papers, sat_for(one.case.registration, one.case), one.code)
        for one in measures.select_related("case__registration")
    }
    assert any(not one.papers for one in measures)
    assert expected <= said
    assert "Toutes" not in said


def test_its_journal_says_of_which_registration_and_which_piece_a_line_is(world, mine):
    rows = gathered(mine, is_health=False)
    *_, part = page._chapters(
        {"journal.Entry": rows["journal.Entry"], "evidence.Evidence": rows["evidence.Evidence"]},
        Wording(rows, mine.numbers, NOW),
        {},
    )
    [table] = part["parts"][0]["tables"]
    lines = [{cell["label"]: cell["text"] for cell in line} for line in table["rows"]]

    numbers = {line["Inscription n°"] for line in lines}
    assert numbers - {""} <= {*mine.numbers.values()}
    assert world.owner.registration.number in numbers
    labels = {row["label"] for row in rows["evidence.Evidence"]}
    assert {line["Pièce"] for line in lines} - {""}
    assert {line["Pièce"] for line in lines} - {""} <= labels


def test_its_page_leads_to_what_is_of_health_and_back(world):
    owner = world.owner
    files = copied(owner.candidate, reader=owner.user)

    assert 'href="sante/lisez-moi.html"' in files["lisez-moi.html"].decode()
    assert 'href="../lisez-moi.html"' in files["sante/lisez-moi.html"].decode()


def test_its_sizes_are_said_as_pages_say_them(world):
    owner = world.owner
    files = copied(owner.candidate, reader=owner.user)

    health = lxml.html.fromstring(files["sante/lisez-moi.html"].decode())
    sizes = health.xpath("//dt[.='Taille']/following-sibling::dd/text()")
    sizes += health.xpath("//td[@data-label='Taille']/text()")

    assert sizes
    assert [one for one in sizes if not re.fullmatch(r"\d+ Ko|\d+(,\d)? Mo", one)] == []


def test_its_registrations_are_headed_by_their_exam(world):
    owner = world.owner
    files = copied(owner.candidate, reader=owner.user)

    heads = lxml.html.fromstring(files["lisez-moi.html"].decode()).xpath("//h4/text()")

    assert f"{owner.registration}, n°{owner.registration.number}" in heads
    assert not [one for one in heads if one.startswith("N° ")]


def test_its_journal_is_read_in_the_order_of_time(world, mine):
    rows = gathered(mine, is_health=False)["journal.Entry"]
    turned = {"journal.Entry": rows[::-1]}

    for given in ({"journal.Entry": rows}, turned):
        [part] = page._chapters(given, Wording(given, mine.numbers, NOW), {})
        table = part["parts"][0]["tables"][0]
        acts = [line[table["columns"].index("Ce qui a été fait")]["text"] for line in table["rows"]]
        in_time = sorted(given["journal.Entry"], key=lambda row: row["at"])
        assert acts == [row["en_mots"] for row in in_time]


# --- What is of health ------------------------------------------------------------------------


def test_what_was_confided_is_read_when_the_copy_is_taken_and_each_opening_is_kept(world):
    owner = world.owner
    opened = Opening.objects.filter(paper=owner.confided.pk).count()

    files = copied(owner.candidate, reader=owner.user)

    [remark] = Remark.objects.filter(compartment=owner.confided.compartment)
    assert remark.text in unescape(files["sante/lisez-moi.html"].decode())
    assert (
        remark.text
        in json.loads(files["sante/donnees.json"])["tables"]["medical.Remark"]["lignes"][0][
            "sealed_text"
        ]
    )
    assert files["sante/1.pdf"][:4] == b"%PDF"
    assert Opening.objects.filter(paper=owner.confided.pk).count() == opened + 1
    told = world.browser(Role.OWNER).get(
        reverse("candidate:health", args=[owner.confided.compartment.registration.number])
    )
    assert "Vous, dans une copie de vos données" in told.text


def test_nothing_of_health_lies_in_what_is_prepared(world):
    owner = world.owner
    files = copied(owner.candidate)

    [remark] = Remark.objects.filter(compartment=owner.confided.compartment)
    content = b"".join(files.values()).decode(errors="replace")
    assert not any(name.startswith("sante/") for name in files)
    assert remark.text not in content
    assert "medical." not in json.loads(files["donnees.json"])["tables"]
    assert "papier-de-sante" not in files["donnees.json"].decode()


# --- Asked for, prepared, erased --------------------------------------------------------------


def test_a_second_demand_while_one_is_prepared_is_answered_by_the_first(world):
    candidate, by = world.owner.candidate, author(world.owner.candidate)

    first = operations.ask(candidate=candidate, by=by, at=NOW)
    second = operations.ask(candidate=candidate, by=by, at=NOW)

    assert first == second
    assert DataCopy.objects.count() == 1


def test_three_are_asked_for_in_a_day(world):
    candidate, by = world.owner.candidate, author(world.owner.candidate)
    for _ in range(3):
        copy = operations.ask(candidate=candidate, by=by, at=NOW)
        operations.prepare(str(copy.pk), at=NOW)

    with pytest.raises(operations.TooOften):
        operations.ask(candidate=candidate, by=by, at=NOW)

    assert operations.ask(candidate=candidate, by=by, at=NOW + DAY) != copy


def test_its_owner_is_told_that_it_is_ready_and_nothing_else(world):
    owner = world.owner
    copied(owner.candidate)

    told = Message.objects.get(kind="data_copy_ready")
    assert told.recipient == owner.user.email
    assert "/mes-donnees" in told.body
    assert owner.candidate.identity.birth_name not in told.body


def test_it_is_erased_after_a_week_with_its_mail(world):
    owner = world.owner
    copied(owner.candidate)
    assert operations.erase_old(at=NOW + KEPT_FOR - timedelta(seconds=1)) == 0

    assert operations.erase_old(at=NOW + KEPT_FOR) == 1

    assert DataCopy.objects.count() == 0
    assert not Message.objects.filter(kind="data_copy_ready").exists()
    acts = Entry.objects.filter(verb__startswith="data copy").order_by("pk")
    assert [act.verb for act in acts] == [
        "data copy asked",
        "data copy made",
        "data copy taken",
        "data copy erased",
    ]


def test_what_a_killed_worker_left_is_taken_up(world):
    owner = world.owner
    operations.ask(candidate=owner.candidate, by=author(owner.candidate), at=NOW)

    assert operations.take_up_again(older_than=NOW) == 0
    assert operations.take_up_again(older_than=NOW + DAY) in {0, 1}


# --- The page ---------------------------------------------------------------------------------


def test_it_is_asked_for_from_the_account_and_taken_by_its_owner(world):
    browser = world.browser(Role.OWNER)
    account = browser.get(reverse("account_edit")).text
    assert reverse("candidate:my_data") in account

    browser.post(reverse("candidate:my_data"))
    assert "en préparation" in browser.get(reverse("candidate:my_data")).text
    operations.prepare(str(DataCopy.objects.get().pk), at=NOW)
    assert "Télécharger la copie" in browser.get(reverse("candidate:my_data")).text
    files = archive_of(browser.post(reverse("candidate:take_data")).streaming_content)

    assert {"lisez-moi.html", "donnees.json", "sante/1.pdf"} <= files.keys()


def test_nobody_else_takes_it(world):
    copy = operations.ask(candidate=world.owner.candidate, by=author(world.owner.candidate), at=NOW)
    operations.prepare(str(copy.pk), at=NOW)

    other = world.browser(Role.OTHER).post(reverse("candidate:take_data"))

    assert other.status_code == 409


def test_whoever_signed_in_too_long_ago_shows_who_they_are_first(world):
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        browser = world.browser(Role.OWNER)
        page = browser.get(reverse("candidate:my_data"))
        taken = browser.post(reverse("candidate:take_data"))

    assert page.status_code == 302
    assert "c-est-bien-moi" in page.url
    assert taken.url == reverse("candidate:my_data")


def test_what_was_written_of_an_opening_that_one_waits_for_is_in_it(db, invented_exam):
    candidate, another = a_candidate(), a_candidate()
    for one in (candidate, another):
        announcing.ask_alert(
            service=RegistrationService.objects.first(),
            email=one.address,
            network="192.0.2.1",
            at=NOW,
        )

    [written] = _rows(candidate, "mail.Message")

    assert (written["kind"], written["recipient"]) == ("alert_asked", candidate.address)
    assert "(adresse à usage unique)" in written["body"]
    assert "http" not in written["body"]


def test_a_newcomer_has_a_copy_too(db):
    candidate = a_candidate()

    files = copied(candidate, reader=candidate.user)

    assert candidate.user.email in files["donnees.json"].decode()
    assert not any(name.startswith("sante/") for name in files)


def test_an_operator_is_no_reader_of_health(world):
    files = archive_of(_taken_by_office(world))

    assert not any(name.startswith("sante/") for name in files)


def test_the_office_is_given_no_file_that_the_antivirus_has_not_found_clean(world):
    owner = world.owner
    with nothing_frozen():
        Deposit.objects.update(is_clean=None, scanned_at=None)
        ChangeRequest.objects.exclude(proof_key="").update(proof_is_clean=None)
    sent = ("pieces/", "porte-documents/", "demandes/")

    given = archive_of(_taken_by_office(world))
    own = copied(owner.candidate, reader=owner.user)

    mine = {name for name in own if name.startswith(sent)}
    assert len(mine) == len(sent)
    assert not any(name.startswith(sent) for name in given)
    assert all(name in given["fichiers-absents.txt"].decode() for name in mine)


def _taken_by_office(world):
    by = Actor("manager", "Claude Martin", "user:0")
    copy = operations.ask(candidate=world.owner.candidate, by=by, at=NOW)
    operations.prepare(str(copy.pk), at=NOW)
    return operations.take(copy=copy, reader=None, by=by, at=NOW)


# --- From the office, for somebody without an account -----------------------------------------


def test_the_office_prepares_it_for_somebody_without_an_account(world):
    manager, here = world.browser(Role.MANAGER), [world.record.pk]
    page = reverse("office:record_data", args=here)
    assert page in manager.get(reverse("office:record", args=here)).text

    asked = manager.post(page, {"motif": "Au guichet, sur sa carte d'identité"})
    operations.prepare(str(DataCopy.objects.get().pk), at=NOW)
    assert "Télécharger la copie" in manager.get(page).text
    taken = manager.post(reverse("office:take_record_data", args=here))
    files = archive_of(taken.streaming_content)

    assert asked.status_code == 302
    assert world.record.identity.birth_name in unescape(files["lisez-moi.html"].decode())
    acts = Entry.objects.filter(verb__startswith="data copy", actor_kind="manager")
    assert [act.verb for act in acts.order_by("pk")] == ["data copy asked", "data copy taken"]
    assert "carte d'identité" in acts.order_by("pk")[0].payload["after"]["reason"]
    assert not Message.objects.filter(kind="data_copy_ready").exists()


def test_the_office_makes_none_of_who_has_an_account(world):
    manager, here = world.browser(Role.MANAGER), [world.owner.candidate.pk]

    page = manager.post(reverse("office:record_data", args=here), {"motif": "Au guichet"})

    assert page.url == reverse("office:record", args=here)
    assert not DataCopy.objects.exists()
