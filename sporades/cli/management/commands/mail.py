"""`sporades mail retour < AVIS`, `sporades mail refus`: mails that did not arrive."""

import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.writing import resending
from sporades.acts.writing.resending import TooLate
from sporades.cli.instants import instant
from sporades.cli.operators import operator
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.mail.fate import code_of
from sporades.mail.models import Message
from sporades.mail.queries import refused_for_good
from sporades.mail.returns import NO_NOTICE, note_return

USUAL_MOST = 1000
NOTHING_LEFT = (
    "Rien n'est parti. Pour renvoyer ces mails, une fois : la même commande et --renvoyer."
)


class Command(BaseCommand):
    help = "Note qu'un mail n'a pas été remis (retour) ; compte les mails refusés, les renvoie (refus)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        returned = commands.add_parser(
            "retour", help="noter l'avis de non-remise que le serveur de mail a reçu"
        )
        returned.add_argument(
            "notice",
            nargs="?",
            metavar="AVIS",
            type=Path,
            help="le mail reçu en retour ; à défaut, l'entrée standard",
        )
        refused = commands.add_parser(
            "refus", help="dire combien de mails sont refusés et pas renvoyés, par code"
        )
        refused.add_argument(
            "--depuis", metavar="AAAA-MM-JJTHH:MM", help="ceux écrits depuis, à l'heure du service"
        )
        refused.add_argument("--code", help="ceux de ce code, tel que cette commande l'écrit")
        refused.add_argument(
            "--renvoyer",
            action="store_true",
            help="les renvoyer, une fois, ce que le journal retient",
        )
        refused.add_argument(
            "--au-plus", type=int, default=USUAL_MOST, metavar="N", help="N renvois en une fois"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "retour":
            self._note(options["notice"])
            return
        since = instant(options["depuis"], settings.TIME_ZONE)
        if not options["renvoyer"]:
            self._count(since, options["code"])
        elif since is None or not options["code"]:
            raise CommandError("Pour renvoyer, dites --depuis et --code.")
        else:
            self._send_again(since, options["code"], options["au_plus"])

    def _count(self, since: datetime | None, code: str | None) -> None:
        counts: Counter[str] = Counter()
        spans: dict[str, tuple[datetime, datetime]] = {}
        found = refused_for_good(since).values_list("last_error", "written_at")
        for error, written_at in found.iterator():
            one = code_of(error)
            if code in {None, one}:
                counts[one] += 1
                spans[one] = (spans.get(one, (written_at,))[0], written_at)
        for one, count in counts.most_common():
            first, last = (instant_in_words(at, settings.TIME_ZONE) for at in spans[one])
            self.stdout.write(
                f"{one} : {count}. Le premier écrit le {first}, le dernier le {last}."
            )
        self.stdout.write(f"Mails refusés et pas renvoyés : {counts.total()}.")
        if counts and since and code:
            self.stdout.write(NOTHING_LEFT)

    def _send_again(self, since: datetime, code: str, most: int) -> None:
        fates: Counter[str] = Counter()
        for key, error in refused_for_good(since).values_list("pk", "last_error").iterator():
            if code_of(error) == code:
                fates["left" if fates["sent"] >= most else _sent_again(key)] += 1
        self.stdout.write(f"Renvoyés : {fates['sent']}.")
        if fates["doubtful"]:
            self.stdout.write(
                f"Laissés à la gestion, qui les voit dans « Mails » : {fates['doubtful']}. Ce qu'ils "
                "disent a peut-être changé depuis, ou ils ne s'envoient pas de nouveau."
            )
        if fates["late"]:
            self.stdout.write(
                f"Pas renvoyés : {fates['late']}. Leur lien n'ouvre plus rien, ou ce qu'ils "
                "annonçaient est passé : qui en a besoin en demande un autre."
            )
        if fates["left"]:
            self.stdout.write(f"Il en reste {fates['left']} : relancez la commande.")

    def _note(self, file: Path | None) -> None:
        try:
            letter = file.read_bytes() if file else sys.stdin.buffer.read()
        except OSError as error:
            raise CommandError(f"{file} : impossible à lire ({error.strerror}).") from None
        try:
            message = note_return(message_from_bytes(letter, EmailMessage, policy=default))
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except RecursionError:
            # Parentheses within parentheses, without end, in a header.
            raise CommandError(NO_NOTICE) from None
        if message is None:
            self.stdout.write("Rien à noter : le message n'est que retardé, ou il est arrivé.")
        else:
            self.stdout.write(f"Message {message.pk} : noté comme non remis.")


def _sent_again(key: int) -> str:
    """Send a refused mail again; return what became of it."""
    message = Message.objects.filter(pk=key).first()
    if message is None:
        return "gone"
    try:
        resending.send_refused_again(message=message, by=operator(), at=timezone.now())
    except TooLate:
        return "late"
    except Refused:
        return "doubtful"
    return "sent"
