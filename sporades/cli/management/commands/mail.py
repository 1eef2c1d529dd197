"""`sporades mail retour < AVIS`: a message could not be delivered after all."""

import sys
from argparse import ArgumentParser
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sporades.core.refusals import Refused
from sporades.mail.returns import note_return


class Command(BaseCommand):
    help = "Note l'avis de non-remise que le serveur de mail a reçu : son destinataire le saura."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["retour"])
        parser.add_argument(
            "notice",
            nargs="?",
            metavar="AVIS",
            type=Path,
            help="le mail reçu en retour ; à défaut, l'entrée standard",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["notice"]
        try:
            letter = file.read_bytes() if file else sys.stdin.buffer.read()
        except OSError as error:
            raise CommandError(f"{file} : impossible à lire ({error.strerror}).") from None
        notice = message_from_bytes(letter, EmailMessage, policy=default)
        try:
            message = note_return(notice)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if message is None:
            self.stdout.write("Rien à noter : le message n'est que retardé, ou il est arrivé.")
        else:
            self.stdout.write(f"Message {message.pk} : noté comme non remis.")
