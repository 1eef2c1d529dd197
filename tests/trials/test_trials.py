"""A dry run judges what stands by the tabs of the wizard, and changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from sporades.acts.registrations import leaving, moving, registering
from sporades.acts.services import regulating
from sporades.core.locks import alone
from sporades.exams.checking import Source
from sporades.exams.models import Regulation
from sporades.exams.operations import load
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, Registration
from sporades.retention import archiving
from sporades.retention.models import Archive
from sporades.trials import operations, queries, tasks
from sporades.trials.models import Trial, TrialRefusal
from sporades.trials.states import TrialState
from tests.factories import (
    INVENTED,
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    author,
    load_invented,
)
from tests.jobs import work
from tests.refusing import refuse
from tests.retention.test_retention import archived_at
from tests.trials.conftest import OLDER, Role, reach_of
from tests.web.registry.world import a_member

VERSAILLES = {"postcode": "78000", "town": "Versailles"}
WHY = "Il faut avoir 18 ans au 31 décembre 2027 pour s'inscrire comme individuel. Choisissez une autre catégorie."


def in_versailles():
    return a_registration(a_candidate(), academy="A25", identification=VERSAILLES)


def counted(trial, user):
    """Return what a reader is told: session, accepted, refused."""
    return [
        (one["session__label"], one["taken"], one["left"])
        for one in queries.counts([trial], reach_of(user))[trial.pk]
    ]


@pytest.fixture
def young_and_old(invented_exam):
    """File a registration of somebody of 28, and one of somebody of 47."""
    return a_registration(a_candidate()), a_registration(a_candidate(birth_year=1980))


def test_it_says_who_would_be_accepted_as_they_are_and_who_refused_and_why(
    young_and_old, prepare, tried, administrator
):
    trial = tried(prepare())

    assert (trial.state, trial.done, trial.total) == (TrialState.DONE, 2, 2)
    assert counted(trial, administrator) == [("session 2027", 1, 1)]
    [refusal] = TrialRefusal.objects.all()
    assert refusal.registration == young_and_old[0]
    assert refusal.message.startswith(WHY[:50])


def test_a_file_that_asks_nothing_more_refuses_nobody(young_and_old, prepare, tried, administrator):
    trial = tried(prepare(("coefficient: 3,", "coefficient: 4,")))

    assert counted(trial, administrator) == [("session 2027", 2, 0)]
    assert queries.reasons(trial, reach_of(administrator)) == []


def test_ages_count_on_the_day_on_which_each_was_filed(
    prepare, tried, administrator, invented_exam
):
    a_registration(a_candidate(birth_year=1997, birth_month=12, birth_day=1))
    age = "{age: {minimum: 18, au: 2027-12-31}}"
    file = prepare((age, "{age: {maximum: 28}}"))

    trial = tried(file, at=NOW + timedelta(days=10))

    assert counted(trial, administrator) == [("session 2027", 1, 0)]


SPORT = "unite: U3, libelle: Éducation physique et sportive"
CHOICE = "libelle: Activité, choix: [{code: COURSE, libelle: Course}, {code: NAGE"
LONGEST = "Éducation physique et sportive, " * 6 + "au choix"
"""An épreuve and its option, both of two hundred signs, as the file may name them."""


def test_what_is_asked_is_named_whole_however_long_its_names_are(
    young_and_old, prepare, tried, administrator
):
    assert len(LONGEST) == 200
    longer = (
        (SPORT, f"unite: U3, libelle: '{LONGEST}'"),
        (CHOICE, f"libelle: '{LONGEST}', choix: [{{code: COURSE, libelle: Course}}, {{code: SAUT"),
    )

    trial = tried(prepare(*longer))

    assert trial.state == TrialState.DONE
    [reason] = queries.reasons(trial, reach_of(administrator))
    assert reason.place == f"Épreuves : {LONGEST} (U3), {LONGEST}"


def test_what_nobody_foresaw_ends_a_trial_that_says_so(prepare, administrator, caplog):
    standing = a_registration(a_candidate())
    trial = operations.ask(
        prepared=prepare(), reach=reach_of(administrator), by=administrator, at=NOW
    )
    tally = trial.tallies.create(session=standing.exam.session, academy=standing.academy_id)
    refuse("trials_trialtally", tally.pk)

    assert operations.go_on(str(trial.pk), at=NOW) is False

    trial.refresh_from_db()
    assert (trial.state, trial.why, trial.done) == (TrialState.STOPPED, operations.OUR_FAULT, 0)
    assert not TrialRefusal.objects.exists()
    assert operations.take_up_again(older_than=NOW + timedelta(days=1)) == 0
    assert Entry.objects.filter(verb="trial stopped").exists()
    assert f"Trial {trial.pk} goes no further" in caplog.text


SIZE = (
    "{code: taille, type: nombre, libelle: Votre taille, minimum: 100, maximum: 250, unite: cm, "
    "obligatoire: false}"
)
GONE = (
    ("      - {code: MARIN, libelle: Marin}\n", ""),
    ("specialites: [MARIN]", "specialites: [FOREST]"),
)
ASKED = ((SIZE, SIZE.replace(", obligatoire: false", "")),)
GROUP = (("minimum: 1, maximum: 2, aide", "minimum: 2, maximum: 2, aide"),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (GONE, ("", "Cet examen ou cette spécialité n'est")),
        (ASKED, ("Informations supplémentaires : Votre taille", "")),
        (GROUP, ("Épreuves", "")),
    ],
)
@pytest.mark.usefixtures("young_and_old")
def test_each_kind_of_rule_is_judged(prepare, tried, administrator, changes, said):
    trial = tried(prepare(*changes))

    assert counted(trial, administrator) == [("session 2027", 0, 2)]
    [reason] = queries.reasons(trial, reach_of(administrator))
    assert (reason.place.startswith(said[0]), reason.message.startswith(said[1])) == (True, True)
    assert (reason.count, reason.anyway) == (2, 0)


def line_of(start):
    """Return a line of the invented file, by what it begins with."""
    [line] = [
        one for one in INVENTED.read_text("utf-8").splitlines() if one.strip().startswith(start)
    ]
    return f"{line}\n"


E2 = line_of("- {code: E2,")
SETTLED = E2.replace(", dispenses: [{motif: Titulaire du baccalauréat, diplomes: [BAC]}]", "")


def losses(trial, user):
    """Return what accepted registrations would lose: where, what, of how many."""
    found = queries.reasons(trial, reach_of(user), is_loss=True)
    return [(one.place, one.message, one.count) for one in found]


@pytest.mark.parametrize(
    ("start", "place", "message"),
    [
        (
            "- {code: E2,",
            "Épreuves",
            "L'épreuve « Mathématiques » (U2) n'est plus proposée : elle sortirait de l'inscription.",
        ),
        (
            "- {code: E3,",
            "Épreuves",
            (
                "L'épreuve « Éducation physique et sportive » (U3) n'est plus proposée : elle sortirait "
                "de l'inscription."
            ),
        ),
        (
            "- {code: equipe,",
            "Informations supplémentaires : Équipe",
            "Cette réponse n'est plus demandée : elle sortirait de l'inscription.",
        ),
    ],
)
@pytest.mark.usefixtures("young_and_old")
def test_an_accepted_registration_that_would_lose_something_is_counted_apart(
    prepare, tried, administrator, *, start, place, message
):
    trial = tried(prepare((line_of(start), "")))

    [tally] = trial.tallies.all()
    assert (tally.accepted, tally.losing, tally.refused) == (2, 2, 0)
    assert losses(trial, administrator) == [(place, message, 2)]
    assert queries.reasons(trial, reach_of(administrator)) == []
    losing = queries.refused(trial, reach_of(administrator), is_loss=True)
    assert list(losing) == list(Registration.objects.order_by("pk"))
    assert queries.refused(trial, reach_of(administrator)).count() == 0


def test_an_epreuve_that_was_never_asked_about_is_a_loss_too(
    invented_exam, prepare, tried, administrator
):
    load_invented((E2, SETTLED))
    a_registration(a_candidate())

    trial = tried(prepare((E2, "")))

    assert [count for _, _, count in losses(trial, administrator)] == [1]


def test_what_is_already_lost_in_the_version_in_force_is_not_of_the_file(
    young_and_old, prepare, tried, administrator
):
    load_invented((E2, ""))

    trial = tried(prepare((E2, ""), ("coefficient: 3,", "coefficient: 4,")))

    assert losses(trial, administrator) == []


def test_what_is_left_out_without_having_been_chosen_is_no_loss(
    young_and_old, prepare, tried, administrator
):
    rule = line_of("- {code: EXCL,") + line_of("- {code: DEP,")

    trial = tried(prepare((line_of("- {code: F2,"), ""), (f"    regles:\n{rule}", "")))

    assert counted(trial, administrator) == [("session 2027", 2, 0)]
    assert losses(trial, administrator) == []


def test_what_the_version_in_force_would_refuse_too_is_told_apart(
    young_and_old, prepare, tried, administrator
):
    load_invented(OLDER)

    trial = tried(prepare(OLDER, *GROUP))

    [tally] = trial.tallies.all()
    assert (tally.accepted, tally.refused, tally.refused_anyway) == (0, 2, 1)
    told = {one.is_new for one in TrialRefusal.objects.filter(message__startswith=WHY[:50])}
    assert told == {False}
    reasons = queries.reasons(trial, reach_of(administrator))
    assert [(one.count, one.anyway) for one in reasons] == [(2, 0), (1, 1)]


def test_it_is_what_the_wizard_itself_would_answer(young_and_old, prepare, tried):
    young = young_and_old[0]
    tried(prepare())
    said = list(TrialRefusal.objects.values_list("section", "label", "message"))

    load_invented(OLDER)
    draft = registering.amend(registration=young, by=author(young.candidate), at=NOW)
    dossier = dossier_of(Draft.objects.whole().get(pk=draft.pk), day=NOW.date())

    # As to whoever registers now: who is registered keeps what they leave as it is.
    troubles = journey.troubles(journey.judged(replace(dossier, draft=None)))
    assert said == [(one.title, one.label, one.message) for one in troubles]


def test_one_registration_alone_is_left_where_the_file_wants_one(
    invented_exam, prepare, tried, administrator
):
    free = (
        "inscription_unique: {dans: examen, reference: règlement inventé, message: Une seule spécialité par session. Désinscrivez-vous de l'autre d'abord.}",
        "attestation: Je sais.",
    )
    load_invented(free)
    candidate = a_candidate()
    a_registration(candidate)
    second = a_registration(
        candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"}
    )

    trial = tried(prepare(("coefficient: 3,", "coefficient: 4,")))

    assert counted(trial, administrator) == [("session 2027", 1, 1)]
    [refusal] = TrialRefusal.objects.all()
    assert refusal.registration == second
    assert "Une seule spécialité par session" in refusal.message


def test_nothing_is_changed_and_nobody_is_told(young_and_old, prepare, tried):
    before = list(Registration.objects.values())
    mails = Message.objects.count()
    drafts = Draft.objects.count()

    tried(prepare())

    assert list(Registration.objects.values()) == before
    assert (Message.objects.count(), Draft.objects.count()) == (mails, drafts)
    assert Regulation.objects.count() == 1


def test_what_does_not_stand_any_more_is_not_judged(young_and_old, prepare, tried, administrator):
    young = young_and_old[0]
    leaving.withdraw(registration=young, by=author(young.candidate), at=NOW)

    assert counted(tried(prepare()), administrator) == [("session 2027", 1, 0)]


def test_the_session_before_is_judged_too_under_the_rules_that_come(
    young_and_old, administrator, tried
):
    text = INVENTED.read_text(encoding="utf-8")
    text = text.replace(
        '{code: "2027", libelle: session 2027, annee: 2027}',
        '{code: "2028", libelle: session 2028, annee: 2028}',
    )
    text = text.replace(*OLDER)
    prepared = regulating.prepare(
        content=text.encode(), name="a.yaml", reach=reach_of(administrator), by=OPERATOR, at=NOW
    )

    trial = tried(prepared)

    assert counted(trial, administrator) == [("session 2027", 1, 1)]


def test_who_registered_for_the_session_before_is_judged_at_the_age_of_today(
    administrator, invented_exam, tried
):
    a_registration(a_candidate(birth_year=1997, birth_month=12, birth_day=1))
    text = INVENTED.read_text(encoding="utf-8")
    text = text.replace(
        '{code: "2027", libelle: session 2027, annee: 2027}',
        '{code: "2028", libelle: session 2028, annee: 2028}',
    )
    text = text.replace("minimum: 18, au: 2027-12-31", "minimum: 29")
    prepared = regulating.prepare(
        content=text.encode(), name="a.yaml", reach=reach_of(administrator), by=OPERATOR, at=NOW
    )

    trial = tried(prepared, at=NOW + timedelta(days=10))

    assert counted(trial, administrator) == [("session 2027", 1, 0)]


def test_an_older_session_is_left_out(young_and_old, prepare, tried, administrator):
    for year in ("2025", "2026"):
        text = INVENTED.read_text(encoding="utf-8").replace('"2027"', f'"{year}"')
        text = text.replace("annee: 2027", f"annee: {year}").replace(
            "session 2027", f"session {year}"
        )
        load(Source("a.yaml", text), by=OPERATOR, at=NOW)

    assert counted(tried(prepare()), administrator) == [("session 2027", 1, 1)]


def test_an_exam_that_nobody_has_registered_for_is_tried_on_nobody(prepare, tried, administrator):
    trial = tried(prepare())

    assert (trial.state, trial.total, counted(trial, administrator)) == (TrialState.DONE, 0, [])


# --- Perimeters ----------------------------------------------------------------------------------


def test_each_reader_is_told_of_their_own_perimeter(
    young_and_old, prepare, tried, administrator, head
):
    in_versailles()
    trial = tried(prepare())

    assert counted(trial, administrator) == [("session 2027", 1, 2)]
    assert counted(trial, head) == [("session 2027", 1, 1)]
    assert [one.count for one in queries.reasons(trial, reach_of(administrator))] == [2]
    assert [one.count for one in queries.reasons(trial, reach_of(head))] == [1]
    assert queries.refused(trial, reach_of(head)).count() == 1


def test_who_asks_tries_their_own_perimeter(young_and_old, prepare, tried, administrator, head):
    in_versailles()

    trial = tried(prepare(), by=head)

    assert trial.total == 2
    assert counted(trial, administrator) == [("session 2027", 1, 1)]


def test_the_reason_of_another_perimeter_is_no_key(
    young_and_old, prepare, tried, head, administrator
):
    elsewhere = in_versailles()
    trial = tried(prepare())
    foreign = TrialRefusal.objects.get(registration=elsewhere)

    mine = queries.reason_of(trial, reach_of(head), str(foreign.pk))

    assert queries.reason_of(trial, reach_of(administrator), str(foreign.pk)) == foreign
    assert mine is None


def test_who_moved_since_is_counted_and_listed_where_they_are_now(
    young_and_old, prepare, tried, administrator, head
):
    trial = tried(prepare())
    moving.move_for_good(
        registration=Registration.objects.whole().get(pk=young_and_old[0].pk),
        academy="A25",
        reason="Déménagement",
        by=OPERATOR,
        at=NOW,
    )
    there = reach_of(a_member("versailles@exemple.test", Role.HEAD, ["A25"]))
    [refusal] = TrialRefusal.objects.all()

    for reads, count in ((reach_of(head), 0), (there, 1), (reach_of(administrator), 1)):
        assert sum(one.count for one in queries.reasons(trial, reads)) == count
        assert queries.refused(trial, reads).count() == count
        assert (queries.reason_of(trial, reads, str(refusal.pk)) is not None) == bool(count)
        assert trial.refusals.moved(reads).exists()


def test_nobody_who_stayed_is_said_to_have_moved(
    young_and_old, prepare, tried, administrator, head
):
    trial = tried(prepare())

    assert [trial.refusals.moved(reach_of(one)).count() for one in (administrator, head)] == [0, 0]


# --- Restart, stop, forget -----------------------------------------------------------------------


@pytest.fixture
def one_at_a_time(monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 1)


@pytest.mark.usefixtures("one_at_a_time")
def test_a_worker_killed_halfway_is_taken_up_where_it_was(young_and_old, prepare, administrator):
    trial = operations.ask(
        prepared=prepare(), reach=reach_of(administrator), by=administrator, at=NOW
    )
    assert operations.go_on(str(trial.pk), at=NOW)
    trial.refresh_from_db()
    assert (trial.done, trial.percent) == (1, 50)

    later = NOW + timedelta(minutes=6)
    # The job waits still: there is no second one.
    assert operations.take_up_again(older_than=later) == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'trials.go_on'")
    assert [operations.take_up_again(older_than=later) for _ in range(2)] == [1, 0]
    while operations.go_on(str(trial.pk), at=NOW):
        pass

    trial.refresh_from_db()
    assert (trial.state, trial.done) == (TrialState.DONE, 2)
    assert counted(trial, administrator) == [("session 2027", 1, 1)]


@pytest.mark.usefixtures("one_at_a_time")
def test_what_fails_in_the_middle_is_written_whole_or_not_at_all(
    young_and_old, prepare, administrator, monkeypatch
):
    trial = operations.ask(
        prepared=prepare(), reach=reach_of(administrator), by=administrator, at=NOW
    )
    with monkeypatch.context() as patch:
        patch.setattr(operations.TrialTally.objects, "filter", _cut)
        with pytest.raises(OperationalError, match="coupure"):
            operations.go_on(str(trial.pk), at=NOW)

    trial.refresh_from_db()
    assert (trial.done, trial.position, TrialRefusal.objects.count()) == (0, 0, 0)
    while operations.go_on(str(trial.pk), at=NOW):
        pass
    assert counted(trial, administrator) == [("session 2027", 1, 1)]


def _cut(**_):
    raise OperationalError("coupure")


def test_two_workers_judge_none_twice(young_and_old, prepare, administrator):
    trial = operations.ask(
        prepared=prepare(), reach=reach_of(administrator), by=administrator, at=NOW
    )
    with ThreadPoolExecutor(1) as other, alone("trial", str(trial.pk)) as is_held:
        assert is_held
        assert other.submit(_elsewhere, str(trial.pk)).result() is False

    trial.refresh_from_db()
    assert trial.done == 0


def _elsewhere(pk):
    try:
        return operations.go_on(pk, at=NOW)
    finally:
        connection.close()


def test_a_role_that_ends_stops_it(young_and_old, prepare, administrator):
    trial = operations.ask(
        prepared=prepare(), reach=reach_of(administrator), by=administrator, at=NOW
    )
    administrator.memberships.update(ends_on=NOW.date() - timedelta(days=1))

    assert operations.go_on(str(trial.pk), at=NOW) is False

    trial.refresh_from_db()
    assert (trial.state, trial.why, trial.done) == (TrialState.STOPPED, operations.NO_ROLE, 0)


def test_a_file_that_is_dropped_meanwhile_stops_it(young_and_old, prepare, administrator):
    prepared = prepare()
    trial = operations.ask(
        prepared=prepared, reach=reach_of(administrator), by=administrator, at=NOW
    )
    regulating.drop(prepared=prepared, reach=reach_of(administrator), by=OPERATOR, at=NOW)

    assert operations.go_on(str(trial.pk), at=NOW) is False

    trial.refresh_from_db()
    assert (trial.state, trial.why) == (TrialState.STOPPED, operations.DECIDED)
    with pytest.raises(operations.NotWaiting):
        operations.ask(prepared=prepared, reach=reach_of(administrator), by=administrator, at=NOW)


def test_the_button_pressed_twice_asks_once_and_the_jobs_do_it(
    young_and_old, prepare, administrator
):
    prepared = prepare()
    asked = [
        operations.ask(prepared=prepared, reach=reach_of(administrator), by=administrator, at=NOW)
        for _ in range(2)
    ]
    assert asked[0] == asked[1]

    work("trials")

    assert Trial.objects.get().state == TrialState.DONE
    verbs = Entry.objects.filter(verb__startswith="trial").order_by("pk")
    assert [one.verb for one in verbs] == ["trial asked", "trial ended"]
    assert {one.academy for one in verbs} == {""}


def test_the_acts_of_a_trial_within_one_academy_are_of_that_academy(prepare, tried, head):
    tried(prepare(), by=head)

    told = Entry.objects.filter(verb__startswith="trial")
    assert {one.academy for one in told} == {"A09"}


def test_what_names_people_is_forgotten_after_a_month(young_and_old, prepare, tried, monkeypatch):
    tried(prepare())

    assert operations.forget_old(at=NOW + timedelta(days=29)) == 0
    assert operations.forget_old(at=NOW + timedelta(days=31)) == 1
    assert not TrialRefusal.objects.exists()
    tasks.sweep.func(timestamp=0)


def test_whom_it_would_refuse_enters_no_archive(young_and_old, prepare, tried):
    trial = tried(prepare())
    refused = Registration.objects.whole().get(trial_refusals__trial=trial)
    at = archived_at(refused)

    assert archiving.archive(refused.pk, at=at)

    models = {line["model"] for line in Archive.objects.get(number=refused.number).content}
    assert "registrations.registration" in models
    assert "trials.trialrefusal" not in models
    assert not TrialRefusal.objects.filter(trial=trial).exists()


def test_it_costs_one_query_a_registration_the_commune_of_its_address(
    invented_exam, prepare, administrator
):
    prepared = prepare(("coefficient: 3,", "coefficient: 4,"))
    a_registration(a_candidate())
    costs = []
    for more in (0, 11):
        for _ in range(more):
            a_registration(a_candidate())
        trial = operations.ask(
            prepared=prepared, reach=reach_of(administrator), by=administrator, at=NOW
        )
        with CaptureQueriesContext(connection) as queries_made:
            operations.go_on(str(trial.pk), at=NOW)
        costs.append(len(queries_made))

    assert costs[1] - costs[0] == 11
