"""`sporades demo load`, `sporades demo code <address>`: the demo, and nowhere else."""

from argparse import ArgumentParser
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from sporades.accounts import second_factor
from sporades.accounts.models import User, normalised_address
from sporades.cli import (
    demo_accommodations,
    demo_crowd,
    demo_files,
    demo_people,
    demo_pieces,
    demo_registrations,
)
from sporades.cli.tasks import fill_demo
from sporades.core import standing
from sporades.core.actors import Actor
from sporades.exams.operations import load
from sporades.mail import delivery
from sporades.mail.models import Message
from sporades.territory.operations import load_reference

REGULATIONS = settings.BASE_DIR / "demo/reglementation"
LONG_AGO = timedelta(days=60)
BY = Actor("operator", "démonstration")
_STAFF = f"Agents de la démonstration : {', '.join(demo_people.STAFF)}."


class Command(BaseCommand):
    help = "Prépare la démonstration (load) ou donne un code de connexion (code ADRESSE)."
    # `make lint` runs them: nothing of them changes between two starts.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        loading = commands.add_parser("load", help="charger les données de la démonstration")
        loading.add_argument(
            "--crowd",
            type=int,
            default=demo_crowd.COUNT,
            metavar="NOMBRE",
            help="inscriptions que le travail de fond invente ensuite, pour les listes de la gestion",
        )
        code = commands.add_parser("code", help="donner le code du second facteur d'un agent")
        code.add_argument("address", metavar="ADRESSE")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Cette commande n'existe que dans la démonstration.")
        if options["what"] == "code":
            self._code(options["address"])
        else:
            self._load(crowd=options["crowd"])

    def _load(self, *, crowd: int) -> None:
        self._migrate()
        now = timezone.now()
        load_reference()
        for source in demo_files.sources(REGULATIONS, at=now):
            load(source, by=BY, at=now)
        demo_people.make_people(at=now - LONG_AGO)
        demo_registrations.make_registrations(at=now)
        demo_registrations.make_minor(at=now)
        demo_registrations.make_records(at=now)
        asking = demo_registrations.make_asking(at=now)
        demo_accommodations.make_accommodations(asking, at=now)
        demo_registrations.make_posting(at=now)
        demo_pieces.make_pieces(at=now)
        demo_pieces.make_complete(at=now)
        self._deliver(now)
        with suppress(AlreadyEnqueued), transaction.atomic():
            fill_demo.defer(count=crowd)
        self.stdout.write("Données de démonstration prêtes.")

    def _migrate(self) -> None:
        """Bring the tables up to date; where they are, to know it takes a tenth of a second."""
        try:
            left = standing.migrations_left(connection)
        except standing.TooOldError:
            raise CommandError(
                "Les données de cette démonstration sont d'une version trop ancienne : "
                "« make demo-reset » les oublie."
            ) from None
        if left:
            call_command("migrate", interactive=False, stdout=self.stdout)

    def _deliver(self, now: datetime) -> None:
        """Send each message at the instant of its act: the acts are of days ago."""
        for message in Message.objects.due(now).order_by("written_at"):
            delivery.deliver(message.pk, at=message.written_at)

    def _code(self, address: str) -> None:
        # A rehearsal has agents of its own, which it has printed.
        staff = "" if settings.REHEARSAL is not None else f" {_STAFF}"
        user = User.objects.filter(email=normalised_address(address)).first()
        if user is None:
            raise CommandError(f"Aucun compte n'a l'adresse {address}.{staff}")
        try:
            self.stdout.write(second_factor.current_code(user))
        except Authenticator.DoesNotExist:
            raise CommandError(f"{address} n'a pas de second facteur.{staff}") from None
