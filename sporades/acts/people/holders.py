"""Whose account an operator is asked to act on: its address alone may be a slip."""

from dataclasses import dataclass

from django.db.models import Q

from sporades.accounts.models import Membership, User, normalised_address
from sporades.candidates.models import Candidate, Identity
from sporades.core.refusals import Refused
from sporades.core.text import search_key


class NoAccount(Refused):
    """No account has this address."""


class NotTheHolder(Refused):
    """The account that has this address is not of the person that was said."""

    message = (
        "Le compte de cette adresse n'est pas celui de cette personne, ou elle n'est pas née ce jour-là : "
        "relisez l'adresse, le nom et la date de naissance. Rien n'est changé."
    )


@dataclass(frozen=True)
class Holder:
    """Whose account an operator has verified it to be: a slip in an address would open another's.

    Attributes:
        name: first names and a family name, or the latter alone, however they are typed.
        born: what is known of the birth date, « 2001-04-12 », « 2001-04 » or « 2001 »; an agent has none.
    """

    name: str
    born: str = ""


def account_of(email: str, holder: Holder) -> User:
    """Return the account that has an address, if it is that of a person.

    Raises:
        NoAccount: none has it.
        NotTheHolder: it is somebody else's.
    """
    user = account_at(email)
    said = set(search_key(holder.name).split())
    # Who activates an account made by a code has the record that the code is of, and not before.
    theirs = Q(user=user) | Q(claim_code__taken_by=user)
    candidate = Candidate.objects.filter(theirs).select_related("identity").first()
    if candidate is not None:
        who = candidate.identity
        family, born = f"{who.birth_name_key} {who.usage_name_key}", _born(who)
        if born == holder.born and said & set(family.split()) and said <= set(who.name_key.split()):
            return user
    for role in Membership.objects.filter(user=user):
        if said and said <= set(search_key(role.full_name).split()):
            return user
    raise NotTheHolder


def _born(who: Identity) -> str:
    parts = (f"{who.birth_year:04}", who.birth_month, who.birth_day)
    return "-".join(f"{one:02}" if isinstance(one, int) else one for one in parts if one)


def account_at(email: str) -> User:
    """Return the account that has an address, however it is typed.

    Raises:
        NoAccount: none has it.
    """
    address = normalised_address(email)
    user = User.objects.filter(email=address).first()
    if user is None:
        raise NoAccount(f"Aucun compte n'a l'adresse {address}.")
    return user
