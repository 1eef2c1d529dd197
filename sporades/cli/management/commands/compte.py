"""`sporades compte liberer|connexions|adresse|effacer|detacher ADRESSE`: what the owner of an account asks a person for."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from sporades.accounts import sign_ins
from sporades.accounts.models import SignIn, normalised_address
from sporades.acts import consulting
from sporades.acts.people import changing, detaching, forgetting
from sporades.acts.people.holders import Holder, account_of
from sporades.candidates.postal import lines_of
from sporades.cli.operators import operator, reason_of
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.personal import operations as personal
from sporades.registrations.records import postal_address_of


class Command(BaseCommand):
    help = (
        "Retire la double authentification d'un compte (liberer), dit qui s'y est connecté "
        "(connexions), lui donne une autre adresse mail (adresse) : candidat ou agent. Efface celui d'un "
        "candidat sans inscription qui le demande (effacer). Rend aux courriers le dossier de qui ne lit pas "
        "les mails de ce compte (detacher)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        free = commands.add_parser("liberer", help="retirer la double authentification d'un compte")
        free.add_argument("address", metavar="ADRESSE")
        free.add_argument(
            "--motif", required=True, help="qui a vérifié l'identité du titulaire, et comment"
        )
        _add_holder(free)
        read = commands.add_parser(
            "connexions", help="les connexions de douze mois et les essais refusés, noté au journal"
        )
        read.add_argument("address", metavar="ADRESSE")
        read.add_argument("--motif", required=True, help="pourquoi vous les lisez")
        moved = commands.add_parser(
            "adresse", help="une autre adresse, pour qui a perdu sa boîte mail et son mot de passe"
        )
        moved.add_argument("address", metavar="ANCIENNE")
        moved.add_argument("new", metavar="NOUVELLE")
        moved.add_argument(
            "--motif", required=True, help="qui a vérifié l'identité du titulaire, et comment"
        )
        _add_holder(moved)
        moved.add_argument(
            "--ancienne-lue-par-un-autre",
            action="store_true",
            help="l'ancienne adresse n'annule rien, et plus rien d'ancien n'ouvre le compte",
        )
        erased = commands.add_parser(
            "effacer", help="le compte sans inscription d'un candidat qui le demande, pour de bon"
        )
        erased.add_argument("address", metavar="ADRESSE")
        erased.add_argument(
            "--motif",
            required=True,
            help="qui a vérifié l'identité du titulaire, et comment, sans nommer le titulaire",
        )
        _add_holder(erased)
        taken = commands.add_parser(
            "detacher",
            help="fermer le compte et rendre son dossier aux courriers, inscriptions gardées",
        )
        taken.add_argument("address", metavar="ADRESSE")
        taken.add_argument(
            "--candidat", required=True, metavar="NUMERO", help="le n° candidat, lu sur sa fiche"
        )
        taken.add_argument(
            "--motif",
            required=True,
            help="qui a vérifié à qui est le dossier, et comment, sans nommer le candidat",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        say = {
            "liberer": self._free,
            "connexions": self._read,
            "adresse": self._move,
            "effacer": self._erase,
            "detacher": self._detach,
        }[options["what"]]
        try:
            say(**options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def _free(self, address: str, motif: str, **options: Any) -> None:
        user = changing.remove_second_factors(
            address,
            holder=_holder(options),
            reason=reason_of(motif),
            by=operator(),
            at=timezone.now(),
        )
        self.stdout.write(f"{user.email} : double authentification retirée, appareils déconnectés.")

    def _move(self, address: str, new: str, motif: str, **options: Any) -> None:
        try:
            validate_email(normalised_address(new))
        except ValidationError:
            raise CommandError(f"« {new} » n'est pas une adresse mail.") from None
        is_read = options["ancienne_lue_par_un_autre"]
        user = changing.move_address(
            address,
            holder=_holder(options),
            to=new,
            reason=reason_of(motif),
            by=operator(),
            at=timezone.now(),
            is_read_by_another=is_read,
        )
        after = (
            "l'ancienne adresse ne peut pas annuler, l'ancien mot de passe n'ouvre plus le compte."
            if is_read
            else "l'ancienne adresse peut annuler pendant 72 heures."
        )
        self.stdout.write(
            f"{user.email} : nouvelle adresse du compte, appareils déconnectés. Un lien vers un nouveau "
            f"mot de passe y part ; {after}"
        )

    def _erase(self, address: str, motif: str, **options: Any) -> None:
        user = account_of(address, _holder(options))
        forgetting.erase_as_asked(user, reason=reason_of(motif), by=operator(), at=timezone.now())
        self.stdout.write(
            f"{user.email} : compte effacé, avec ce qui y était commencé. Aucun mail ne le dit : "
            "répondez à qui l'a demandé."
        )

    def _detach(self, address: str, candidat: str, motif: str, **_: Any) -> None:
        by, at = operator(), timezone.now()
        with transaction.atomic():
            found = detaching.detach(
                address,
                number="".join(candidat.split()),
                reason=reason_of(motif),
                by=by,
                at=at,
            )
            personal.erase(found, by=by, at=at)
        where = ", ".join(lines_of(postal_address_of(found))) or "aucune adresse postale"
        self.stdout.write(
            f"Candidat n°{found.number} : le compte est fermé, les inscriptions sont gardées. Un mail le "
            f"dit à l'adresse du compte. Un courrier est à imprimer pour : {where}, avec ce qui n'était "
            "publié que dans ce compte (« Mails » de chaque dossier le montre). Si cette adresse "
            "n'est pas la sienne, le service la change d'abord sur « Fiche candidat »."
        )

    def _read(self, address: str, motif: str, **_: Any) -> None:
        found = consulting.read_sign_ins(
            address, reason=reason_of(motif), by=operator(), at=timezone.now()
        )
        for line in _lines(found):
            self.stdout.write(line)
        many = "s" * (len(found) > 1)
        self.stdout.write(f"{len(found)} connexion{many} ou essai{many}.")


def _add_holder(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--titulaire",
        required=True,
        metavar="NOM",
        help="à qui est le compte : son nom, avec ou sans les prénoms",
    )
    parser.add_argument(
        "--naissance",
        default="",
        metavar="AAAA-MM-JJ",
        help="sa date de naissance, ou ce qui en est connu (AAAA-MM, AAAA) ; un agent n'en a pas",
    )


def _holder(options: dict[str, Any]) -> Holder:
    return Holder(options["titulaire"], options["naissance"])


def _lines(found: list[SignIn]) -> Iterator[str]:
    for one in found:
        means = sign_ins.means_in_words(one.means)
        what = f"{one.get_outcome_display()} ({means})" if means else one.get_outcome_display()
        when = instant_in_words(one.at, settings.TIME_ZONE)
        yield f"{when} : {what}, {one.device}, depuis {one.network}"
