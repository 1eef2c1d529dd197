"""`sporades inscription etat …`, `… academie …`: what an office decides (I4, N2); `… preuve …` (L-04)."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.accounts.models import normalised_address
from sporades.acts import proving
from sporades.acts.registrations import deciding, moving
from sporades.acts.registrations.silent import AcceptedBySilence, to_set_aside_in_words
from sporades.candidates.models import Candidate
from sporades.cli.numbers import no_registration
from sporades.cli.operators import decider, operator
from sporades.cli.own_files import write_new
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
    help = "Décide de l'état d'une inscription, la donne à une autre académie, prouve son dépôt et son instruction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        state = commands.add_parser("etat", help="valider, écarter, mettre en anomalie…")
        state.add_argument("number", metavar="NUMÉRO")
        state.add_argument("decision", choices=DECISIONS)
        state.add_argument("--motif", default="", help="le candidat le lira")
        state.add_argument("--decideur", default="", help="prénom et nom de qui décide")
        state.add_argument("--qualite", default="", help="en quelle qualité : le candidat le lira")
        state.add_argument(
            "--retire-l-acceptation",
            action="store_true",
            help="écarter aussi ce que le silence a accepté (CRPA, article L. 242-1)",
        )
        moved = commands.add_parser("academie", help="la donner pour de bon à une autre académie")
        moved.add_argument("number", metavar="NUMÉRO")
        moved.add_argument("academy", metavar="ACADÉMIE")
        moved.add_argument("--motif", required=True, help="le candidat le lira")
        proved = commands.add_parser(
            "preuve",
            help="tout ce qui est gardé de son dépôt ou de son instruction, en un PDF cacheté",
        )
        whose = proved.add_mutually_exclusive_group(required=True)
        whose.add_argument("number", metavar="NUMÉRO", nargs="?")
        whose.add_argument(
            "--compte",
            metavar="ADRESSE",
            help="les saisies non enregistrées de ce candidat, arrivées trop tard ou non",
        )
        proved.add_argument(
            "--instruction",
            action="store_true",
            help="comment elle a été traitée : pièces, verdicts, décisions, rappels, mails",
        )
        proved.add_argument("--vers", required=True, metavar="FICHIER", help="un nouveau fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "preuve":
            self._prove(options)
            return
        found = _numbered(options["number"])
        try:
            said = self._decide(found, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Inscription {found.number} : {said}")

    def _prove(self, options: dict[str, Any]) -> None:
        file = Path(options["vers"])
        _check_new(file)
        by, at = operator(), timezone.now()
        of_what, take = "preuve du dépôt", proving.of_registration
        if options["instruction"]:
            if options["compte"]:
                message = "« --instruction » est d'une inscription : donnez son numéro."
                raise CommandError(message)
            of_what, take = "preuve de l'instruction", proving.of_instruction
        try:
            if options["compte"]:
                whose = _held_by(options["compte"])
                made = proving.of_account(candidate=whose, by=by, at=at)
            else:
                made = take(registration=_numbered(options["number"]), by=by, at=at)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        write_new(file, made.pdf)
        for line in made.anomalies:
            self.stderr.write(line)
        self.stdout.write(f"{file} : {of_what}. SHA-256 de ses données : {made.digest}")
        if not made.is_sealed:
            self.stderr.write("Elle n'a pas de cachet : SEAL_KEY_FILE n'est pas réglé.")

    def _decide(self, found: Registration, options: dict[str, Any]) -> str:
        by, at = operator(), timezone.now()
        if options["what"] == "academie":
            reason = _reason(options["motif"], LONGEST_OF_A_MOVE)
            version = moving.move_for_good(
                registration=found, academy=options["academy"], reason=reason, by=by, at=at
            )
            return f"maintenant dans {version.registration.service.academy.with_article}."
        decision, reason = DECISIONS[options["decision"]], _reason(options["motif"], LONGEST_REASON)
        if found.state not in decision.sources:
            raise CommandError(f"« {decision.label} » n'est pas possible : {found.state_in_words}")
        if decision is SET_ASIDE or options["decideur"] or options["qualite"]:
            by = decider(options["decideur"], options["qualite"])
        takes_back = options["retire_l_acceptation"]
        try:
            deciding.decide(
                registration=found,
                decision=decision,
                reason=reason,
                takes_back=takes_back,
                by=by,
                at=at,
            )
        except AcceptedBySilence:
            said = to_set_aside_in_words(found, at=at)
            raise Refused(f"{said} Pour l'écarter : --retire-l-acceptation.") from None
        return f"{found.get_state_display().lower()}."


def _numbered(number: str) -> Registration:
    found: Registration | None = Registration.objects.whole().filter(number=number).first()
    if found is None:
        raise CommandError(no_registration(number))
    return found


def _held_by(address: str) -> Candidate:
    """Return the candidate whose account has an address, or whom one was given for."""
    one_form = normalised_address(address)
    candidates = Candidate.objects.select_related("identity", "user").filter(merged_into=None)
    found: Candidate | None = (
        candidates.filter(user__email=one_form).first()
        or candidates.filter(user=None, email=one_form).first()
    )
    if found is None:
        raise CommandError(f"Aucun candidat n'a l'adresse {address}.")
    return found


def _check_new(file: Path) -> None:
    """Refuse a place where nothing new can be written, before anything is read and that is noted."""
    if file.exists():
        raise CommandError(f"--vers : {file} existe déjà.")
    folder = file.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise CommandError(f"--vers : rien ne peut être écrit dans {folder}.")


def _reason(said: str, most: int) -> str:
    reason = clean(said)
    if len(reason) > most:
        raise CommandError(f"Le motif compte {most} caractères au plus.")
    return reason
