"""`sporades fichiers verifier`: what rows name and what the stores hold (R-20)."""

from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.cli.stored import SOURCES
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.evidence.models import Deposit
from sporades.exchanges import operations as exports
from sporades.medical.models import Paper
from sporades.personal.tables import TABLES
from sporades.retention import operations as retention
from sporades.retention.models import Archive
from sporades.searches import operations as searches
from tests.evidence.given import a_photo, give
from tests.exchanges.conftest import EVERYBODY
from tests.factories import NOW, a_candidate, a_registration
from tests.medical.given import confide
from tests.retention.test_retention import archived_at
from tests.web.registry.planting import nothing_frozen
from tests.web.registry.world import a_member

NAME = "Zyzomysse"


@pytest.fixture(autouse=True)
def _clock(invented_exam, kept, confided):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def registration():
    """A registration with a piece, a paper of health and a printed summary."""
    made = a_registration(a_candidate(birth_name=NAME))
    give(made, name=f"Carte de {NAME}.jpg")
    confide(made)
    printed(DocumentVersion.objects.get(document__kind="recapitulatif"))
    return made


def run(*more):
    call_command("fichiers", "verifier", *more)


def path_of(key, store="default"):
    return Path(storages[store].path(key))


def test_where_nothing_is_missing_it_says_so(registration, capsys):
    run()

    assert capsys.readouterr().out == (
        "Fichiers lus : 3. À faire de nouveau, rien n'est perdu : 0.\nIl n'en manque aucun.\n"
    )


def test_a_file_is_missed_by_its_number_and_never_by_a_name(registration, capsys):
    deposit = Deposit.objects.get()
    path_of(deposit.key).unlink()

    with pytest.raises(CommandError, match=r"^Perdus ou abîmés : 1 \(1 absent\)\.$"):
        run()

    said = capsys.readouterr().out
    assert said.splitlines()[0] == (
        f"fichier d'une pièce justificative, n°{deposit.pk} (inscription {registration.number}) : absent"
    )
    assert NAME not in said


def test_a_file_that_was_changed_is_told(registration, capsys):
    path = path_of(Deposit.objects.get().key)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(CommandError, match="1 altéré"):
        run()


def test_a_file_of_another_length_than_its_row_says_is_told(registration):
    deposit = Deposit.objects.get()
    with nothing_frozen():
        Deposit.objects.filter(pk=deposit.pk).update(size=1)

    with pytest.raises(CommandError, match="1 d'une autre longueur"):
        run()


def test_a_paper_of_health_is_missed_without_its_registration(registration, capsys):
    paper = Paper.objects.get()
    path_of(paper.key, "medical").unlink()

    with pytest.raises(CommandError, match="1 absent"):
        run()

    said = capsys.readouterr().out
    assert said.splitlines()[0] == f"papier de santé, n°{paper.pk} : absent"
    assert registration.number not in said


def test_what_is_printed_anew_is_told_and_is_no_loss(registration, capsys):
    version = DocumentVersion.objects.get(document__kind="recapitulatif")
    path_of(version.pdf_key).unlink()

    run()

    assert capsys.readouterr().out.splitlines() == [
        f"document imprimé, n°{version.pk} : absent ; il sera fait de nouveau",
        "Fichiers lus : 3. À faire de nouveau, rien n'est perdu : 1.",
        "Il n'en manque aucun.",
    ]


def test_an_export_that_is_lost_is_asked_for_again_and_is_no_loss(registration, capsys):
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    search = searches.keep(tree=EVERYBODY, columns=[], by=asker, at=NOW)
    export = exports.ask(
        search=search,
        order="nom",
        form="csv",
        purpose="Préparer les convocations",
        reach=reach(asker.memberships.all(), Permission.EXPORT),
        by=asker,
        at=NOW,
    )
    exports.prepare(str(export.pk), at=NOW)
    export.refresh_from_db()
    path_of(export.file_key).unlink()

    run()

    assert capsys.readouterr().out.splitlines()[:2] == [
        f"export, n°{export.pk} : absent ; à demander de nouveau par qui l'avait demandé",
        "Fichiers lus : 4. À faire de nouveau, rien n'est perdu : 1.",
    ]


def test_some_are_drawn_at_random(registration, capsys):
    give(registration, photos=[a_photo("black")])
    assert Deposit.objects.count() == 2

    run("--au-hasard", "1")

    said = capsys.readouterr().out
    assert said.startswith("Fichiers lus : 3.")
    assert said.endswith("De ceux qui ont été lus, aucun ne manque.\n")
    with pytest.raises(CommandError, match="à partir de 1"):
        run("--au-hasard", "0")


def test_the_files_of_an_archive_are_read_too(registration, capsys):
    retention.apply(at=archived_at(registration))
    archive = Archive.objects.get()
    path_of(archive.files[0]).unlink()

    with pytest.raises(CommandError, match="1 absent"):
        run()

    assert capsys.readouterr().out.splitlines()[0] == (
        f"fichier d'une archive, n°1 (inscription {archive.number}) : absent"
    )


def test_a_store_that_gives_nothing_is_not_said_to_have_lost_all(registration, monkeypatch):
    monkeypatch.setattr("sporades.cli.stored.SILENCES", 1)
    path = path_of(Deposit.objects.get().key)
    path.unlink()
    path.mkdir()

    with pytest.raises(CommandError, match="ne répond pas : rien de plus n'a été vérifié"):
        run()


def test_no_field_that_names_a_file_is_left_out():
    """Those that the map of personal data knows, and those that hold keys for a while."""
    known = {(table.model, field) for table in TABLES for field in table.files.split()}
    others = {("publications.Publication", "archive_key"), ("exchanges.Export", "file_key")}
    others |= {("letters.PrintRun", "file_key")}

    looked_at = {
        (f"{one.model._meta.app_label}.{one.model.__name__}", one.key)
        for one in SOURCES
        if not one.within
    }

    assert looked_at >= known | others
    assert all(apps.get_model(model) for model, _ in looked_at)
