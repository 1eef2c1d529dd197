"""`sporades archives …`: how long things are kept and what for, what is archived, what may not be erased (P-20)."""

import json
import os
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, transaction
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from sporades.cli.operators import operator, reason_of
from sporades.cli.own_files import write_new
from sporades.core import files
from sporades.core.french import day_in_digits
from sporades.core.refusals import Refused
from sporades.personal import register
from sporades.personal.durations import DURATIONS
from sporades.registrations.models import Registration
from sporades.retention import categories, operations
from sporades.retention.models import Archive, Hold

NOT_ALLOWED = (
    "Ce rôle de la base ne lit pas les archives : lancez la commande avec le DATABASE_URL du rôle "
    "sporades_archives (docs/operations.md)."
)

GRACE = timedelta(days=1, hours=2)
"""What passes its term in a day is left to the work of the next night, with the time that it takes."""

UNREAD_TERM = (
    "Si elle est archivée et que son terme est passé, elle est effacée cette nuit : ce rôle de la base "
    "ne lit pas les archives."
)


class Command(BaseCommand):
    help = "Durées de conservation, registre des traitements, archives, gel de l'effacement."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("durees", help="ce qui est gardé, combien de temps, d'après quel texte")
        commands.add_parser(
            "registre", help="le registre des traitements (RGPD, article 30), en Markdown"
        )
        commands.add_parser("retard", help="dire ce qui aurait dû être archivé ou effacé")
        commands.add_parser("appliquer", help="archiver et effacer maintenant ce qui doit l'être")
        commands.add_parser("gels", help="les inscriptions dont l'effacement est gelé")
        for what, help_text in (
            ("lire", "lire une inscription archivée, ce que le journal retient"),
            ("gel", "garder une inscription au-delà de son terme"),
            ("degel", "la laisser de nouveau s'effacer à son terme"),
        ):
            one = commands.add_parser(what, help=help_text)
            one.add_argument("number", metavar="NUMÉRO")
            one.add_argument("--motif", required=True, help="pourquoi, sans nommer personne")
            if what == "lire":
                one.add_argument("--fichiers", metavar="DOSSIER", help="où copier ses fichiers")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(**options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except ProgrammingError as trouble:
            if not isinstance(trouble.__cause__, InsufficientPrivilege):
                raise
            raise CommandError(NOT_ALLOWED) from None

    def _durees(self, **options: Any) -> None:
        for one in DURATIONS:
            self.stdout.write(
                f"{one.code} : {one.what}\n  {register.kept_in_words(one)}, à compter de : {one.since}"
                f"\n  {one.source}"
            )

    def _registre(self, **options: Any) -> None:
        self.stdout.write(register.written(at=timezone.now()))

    def _retard(self, **options: Any) -> None:
        before = timezone.now() - GRACE
        late = {code: count for code, count in categories.overdue(before).items() if count}
        for code, count in late.items():
            self.stdout.write(f"{code} : {count}")
        if late:
            raise CommandError("Le travail de conservation n'a pas tout fait : voyez son journal.")
        self.stdout.write("Rien n'est gardé plus d'un jour au-delà de son terme.")

    def _appliquer(self, **options: Any) -> None:
        at = timezone.now()
        done = operations.apply(at=at)
        self.stdout.write(f"{done} archivage(s) ou effacement(s).")
        troubles = []
        if left := operations.left_of(at=at):
            troubles.append(
                f"Ce qui n'a pas pu être archivé ou effacé : {left}. Voyez le journal du programme ; "
                "« sporades archives retard » dira demain de quoi il s'agit, si rien n'y fait."
            )
        if unread := operations.archived_unread(at=at):
            troubles.append(
                f"Inscriptions archivées dont un fichier ne pouvait pas être lu : {unread}. Voyez le "
                "journal du programme, et « sporades fichiers verifier »."
            )
        if troubles:
            raise CommandError("\n".join(troubles))

    def _gels(self, **options: Any) -> None:
        for held in Hold.objects.order_by("placed_at"):
            since = day_in_digits(held.placed_at, settings.TIME_ZONE)
            self.stdout.write(
                f"{held.number}, depuis le {since}, par {held.placed_by} : {held.reason}"
            )

    def _gel(self, number: str, motif: str, **options: Any) -> None:
        operations.withhold(
            number=number, reason=reason_of(motif), by=operator(), at=timezone.now()
        )
        self.stdout.write(f"Inscription {number} : son effacement est gelé.")

    def _degel(self, number: str, motif: str, **options: Any) -> None:
        at = timezone.now()
        operations.release(number=number, reason=reason_of(motif), by=operator(), at=at)
        self.stdout.write(
            f"Inscription {number} : le gel est levé. {_once_released(number, at=at)}"
        )

    def _lire(self, number: str, motif: str, fichiers: str | None, **options: Any) -> None:
        if fichiers:
            _may_be_written(Path(fichiers))
        found = operations.read(
            number=number, reason=reason_of(motif), by=operator(), at=timezone.now()
        )
        said = {
            "numéro": found.number,
            "archivée le": found.archived_at.isoformat(),
            **_term_of(found),
            **found.facts,
            "lignes": found.content,
            "consultations de douze mois, ou gardées par un gel": [
                f"{one.at.isoformat()} : {one.in_words}, par {one.author_in_words}"
                for one in operations.who_looked(found)
            ],
        }
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
        if fichiers:
            self._copy(found, Path(fichiers))

    def _copy(self, found: Archive, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unread = there = 0
        for key in found.files:
            file = folder / Path(key).name
            try:
                write_new(file, files.get(key))
            except (files.Unreadable, files.OutOfReach):
                unread += 1
                self.stderr.write(f"{key} : ce fichier ne peut pas être lu.")
            except FileExistsError:
                there += 1
                self.stderr.write(f"{file} : ce fichier existe déjà, il est resté tel quel.")
        if unread:
            raise CommandError(
                f"Fichiers qui ne peuvent pas être lus : {unread} sur {len(found.files)}."
            )
        if there:
            raise CommandError(
                f"Fichiers qui n'ont pas été écrits, leur nom étant pris : {there} sur "
                f"{len(found.files)}. Copiez-les dans un autre dossier."
            )


def _term_of(archive: Archive) -> dict[str, str]:
    """Say after which day an archive is erased; of one that is withheld, that it is not, and why."""
    last = categories.kept_until(archive.counts_from).isoformat()
    held = Hold.objects.filter(number=archive.number).first()
    if held is None:
        return {"effacée après le": last}
    since = day_in_digits(held.placed_at, settings.TIME_ZONE)
    return {"son terme": last, "gelée": f"depuis le {since}, par {held.placed_by} : {held.reason}"}


def _may_be_written(folder: Path) -> None:
    """Refuse a folder where nothing can be copied, before the archive is opened and that is noted."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise CommandError(f"--fichiers : rien ne peut être écrit dans {there}.")


def _once_released(number: str, *, at: datetime) -> str:
    """Say what becomes of a registration that nothing holds up any more, used or archived."""
    used = Registration.objects.select_related("service").filter(number=number).first()
    if used is not None:
        return categories.released_in_words(categories.counts_from(used.service), at=at)
    try:
        with transaction.atomic():
            archived = Archive.objects.filter(number=number).first()
    except ProgrammingError as trouble:
        if not isinstance(trouble.__cause__, InsufficientPrivilege):
            raise
        unnamed = f" {categories.UNNAMED_TONIGHT}" if settings.RETENTION_WITHOUT_NAMES else ""
        return f"{UNREAD_TERM}{unnamed}"
    if archived is None:
        return "Il n'en reste rien."
    return categories.released_in_words(archived.counts_from, at=at, is_archived=True)
