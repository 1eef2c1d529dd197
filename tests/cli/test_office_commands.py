"""`sporades service` and `sporades inscription`: the office's acts, by an operator (N2)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from sporades.accounts.models import Membership
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.states import ChangeState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, a_registration
from tests.web.registry.world import a_member

WHY = "Panne du 24 novembre au soir"


@pytest.fixture(autouse=True)
def _now(invented_exam):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def service():
    return RegistrationService.objects.get(academy="A09")


def dates(*more):
    call_command("service", "dates", "ESSAI", "2027", "A09", "--motif", WHY, *more)


def test_each_service_is_listed_with_its_state_and_dates(service, capsys):
    call_command("service", "liste", "--academie", "A09")

    assert capsys.readouterr().out == (
        f"ESSAI 2027 A09 grand_public : Ouvert, du {service.opening_in_words} au "
        f"{service.closing_in_words}\n"
    )


def test_a_list_of_a_code_that_is_nobody_s_is_refused():
    with pytest.raises(CommandError, match="--domaine : aucun service d'inscription n'a le code A"):
        call_command("service", "liste", "--domaine", "AUTRE")


def test_an_earlier_closing_is_in_force_at_once(service, capsys):
    dates("--fermeture", "2026-11-26T18:00")

    before, was = service.closes_at, service.closing_in_words
    service.refresh_from_db()
    assert capsys.readouterr().out == (
        f"{service} : fermeture le {service.closing_in_words} au lieu du {was}.\n"
        "Nouvelles dates en vigueur.\n"
    )
    assert service.closes_at < before
    assert "26 novembre 2026 à 18 h 00" in service.closing_in_words.replace("\u00a0", " ")
    assert Entry.objects.filter(object_kind="registrationservice", actor_kind="operator").exists()


def test_an_extension_waits_for_a_head_who_is_told(service, capsys):
    a_member("chef@exemple.test", Membership.Role.HEAD, ["A09"])

    dates("--fermeture", f"{service.closes_at + timedelta(days=2):%Y-%m-%d}T23:59")

    before = service.closes_at
    service.refresh_from_db()
    assert "un chef de service doit l'approuver" in capsys.readouterr().out
    assert service.closes_at == before
    assert ServiceChange.objects.get().reason == WHY
    assert Message.objects.get(kind="extension_to_approve").recipient == "chef@exemple.test"


def test_in_an_outage_an_extension_waits_for_nobody_and_replaces_what_was_proposed(service, capsys):
    days = [f"{service.closes_at + timedelta(days=n):%Y-%m-%d}T23:59" for n in (2, 3)]
    dates("--fermeture", days[0])

    dates("--fermeture", days[1], "--panne")

    service.refresh_from_db()
    assert "Nouvelles dates en vigueur." in capsys.readouterr().out
    assert f"{service.closes_at:%Y-%m-%d}" == days[1][:10]
    states = ServiceChange.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["refused", "applied"]


def extend(*more):
    call_command("service", "prolonger", "--fermeture", "2026-12-17T23:59", "--motif", WHY, *more)


def test_services_are_extended_together_once_it_was_seen_which(service, capsys):
    extend("--pour-voir")
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert said.count("À prolonger : ") == 2
    assert "au jeudi 17 décembre 2026 à 23 h 59 (heure de Paris)" in said
    assert "2 à prolonger. Rien n'est changé." in said
    assert not ServiceChange.objects.exists()

    extend("--academie", "A09")
    assert (
        "1 à prolonger. C'est proposé : un chef de service doit l'approuver."
        in capsys.readouterr().out
    )
    assert ServiceChange.objects.get().state == ChangeState.PROPOSED

    extend()
    assert "attend déjà une décision" in capsys.readouterr().out
    extend("--panne")
    assert "2 à prolonger. C'est en vigueur." in capsys.readouterr().out
    closings = set(RegistrationService.objects.values_list("closes_at", flat=True))
    assert [f"{one:%d/%m/%Y %H:%M}" for one in closings] == ["17/12/2026 22:59"]


def test_each_service_is_extended_by_as_many_days(service, capsys):
    before = dict(RegistrationService.objects.values_list("pk", "closes_at"))

    call_command("service", "prolonger", "--jours", "7", "--motif", WHY, "--panne")

    assert "2 à prolonger. C'est en vigueur." in capsys.readouterr().out
    after = dict(RegistrationService.objects.values_list("pk", "closes_at"))
    assert after == {pk: one + timedelta(days=7) for pk, one in before.items()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--jours", "0"], "--jours va de 1 à 90"),
        (["--jours", "91"], "--jours va de 1 à 90"),
        (["--jours", "7", "--fermeture", "2026-12-17T23:59"], "not allowed with"),
        ([], "is required"),
    ],
)
def test_one_closing_or_more_days_are_said_and_days_that_are_some(service, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("service", "prolonger", *arguments, "--motif", WHY)

    assert not ServiceChange.objects.exists()


@pytest.mark.parametrize(
    "arguments", [["--academie", "A28"], ["--domaine", "AUTRE"], ["--session", "2031"]]
)
def test_a_code_that_leads_to_no_service_is_refused(service, arguments):
    with pytest.raises(
        CommandError, match=f"aucun service d'inscription n'a le code {arguments[1]}"
    ):
        extend(*arguments)


def test_one_code_that_leads_to_no_service_keeps_all_from_being_extended(service):
    with pytest.raises(
        CommandError, match="--academie : aucun service d'inscription n'a le code A52,"
    ):
        extend("--panne", "--academie", "A09", "A52")

    assert not ServiceChange.objects.exists()


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"closes_at": NOW - timedelta(days=7)}, "Il a fermé depuis plus de 7 jours"),
        ({"opens_at": NOW + timedelta(days=1)}, "Il n'a pas encore ouvert"),
    ],
)
def test_a_service_that_is_not_extended_with_the_others_is_said(service, capsys, dates, said):
    RegistrationService.objects.filter(pk=service.pk).update(**dates)

    extend("--panne", "--academie", "A09", "A25")

    out = capsys.readouterr().out
    assert f"Laissé : {service}. {said}" in out
    assert "1 à prolonger. C'est en vigueur." in out


def test_where_nothing_is_to_extend_it_is_said(service):
    RegistrationService.objects.update(closes_at=NOW - timedelta(days=7))

    with pytest.raises(CommandError, match="Rien à prolonger"):
        extend("--academie", "A09")

    assert not ServiceChange.objects.exists()


def test_an_instant_is_written_with_a_space_as_well_as_files_have_it(service, capsys):
    dates("--fermeture", "2026-11-26 18:00")

    service.refresh_from_db()
    assert capsys.readouterr().out.endswith("\nNouvelles dates en vigueur.\n")
    assert "26 novembre 2026 à 18 h 00" in service.closing_in_words.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--fermeture", "demain"],
            "un instant s'écrit « 2026-11-15 23:59 » ou « 2026-11-15T23:59 »",
        ),
        (["--ouverture", "2027-03-28T02:30"], "cette heure n'existe pas"),
        (["--fermeture", "2026-10-25 02:30"], "cette heure existe deux fois"),
        (["--fermeture", "2026-01-01T00:00"], "ferme"),
        ([], "Dites --ouverture"),
        (["--fermeture", "2026-11-26T18:00", "--motif", " "], "Le motif compte"),
        (["--fermeture", "2026-11-26T18:00", "--motif", "x" * 301], "Le motif compte"),
        (["--fermeture", "2026-11-26T18:00", "--public", "etablissements"], "Aucun service"),
    ],
)
def test_dates_that_cannot_be_change_nothing(service, arguments, said):
    with pytest.raises(CommandError, match=said):
        dates(*arguments)

    before = (service.opens_at, service.closes_at)
    service.refresh_from_db()
    assert (service.opens_at, service.closes_at) == before


def test_what_is_decided_is_told_to_the_candidate(capsys):
    registration = a_registration()

    call_command("inscription", "etat", registration.number, "anomalie", "--motif", WHY)

    registration.refresh_from_db()
    assert (registration.state, registration.reason) == ("anomaly", WHY)
    assert f"Inscription {registration.number} : " in capsys.readouterr().out
    assert WHY in Message.objects.get(kind="state_changed").body
    assert Entry.objects.get(verb="anomaly found").actor_kind == "operator"


def test_what_sets_a_registration_aside_bears_the_name_and_the_quality_of_who_decides():
    registration = a_registration()
    decider = ["--decideur", "Ana Martin", "--qualite", "cheffe du bureau des examens"]

    call_command("inscription", "etat", registration.number, "ecarter", "--motif", WHY, *decider)

    said = Message.objects.get(kind="state_changed").body
    assert "Décision prise par : Ana Martin, cheffe du bureau des examens, Bureau" in said
    assert "ligne de commande" not in said
    entry = Entry.objects.get(verb="registration set aside")
    assert entry.author_in_words.startswith("Ana Martin, cheffe du bureau des examens, ligne")


def test_who_decides_otherwise_is_kept_where_they_are_said():
    decider = ["--decideur", "Ana Martin", "--qualite", "cheffe du bureau"]
    said = ["etat", a_registration().number, "anomalie", "--motif", WHY]

    call_command("inscription", *said, *decider)

    entry = Entry.objects.get(verb="anomaly found")
    assert entry.author_in_words.startswith("Ana Martin, cheffe du bureau, ligne")


def test_a_registration_is_given_to_another_academy(capsys):
    registration = a_registration()

    call_command("inscription", "academie", registration.number, "A25", "--motif", WHY)

    registration.refresh_from_db()
    assert registration.academy_id == "A25"
    assert "maintenant dans l'académie de Versailles" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["etat", "00000000000", "valider"], "Aucune inscription ne porte le numéro"),
        (["etat", "20000030158", "valider"], "20000030158 a un chiffre faux"),
        (["etat", "NUMBER", "anomalie"], "motif"),
        (["etat", "NUMBER", "retablir"], "n'est pas possible : Votre inscription est enregistrée"),
        (["etat", "NUMBER", "ecarter", "--motif", "x"], "--decideur"),
        (["etat", "NUMBER", "ecarter", "--motif", "x", "--decideur", "A"], "--qualite"),
        (["etat", "NUMBER", "anomalie", "--motif", "x" * 501], "500 caractères"),
        (["etat", "NUMBER", "oublier"], "valider"),
        (["academie", "NUMBER", "A99", "--motif", WHY], "n'inscrit pas"),
        (["academie", "NUMBER", "A25", "--motif", " "], "motif"),
    ],
)
def test_what_cannot_be_decided_is_said_and_changes_nothing(arguments, said):
    registration = a_registration()
    words = [one.replace("NUMBER", registration.number) for one in arguments]

    with pytest.raises(CommandError, match=said):
        call_command("inscription", *words)

    registration.refresh_from_db()
    assert (registration.state, registration.academy_id) == ("registered", "A09")
