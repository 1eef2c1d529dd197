"""`sporades recapitulatif recu`: a signed summary came back (E9)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from sporades.exams.held import forget
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from tests.factories import NOW, a_registration, load_invented


@pytest.fixture(autouse=True)
def _later(territory, db):
    """The invented exam is open; the command runs eight days after the registration."""
    forget()
    load_invented()
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        yield
    forget()


def test_its_return_is_noted_by_the_postmark_under_the_operators_name(capsys):
    registration = a_registration()

    call_command("recapitulatif", "recu", registration.number, "--cachet", "2026-12-01")

    registration.refresh_from_db()
    entry = Entry.objects.get(verb="summary received")
    assert capsys.readouterr().out == f"Récapitulatif de {registration.number} : retour noté.\n"
    assert registration.summary_posted_on == date(2026, 12, 1)
    assert (entry.actor_kind, entry.academy) == ("operator", "A09")


def test_a_postmark_corrected_keeps_the_one_before_in_the_journal():
    registration = a_registration()

    said = ["recapitulatif", "recu", registration.number, "--cachet"]
    call_command(*said, "2026-12-01")
    call_command(*said, "2026-12-01")

    with pytest.raises(CommandError, match="Un autre cachet est déjà noté, du 1er décembre 2026"):
        call_command(*said, "2026-11-30")
    call_command(*said, "2026-11-30", "--remplace")

    assert Entry.objects.filter(verb="summary received").latest("pk").payload == {
        "before": {"posted_on": "2026-12-01"},
        "after": {"posted_on": "2026-11-30"},
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["recu", "00000000000", "--cachet", "2026-12-01"],
            "Aucune inscription ne porte le numéro",
        ),
        (
            ["recu", "NUMBER", "--cachet", "2026-11-24"],
            "Indiquez un jour possible : ",
        ),
        (
            ["recu", "NUMBER", "--cachet", "2026-12-04"],
            "Indiquez un jour possible : ",
        ),
        (["recu", "NUMBER", "--cachet", "01/12/2026"], "indiquez le jour du cachet"),
        (["recu", "NUMBER", "--cachet", "2026-02-30"], "indiquez le jour du cachet"),
        (["recu", "NUMBER"], "--cachet"),
        (["perdu", "NUMBER", "--cachet", "2026-12-01"], "recu"),
        (["recu", "--cachet", "2026-12-01"], "NUMÉRO"),
    ],
)
def test_what_cannot_be_noted_is_refused_and_changes_nothing(arguments, said):
    number = a_registration().number

    with pytest.raises(CommandError, match=said):
        call_command("recapitulatif", *(number if one == "NUMBER" else one for one in arguments))

    assert Registration.objects.get().summary_posted_on is None
    assert not Entry.objects.filter(verb="summary received").exists()


def test_of_one_that_is_active_no_more_no_summary_is_awaited():
    registration = a_registration()
    decider = ["--decideur", "Ana Martin", "--qualite", "cheffe"]
    call_command(
        "inscription",
        "etat",
        registration.number,
        "ecarter",
        "--motif",
        "Déposé deux fois",
        *decider,
    )

    with pytest.raises(CommandError, match="n'est plus active"):
        call_command("recapitulatif", "recu", registration.number, "--cachet", "2026-12-01")
