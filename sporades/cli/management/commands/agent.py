"""`sporades agent invite ADRESSE …`, `modifier`, `close`, `liste`: who works in the office."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.accounts.members import access_in_words, members
from sporades.accounts.models import Membership
from sporades.acts.agents import inviting
from sporades.cli.operators import operator
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.refusals import Refused


class Command(BaseCommand):
    help = (
        "Ouvre un compte d'agent (invite), en change le rôle ou le périmètre (modifier), le ferme "
        "(close), le rouvre (reopen), les dit tous (liste)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        invite = commands.add_parser("invite", help="ouvrir un compte d'agent")
        invite.add_argument("address", metavar="ADRESSE")
        invite.add_argument("--name", required=True, metavar="NOM", help="prénom et nom")
        invite.add_argument("--role", required=True, choices=Membership.Role.values)
        invite.add_argument("--academies", nargs="*", default=[], metavar="CODE")
        invite.add_argument("--domains", nargs="*", default=[], metavar="CODE")
        invite.add_argument("--until", type=date.fromisoformat, metavar="AAAA-MM-JJ")
        changed = commands.add_parser("modifier", help="changer le rôle ou le périmètre d'un agent")
        changed.add_argument("address", metavar="ADRESSE")
        changed.add_argument("--role", choices=Membership.Role.values)
        changed.add_argument("--academies", nargs="*", metavar="CODE")
        changed.add_argument("--domains", nargs="*", metavar="CODE")
        reopen = commands.add_parser("reopen", help="rouvrir un compte d'agent fermé")
        reopen.add_argument("address", metavar="ADRESSE")
        reopen.add_argument("--until", type=date.fromisoformat, metavar="AAAA-MM-JJ")
        close = commands.add_parser("close", help="fermer un compte d'agent, tout de suite")
        close.add_argument("address", metavar="ADRESSE")
        commands.add_parser("liste", help="dire chaque agent, son rôle, son périmètre, son état")

    def handle(self, *args: Any, **options: Any) -> None:
        by = operator()
        try:
            if options["what"] == "liste":
                self._list()
            elif options["what"] == "invite":
                self._invite(options, by)
            elif options["what"] == "modifier":
                self._change(options, by)
            elif options["what"] == "reopen":
                user = inviting.reopen(
                    email=options["address"], ends_on=options["until"], by=by, at=timezone.now()
                )
                self.stdout.write(
                    f"{user.email} : compte d'agent rouvert. Un mail part, pour choisir un mot de passe : "
                    "celui d'avant n'ouvre plus rien."
                )
            else:
                user = inviting.close(email=options["address"], by=by, at=timezone.now())
                self.stdout.write(f"{user.email} : compte d'agent fermé.")
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def _change(self, options: dict[str, Any], by: Actor) -> None:
        user = inviting.change(
            email=options["address"],
            role=options["role"],
            academies=options["academies"],
            domains=options["domains"],
            by=by,
            at=timezone.now(),
        )
        self.stdout.write(f"{user.email} : rôle et périmètre changés, au prochain clic.")

    def _list(self) -> None:
        today = local_day(timezone.now(), settings.TIME_ZONE)
        for one in (
            members(Membership.objects.all()).order_by("user__email", "role", "pk").iterator()
        ):
            factor = "avec" if one.is_doubled else "sans"
            self.stdout.write(
                f"{one.user.email} ({one.full_name}) : {one.role}, académies "
                f"{_all_or(one.academies)}, domaines {_all_or(one.domains)}, {access_in_words(one, on=today)}, "
                f"{factor} double authentification"
            )

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


def _all_or(codes: list[str]) -> str:
    return " ".join(codes) or "(tout)"
