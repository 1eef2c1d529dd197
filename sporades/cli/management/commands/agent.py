"""`sporades agent invite ADRESSE …`, `sporades agent close ADRESSE`: who works in the office."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.accounts.models import Membership
from sporades.acts import inviting
from sporades.cli.operators import operator
from sporades.core.actors import Actor
from sporades.core.refusals import Refused


class Command(BaseCommand):
    help = "Ouvre un compte d'agent (invite), qui choisit son mot de passe par mail, ou le ferme (close)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        invite = commands.add_parser("invite", help="ouvrir un compte d'agent")
        invite.add_argument("address", metavar="ADRESSE")
        invite.add_argument("--name", required=True, metavar="NOM", help="prénom et nom")
        invite.add_argument("--role", required=True, choices=Membership.Role.values)
        invite.add_argument("--academies", nargs="*", default=[], metavar="CODE")
        invite.add_argument("--domains", nargs="*", default=[], metavar="CODE")
        invite.add_argument("--until", type=date.fromisoformat, metavar="AAAA-MM-JJ")
        reopen = commands.add_parser("reopen", help="rouvrir un compte d'agent fermé")
        reopen.add_argument("address", metavar="ADRESSE")
        reopen.add_argument("--until", type=date.fromisoformat, metavar="AAAA-MM-JJ")
        close = commands.add_parser("close", help="fermer un compte d'agent, tout de suite")
        close.add_argument("address", metavar="ADRESSE")

    def handle(self, *args: Any, **options: Any) -> None:
        by = operator()
        try:
            if options["what"] == "invite":
                self._invite(options, by)
            elif options["what"] == "reopen":
                user = inviting.reopen(
                    email=options["address"], ends_on=options["until"], by=by, at=timezone.now()
                )
                self.stdout.write(f"{user.email} : compte d'agent rouvert.")
            else:
                user = inviting.close(email=options["address"], by=by, at=timezone.now())
                self.stdout.write(f"{user.email} : compte d'agent fermé.")
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def _invite(self, options: dict[str, Any], by: Actor) -> None:
        user = inviting.invite(
            email=options["address"],
            full_name=options["name"],
            role=options["role"],
            academies=options["academies"],
            domains=options["domains"],
            ends_on=options["until"],
            by=by,
            at=timezone.now(),
        )
        self.stdout.write(f"Une invitation part vers {user.email}.")
