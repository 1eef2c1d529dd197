"""`sporades inscription etat …`, `sporades inscription academie …`: what an office decides (I4, N2)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.registrations import deciding, moving
from sporades.cli.numbers import no_registration
from sporades.cli.operators import operator
from sporades.core.refusals import Refused
from sporades.core.text import clean
from sporades.registrations.models import Registration
from sporades.registrations.states import CLEAR, FLAG, REOPEN, RESTORE, SET_ASIDE, VALIDATE

DECISIONS = {
    "valider": VALIDATE,
    "revenir": REOPEN,
    "anomalie": FLAG,
    "lever": CLEAR,
    "ecarter": SET_ASIDE,
    "retablir": RESTORE,
}
LONGEST_REASON = 500
LONGEST_OF_A_MOVE = 300


class Command(BaseCommand):
    help = "Décide de l'état d'une inscription, ou la donne à une autre académie."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        state = commands.add_parser("etat", help="valider, écarter, mettre en anomalie…")
        state.add_argument("number", metavar="NUMÉRO")
        state.add_argument("decision", choices=DECISIONS)
        state.add_argument("--motif", default="", help="le candidat le lira")
        moved = commands.add_parser("academie", help="la donner pour de bon à une autre académie")
        moved.add_argument("number", metavar="NUMÉRO")
        moved.add_argument("academy", metavar="ACADÉMIE")
        moved.add_argument("--motif", required=True, help="le candidat le lira")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Registration.objects.whole().filter(number=options["number"]).first()
        if found is None:
            raise CommandError(no_registration(options["number"]))
        try:
            said = self._decide(found, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Inscription {found.number} : {said}")

    def _decide(self, found: Registration, options: dict[str, Any]) -> str:
        by, at = operator(), timezone.now()
        if options["what"] == "academie":
            reason = _reason(options["motif"], LONGEST_OF_A_MOVE)
            version = moving.move_for_good(
                registration=found, academy=options["academy"], reason=reason, by=by, at=at
            )
            return f"donnée à {version.registration.service.academy.full_name}."
        decision, reason = DECISIONS[options["decision"]], _reason(options["motif"], LONGEST_REASON)
        deciding.decide(registration=found, decision=decision, reason=reason, by=by, at=at)
        return f"{found.get_state_display().lower()}."


def _reason(said: str, most: int) -> str:
    reason = clean(said)
    if len(reason) > most:
        raise CommandError(f"Le motif compte {most} caractères au plus.")
    return reason
