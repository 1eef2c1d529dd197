"""« J'ai reçu un code »: somebody takes the record that an office made of them (B8)."""

from datetime import datetime

from django.db import transaction

from sporades import journal, mail
from sporades.accounts import limits
from sporades.accounts import operations as accounts
from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.acts.people import addressing, enrolling, forgetting, joining
from sporades.acts.people.attaching import attach
from sporades.acts.people.reached import way_to
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.births import Parts
from sporades.candidates.models import Candidate, ClaimCode, Identity
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.drawers import operations as drawers
from sporades.registrations.operations import giving_over


class WrongCode(Refused):
    """It opens nothing, for whatever reason: nothing more is said."""

    message = (
        "Ce code n'ouvre rien avec cette date de naissance. Vérifiez l'un et l'autre. S'il a plus de "
        "30 jours, s'il a déjà servi ou si un autre vous a été donné depuis, demandez-en un nouveau "
        "au service qui vous l'a remis."
    )


class TooManyTries(Refused):
    """Too many codes were typed from there."""

    message = "Trop de codes ont été essayés depuis votre réseau. Réessayez dans une heure."


class TwoFiles(Refused):
    """The account has a file of its own: two persons of the office merge them."""

    message = (
        "Votre compte a déjà son propre dossier, et ce code en ouvre un autre. Rien n'est changé : "
        "demandez au service qui vous a remis ce code de réunir les deux."
    )


class AnotherPerson(Refused):
    """The account says another name or birth date, and nobody has registered under it."""

    message = (
        "Ce code est celui d'un dossier dont les noms ou la date de naissance ne sont pas ceux de "
        "votre compte. Si ce dossier est le vôtre, corrigez d'abord « Modifier mon compte », puis "
        "tapez le code de nouveau. Sinon, déconnectez-vous : le code se tape aussi pour faire un compte."
    )


class AnotherCandidate(Refused):
    """The account is of somebody else, who has registered: a twin, whose parent reads both mails."""

    message = (
        "Ce code est celui d'un autre candidat, et un compte n'en a qu'un. Rien n'est changé : "
        "déconnectez-vous, puis tapez le code de nouveau pour faire un compte, avec une autre adresse "
        "mail. Si c'est vous, sous d'autres noms ou une autre date de naissance, demandez au service "
        "qui vous a remis ce code de réunir les deux dossiers."
    )


class GivenMeanwhile(Refused):
    """Another code was given since the page was opened, by the same press perhaps, or it has served."""

    message = (
        "Une fiche de connexion a été donnée, ou son code a servi, depuis que vous avez ouvert cette "
        "page : voyez vos téléchargements, et ce qui en est dit ici. Si vous ne l'avez pas, donnez un "
        "autre code."
    )


@transaction.atomic
def give_code(
    candidate: Candidate,
    *,
    reach: Reach,
    academy: str,
    by: Actor,
    at: datetime,
    seen: str | None = None,
) -> str:
    """Return a new code for a record, which ends the one before, and the account that it waits for.

    Once activated, that account would have no record: its owner would make another.

    Args:
        candidate: the record.
        reach: where whoever gives it keeps records.
        academy: for which it is given.
        by: who gives it.
        at: the instant.
        seen: what `claims.mark_of` said when the record was read; nothing where that is no matter.

    Raises:
        Merged, HasAccount, HeldElsewhere: as `enrolling.check` says.
        GivenMeanwhile: the code is no more what was read.
    """
    # In the order of every act: the code, the account that it makes, then the record.
    codes = ClaimCode.objects.select_for_update(of=("self",)).filter(candidate=candidate)
    before, read = codes.first(), claims.mark_of(candidate)
    if before is not None and before.taken_by is not None:
        forgetting.give_way(before.taken_by, at=at)
    locked = Candidate.objects.select_for_update(of=("self",), no_key=True).get(pk=candidate.pk)
    enrolling.check(locked, reach=reach)
    # Of two presses at once, the second finds the first code of all once it holds the record.
    now = read if before is not None else claims.mark_of(locked)
    if seen is not None and seen != now:
        raise GivenMeanwhile
    way = way_to(locked)
    code = claims.give(locked, by=by.name, email=way.email, envelope=way.envelope, at=at)
    journal.record("claim code given", by=by, on=locked, at=at, academy=academy)
    return code


def claim(
    *, code: str, birth: Parts, email: str, password: str, network: str, at: datetime
) -> None:
    """Make an account that takes a record once it is activated; no other record is made.

    The code serves until then: whoever mistyped their address begins again, and the account that
    nobody has activated gives way. Of two at once, one account is left.

    Args:
        code: what was typed.
        birth: day, month, year.
        email: the address, in any form; that of the record may be taken.
        password: what will open the account.
        network: where the demand comes from.
        at: the instant at which it arrived.

    Raises:
        TooManyTries, WrongCode: see each.
        addressing.AddressKnown: an account or another record carries the address.
        joining.TooManyMails: the mail that activates it may not leave.
    """
    _spend(network, at=at)
    with transaction.atomic():
        addressing.hold_address(email, at=at)
        found = claims.opened_by(code, birth, at=at)
        if found is not None:
            joining.join(
                identity=None,
                email=email,
                password=password,
                at=at,
                network=network,
                record=found.candidate,
                also=lambda user: _wait(found, user, at=at),
            )
    if found is None:
        accounts.hashed(password)  # as slow as when the code is right
        raise WrongCode


def _wait(code: ClaimCode, user: User, *, at: datetime) -> None:
    """Keep which account the code makes, until it is activated; another one gives way."""
    code.refresh_from_db(fields=["taken_by"])
    if code.taken_by is not None:
        forgetting.give_way(code.taken_by, at=at)
    ClaimCode.objects.filter(pk=code.pk).update(taken_by=user)


def claim_into(user: User, *, code: str, birth: Parts, network: str, at: datetime) -> None:
    """Give a record to an account that is signed in, if nobody has registered with it.

    Civil data of its own that are the same person's give way to those of the record, to which what
    was begun goes. An account that waits for its activation by the same code gives way. Two files are
    never merged here.

    Raises:
        TooManyTries, WrongCode, TwoFiles, AnotherPerson, AnotherCandidate: see each.
    """
    _spend(network, at=at)
    with transaction.atomic():
        # In the order of every act: the account, whose address may just have changed, then that.
        accounts.lock(user)
        user.refresh_from_db(fields=["email"])
        addressing.hold_address(user.email, at=at)
        found = claims.opened_by(code, birth, at=at)
        if found is not None:
            _make_room(user, found.candidate)
            _wait(found, user, at=at)
            attach(user, at=at)
    if found is None:
        raise WrongCode


def _make_room(user: User, record: Candidate) -> None:
    mine = Candidate.objects.filter(user=user)
    # In the order of every act: what is being filed is filed, and counts, or goes to the record.
    giving_over.lock_all(list(mine.values_list("pk", flat=True)))
    own = mine.select_for_update(of=("self",)).first()
    if own is None:
        return
    is_same = _is_same(own.identity, record.identity)
    if own.is_frozen:
        raise TwoFiles if is_same else AnotherCandidate
    if not is_same:
        raise AnotherPerson
    giving_over.give_all(own, kept=record)
    mail.forget([own])
    drawers.give(own, to=record)
    candidates.erase(own)


def _is_same(one: Identity, other: Identity) -> bool:
    """Return whether civil data name one person: names and birth date."""
    names = ("birth_name_key", "first_names_key", "birth_year", "birth_month", "birth_day")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _spend(network: str, *, at: datetime) -> None:
    if not limits.spend(limits.CODES_FROM_A_NETWORK, network, at=at):
        raise TooManyTries
