"""`sporades service liste`, `… dates`, `… prolonger`: when registrations are open (I1, N2)."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.services import opening
from sporades.cli.instants import instant
from sporades.cli.operators import operator
from sporades.core.refusals import Refused
from sporades.core.text import clean
from sporades.exams.following import following
from sporades.exams.models import RegistrationService
from sporades.exams.models.change import LONGEST_REASON
from sporades.exams.models.service import (
    AUDIENCES,
    EXTENDABLE_FOR,
    MOST_DAYS_LATER,
    RegistrationServiceQuerySet,
)
from sporades.exams.operations.openings import awaiting, check_extension, marks_of
from sporades.exams.states import ChangeState
from sporades.registrations.former import stood_under

PATHS = {"domaine": "domain__code", "session": "session__code", "academie": "academy"}
"""What each option names, on the way from a service."""


class Command(BaseCommand):
    help = "Dit quand les services d'inscription ouvrent et ferment, ou leur donne d'autres dates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        listed = commands.add_parser("liste", help="dire chaque service, son état et ses dates")
        listed.add_argument("--domaine", metavar="CODE")
        listed.add_argument("--academie", metavar="CODE")
        dates = commands.add_parser(
            "dates", help="changer des dates ; prolonger attend l'accord d'un chef de service"
        )
        dates.add_argument("domain", metavar="DOMAINE")
        dates.add_argument("session", metavar="SESSION")
        dates.add_argument("academy", metavar="ACADÉMIE")
        dates.add_argument("--public", choices=AUDIENCES, default="grand_public")
        dates.add_argument("--ouverture", metavar="AAAA-MM-JJTHH:MM")
        dates.add_argument("--fermeture", metavar="AAAA-MM-JJTHH:MM")
        dates.add_argument("--motif", required=True)
        dates.add_argument(
            "--panne",
            action="store_true",
            help="prolonger sans attendre l'accord d'un chef de service",
        )

        extended = commands.add_parser(
            "prolonger", help="prolonger ensemble les services qui ont ouvert"
        )
        until = extended.add_mutually_exclusive_group(required=True)
        until.add_argument(
            "--fermeture", metavar="AAAA-MM-JJTHH:MM", help="la même pour tous, à l'heure de chacun"
        )
        until.add_argument(
            "--jours", metavar="N", type=int, help="chacun ferme autant de jours plus tard"
        )
        extended.add_argument("--motif", required=True)
        extended.add_argument("--domaine", metavar="CODE", nargs="+", default=[])
        extended.add_argument("--session", metavar="CODE", nargs="+", default=[])
        extended.add_argument("--academie", metavar="CODE", nargs="+", default=[])
        extended.add_argument(
            "--panne", action="store_true", help="sans attendre l'accord d'un chef de service"
        )
        extended.add_argument(
            "--pour-voir",
            action="store_true",
            help="dire ce qui serait prolongé, sans rien changer",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {"liste": self._list, "dates": self._move, "prolonger": self._extend}
        acts[options["what"]](options)

    def _list(self, options: dict[str, Any]) -> None:
        found = _asked(
            RegistrationService.objects.for_list(),
            {name: [options[name]] for name in ("domaine", "academie") if options[name]},
        )
        now = timezone.now()
        for one in found.order_by("domain__code", "session__code", "academy", "audience"):
            self.stdout.write(
                f"{one.domain.code} {one.session.code} {one.academy_id} {one.audience} : "
                f"{one.state_in_words(now)}, du {one.opening_in_words} au {one.closing_in_words}"
            )

    def _extend(self, options: dict[str, Any]) -> None:
        reason, now = self._reason(options), timezone.now()
        codes = {name: options[name] for name in PATHS if options[name]}
        named = _asked(RegistrationService.objects.for_list(), codes)
        found = named.extendable(now)
        for one in named.exclude(pk__in=found.values("pk")) if codes else ():
            self._say_left(one, at=now)
        waiting = {} if options["panne"] else awaiting(found)
        by, wanted, days = operator(), [], options["jours"]
        if days is not None and not 0 < days <= MOST_DAYS_LATER:
            raise CommandError(f"--jours va de 1 à {MOST_DAYS_LATER}.")
        for one in found.order_by("domain__code", "session__code", "academy", "audience"):
            closes_at = (
                one.closing_later(days=days) if days else instant(options["fermeture"], one.zone)
            )
            try:
                check_extension(one, closes_at, waiting=waiting, at=now)
            except Refused as refusal:
                self.stdout.write(f"Laissé : {one}. {refusal}")
            else:
                wanted.append(opening.Later(one, closes_at, by))
                said = f"{one}, du {one.closing_in_words} au {one.said(closes_at)}"
                self.stdout.write(f"À prolonger : {said}")
                self._say_following(one, closed_at=one.closes_at, closes_at=closes_at)
        if not wanted:
            raise CommandError("Rien à prolonger : voyez « liste ».")
        said = "Rien n'est changé."
        if not options["pour_voir"]:
            try:
                opening.extend(
                    wanted=wanted,
                    reason=reason,
                    seen=marks_of([one.service for one in wanted]),
                    together=uuid4(),
                    at=now,
                    is_urgent=options["panne"],
                )
            except Refused as refusal:
                raise CommandError(str(refusal)) from None
            said = "C'est en vigueur."
            if not options["panne"]:
                said = (
                    "C'est proposé : un chef de service doit l'approuver. Pendant une panne, "
                    "--panne n'attend pas."
                )
        self.stdout.write(f"{len(wanted)} à prolonger. {said}")

    def _say_left(self, service: RegistrationService, *, at: datetime) -> None:
        """Say of a service that was asked for why it is not extended with others."""
        why = f"Il a fermé depuis plus de {EXTENDABLE_FOR.days} jours : voyez « dates »."
        if at < service.opens_at:
            why = "Il n'a pas encore ouvert : voyez « dates »."
        self.stdout.write(f"Laissé : {service}. {why}")

    def _reason(self, options: dict[str, Any]) -> str:
        reason = clean(options["motif"])
        if not 0 < len(reason) <= LONGEST_REASON:
            raise CommandError(f"Le motif compte de 1 à {LONGEST_REASON} caractères.")
        return reason

    def _move(self, options: dict[str, Any]) -> None:
        reason = self._reason(options)
        if not (options["ouverture"] or options["fermeture"]):
            raise CommandError("Dites --ouverture, --fermeture ou les deux.")
        service = self._service(options)
        try:
            made = opening.change(
                service=service,
                opens_at=instant(options["ouverture"], service.zone) or service.opens_at,
                closes_at=instant(options["fermeture"], service.zone) or service.closes_at,
                reason=reason,
                by=operator(),
                at=timezone.now(),
                is_urgent=options["panne"],
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{service} : {made.in_words}.")
        if made.state == ChangeState.PROPOSED:
            self.stdout.write(
                "Prolongation proposée : un chef de service doit l'approuver. Pendant une panne, "
                "--panne n'attend pas."
            )
        else:
            self.stdout.write("Nouvelles dates en vigueur.")
        self._say_following(service, closed_at=made.closed_at, closes_at=made.closes_at)

    def _say_following(
        self, service: RegistrationService, *, closed_at: datetime, closes_at: datetime
    ) -> None:
        under = stood_under([service])
        for line in following(service, closed_at=closed_at, closes_at=closes_at, under=under):
            self.stdout.write(f"  Suit la nouvelle fermeture : {line}.")

    def _service(self, options: dict[str, Any]) -> RegistrationService:
        found = RegistrationService.objects.for_list().filter(
            domain__code=options["domain"],
            session__code=options["session"],
            academy=options["academy"],
            audience=options["public"],
        )
        service: RegistrationService | None = found.first()
        if service is None:
            raise CommandError("Aucun service d'inscription n'a ces codes : voyez « liste ».")
        return service


def _asked(
    services: RegistrationServiceQuerySet, codes: Mapping[str, Sequence[str]]
) -> RegistrationServiceQuerySet:
    """Return the services of some codes, each of which leads to one at least.

    Args:
        services: all of them.
        codes: those that were given, by their option.

    Raises:
        CommandError: one leads to none, alone or with the others: a slip would be passed over.
    """
    found = services.filter(**{f"{PATHS[name]}__in": asked for name, asked in codes.items()})
    for name, asked in codes.items():
        known = set(found.values_list(PATHS[name], flat=True))
        if nobodys := [code for code in dict.fromkeys(asked) if code not in known]:
            raise CommandError(
                f"--{name} : aucun service d'inscription n'a le code {', '.join(nobodys)}, avec ce que "
                "vous demandez d'autre : voyez « liste »."
            )
    return found
