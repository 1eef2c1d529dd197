"""`sporades restauration`: before a database that was brought back serves again (R-51)."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, transaction
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from sporades import journal
from sporades.accounts import operations as accounts
from sporades.accounts.models import Membership
from sporades.batches.models import Batch
from sporades.batches.states import BatchState
from sporades.candidates.models import ClaimCode
from sporades.cli import waiting_letters
from sporades.cli.operators import operator, reason_of
from sporades.core import sequences
from sporades.core.french import local_day
from sporades.journal.models import Entry
from sporades.journal.words import RESTORED
from sporades.letters.models import Letter, PrintRun
from sporades.mail.models import Message
from sporades.medical.models import Paper
from sporades.publications.models import Publication
from sporades.publications.states import PublicationState
from sporades.retention.models import Hold

LEFT_OUT = 100_000
"""How many numbers are given to nobody: far more than are taken between two backups."""
NOT_ALLOWED = (
    "Ce rôle de la base ne déplace pas les séquences : lancez la commande avec le DATABASE_URL du "
    "propriétaire des tables (docs/operations.md)."
)


class Command(BaseCommand):
    help = (
        "Prépare une base restaurée à resservir : les numéros, clés et liens donnés depuis l'instant "
        "restauré ne sont plus donnés à personne, les sessions sont fermées."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--motif", required=True, help="pourquoi, sans nommer personne")
        parser.add_argument(
            "--saut",
            type=int,
            default=LEFT_OUT,
            metavar="N",
            help="de combien de numéros avancer : plus qu'il n'en a été donné depuis l'instant "
            f"restauré ({LEFT_OUT} si rien n'est dit)",
        )
        parser.add_argument(
            "--mots-de-passe-agents",
            action="store_true",
            help="rendre inutilisables ceux de tous les agents : chacun en choisit un autre par "
            "« Mot de passe oublié »",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reason, by = reason_of(options["motif"]), options["saut"]
        if by < 1:
            raise CommandError("--saut : un nombre, à partir de 1.")
        # Not an operator's: this may be run twice, with others of them between.
        acts = Entry.objects.exclude(actor_kind=operator().kind).order_by("-pk")
        last_act = acts.values_list("at", flat=True).first()
        try:
            with transaction.atomic():
                moved = sequences.move_forward(by)
                closed, _ = Session.objects.all().delete()
                said: dict[str, Any] = {"reason": reason, "left_out": by}
                if last_act is not None:
                    said["brought_back"] = last_act.isoformat()
                if options["mots_de_passe_agents"]:
                    said["passwords_taken"] = accounts.take_passwords_of_staff()
                journal.record(RESTORED, by=operator(), at=timezone.now(), after=said)
        except ProgrammingError as trouble:
            if not isinstance(trouble.__cause__, InsufficientPrivilege):
                raise
            raise CommandError(NOT_ALLOWED) from None
        waiting = Message.objects.filter(state=Message.State.WAITING).count()
        self.stdout.write(
            f"{moved} séquences avancées de {by} : aucun numéro donné depuis l'instant restauré ne le "
            f"sera une seconde fois. Sessions fermées : {closed}."
        )
        self.stdout.write(
            f"Mails qui attendaient à cet instant : {waiting}. Ils partiront avec le travailleur, pour "
            "certains une seconde fois."
        )
        if "passwords_taken" in said:
            self.stdout.write(
                f"Mots de passe d'agents rendus inutilisables : {said['passwords_taken']}."
            )
        now = timezone.now()
        for line in _to_read_again(now, brought_back=last_act or now):
            self.stdout.write(line)


def _to_read_again(at: datetime, *, brought_back: datetime) -> Iterator[str]:
    """Say what was taken away or changed since, and stands again: only people know what.

    Args:
        at: now.
        brought_back: the instant that came back, which is that of its last act.
    """
    yield (
        "À relire avant d'ouvrir : ce qui a été retiré ou changé depuis l'instant restauré vaut de "
        "nouveau, tel qu'il était."
    )
    roles = Membership.objects.current(local_day(at, settings.TIME_ZONE)).count()
    yield (
        f"- Rôles d'agents ouverts : {roles} (agent liste). Un rôle fini, un périmètre réduit ou un "
        "compte fermé depuis est à finir, réduire ou fermer de nouveau, avec chaque académie."
    )
    yield (
        "- Mots de passe, doubles authentifications, FranceConnect et adresses des comptes : ceux de "
        "cet instant, même volés et changés depuis (compte adresse, compte liberer). Un compte effacé "
        "depuis à la demande de son titulaire est à effacer de nouveau (compte effacer)."
    )
    going_on = Publication.objects.filter(state=PublicationState.PUBLISHING).count()
    published = Publication.objects.filter(state=PublicationState.PUBLISHED)
    scheduled = published.filter(publish_at__gt=brought_back)
    come = scheduled.filter(publish_at__lte=at).count()
    yield (
        f"- Publications décidées dont l'heure n'était pas venue : {scheduled.count()}, dont venue "
        f"depuis : {come}. Les candidats lisent celles-ci dès qu'ils entrent. Publications en cours, "
        f"que le travailleur continue : {going_on}. Ce qui a été abandonné ou retiré depuis est à "
        "abandonner ou retirer de nouveau, dans la gestion, avant de lancer le travailleur."
    )
    running = Batch.objects.filter(state=BatchState.RUNNING).count()
    yield (
        f"- Lots en cours : {running}. Le travailleur les continue : arrêtez avant, dans la gestion, "
        "ceux qui ont été arrêtés depuis."
    )
    yield from _letters()
    codes = ClaimCode.objects.filter(expires_at__gt=at).count()
    yield (
        f"- Codes qui donnent une fiche à son candidat : {codes}. Ceux qui ont été remplacés depuis, "
        "parce qu'ils étaient partis à une mauvaise adresse, ouvrent de nouveau : redonnez-les."
    )
    yield "- Dates des services, réglementations et bandeaux : ceux de cet instant."
    yield (
        f"- Gels : {Hold.objects.count()} (archives gels). Ceux qui ont été demandés depuis sont à "
        "demander de nouveau, avant archives appliquer."
    )
    yield (
        f"- Papiers de santé déposés : {Paper.objects.confided().count()}, avec ceux que leur "
        "candidat a repris depuis."
    )


def _letters() -> Iterator[str]:
    waiting = Letter.objects.waiting().count()
    yield (
        f"- Courriers qui attendent d'être imprimés : {waiting} (courrier liste). Ceux qui ont été "
        "postés depuis le seraient une seconde fois, et les délais compteraient de ce jour-là : notez "
        "le vrai avant de lancer le travailleur (courrier poste)."
    )
    for line in waiting_letters.in_words():
        yield f"  {line}"
    printed = PrintRun.objects.filter(posted_on=None).count()
    yield (
        f"- Impressions de courriers pas notées comme postées : {printed}. Celles qui l'ont été depuis "
        "sont à noter de nouveau, du même jour, dans « Courriers »."
    )
