"""What each role of the office may do, and where: permissions over academies × domains."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from sporades.accounts.models import Membership
from sporades.core.actors import Actor

Role = Membership.Role


class Permission(Enum):
    """Something that a role may do; its value says it in French."""

    READ_FILES = "chercher et lire les inscriptions"
    READ_WHOLE_FILES = (
        "lire tout d'un dossier : santé et aménagements, historique, journal, pièces, documents"
    )
    READ_LISTS = "chercher par critères, lire les listes et les statistiques d'un périmètre"
    DECIDE = "écarter, rétablir, mettre en anomalie, valider une inscription"
    CORRECT_IDENTITY = "corriger l'état civil d'un candidat"
    COMPARE_DOUBLES = "comparer les doublons probables, les distinguer, proposer une fusion"
    APPROVE_MERGES = "approuver ou refuser une fusion qu'un autre propose"
    FILE_FOR_CANDIDATES = "inscrire un candidat, modifier son inscription pour lui"
    KEEP_RECORDS = "faire et tenir la fiche d'un candidat sans compte"
    MOVE_REGISTRATIONS = "donner une inscription à une autre académie"
    DECIDE_CHANGES = "accepter ou refuser une modification demandée après la fermeture"
    ANSWER_MESSAGES = "répondre aux messages des candidats"
    WRITE_NOTES = "écrire une note interne dans un dossier"
    READ_JOURNAL = (
        "lire le journal : les actes d'une académie, qui a consulté quel dossier, preuves du dépôt et de "
        "l'instruction"
    )
    JUDGE_EVIDENCE = "vérifier les pièces justificatives, en dispenser"
    DECIDE_ACCOMMODATIONS = (
        "confier les demandes d'aménagement à un médecin, en décider, notifier la décision"
    )
    FIND_ACCOUNTS = "chercher un compte de candidat par son adresse, faire renvoyer son activation"
    RECEIVE = "noter ce qui arrive par la poste"
    WITHHOLD = "geler l'effacement d'une inscription au-delà de son terme, lever ce gel"
    READ_SERVICES = "lire les dates des services d'inscription et leurs changements"
    MOVE_SERVICES = "ouvrir, fermer et déplacer un service, proposer une prolongation"
    CHANGE_CONTACTS = "changer les coordonnées d'un service gestionnaire"
    PRINT_LETTERS = "imprimer les courriers, noter leur envoi et leur retour"
    ANNOUNCE = "afficher ou retirer le bandeau de toutes les pages"
    PREPARE_DOCUMENTS = "préparer, déposer, publier et retirer des documents"
    APPROVE_PUBLICATIONS = "approuver ou refuser une publication qu'un autre propose"
    WRITE_MESSAGES = "écrire aux candidats trouvés, envoyer de nouveau un mail refusé"
    APPROVE_MESSAGES = "approuver ou refuser un grand envoi qu'un autre propose"
    EXPORT = "exporter les inscriptions trouvées"
    APPROVE_EXPORTS = "approuver ou refuser un grand export qu'un autre demande"
    APPROVE_EXTENSIONS = "approuver ou refuser une prolongation qu'un autre propose"
    READ_REGULATIONS = "lire les réglementations, leurs versions et leurs essais à blanc"
    PREPARE_REGULATIONS = "charger un fichier de réglementation, l'essayer à blanc, le retirer"
    ENFORCE_REGULATIONS = (
        "mettre en vigueur une réglementation (un chef de service : de ses seules académies)"
    )
    READ_MEMBERS = "lire la liste des agents, de leurs rôles et de leurs accès"
    PROPOSE_ROLES = "proposer d'inviter un agent, ou de changer son rôle"
    GIVE_ROLES = "approuver ou refuser l'accès qu'un autre propose pour un agent"
    CLOSE_MEMBERS = "fermer tout de suite l'accès d'un agent"
    GIVE_OPINIONS = "lire les papiers de santé qui lui sont confiés, donner son avis"


WHOLE = frozenset({Role.MANAGER, Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR})
"""The roles that read the whole of a file, and lists of them."""

OFFICE = WHOLE | {Role.HELPDESK}
"""The roles of the office: a doctor has no page of it.

Who answers the telephone reads one file at a time, and nothing in it of health; they note what was
said and what came by post. They answer no message: what is written stays in the file as the word of
its service, and ends the wait of whoever wrote.
"""

GRANTED: dict[Permission, frozenset[Role]] = {
    Permission.READ_FILES: OFFICE,
    Permission.READ_WHOLE_FILES: WHOLE,
    Permission.READ_LISTS: WHOLE,
    Permission.DECIDE: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.CORRECT_IDENTITY: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.COMPARE_DOUBLES: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.APPROVE_MERGES: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.FILE_FOR_CANDIDATES: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.KEEP_RECORDS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.MOVE_REGISTRATIONS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.DECIDE_CHANGES: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.ANSWER_MESSAGES: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.WRITE_NOTES: OFFICE - {Role.AUDITOR},
    Permission.READ_JOURNAL: frozenset({Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR}),
    Permission.JUDGE_EVIDENCE: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.DECIDE_ACCOMMODATIONS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.FIND_ACCOUNTS: OFFICE - {Role.AUDITOR},
    Permission.RECEIVE: OFFICE - {Role.AUDITOR},
    Permission.WITHHOLD: frozenset({Role.ADMINISTRATOR}),
    Permission.READ_SERVICES: OFFICE,
    Permission.MOVE_SERVICES: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.CHANGE_CONTACTS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.PRINT_LETTERS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.ANNOUNCE: frozenset({Role.ADMINISTRATOR}),
    Permission.PREPARE_DOCUMENTS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.APPROVE_PUBLICATIONS: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.WRITE_MESSAGES: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.APPROVE_MESSAGES: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.EXPORT: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    Permission.APPROVE_EXPORTS: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.APPROVE_EXTENSIONS: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.READ_REGULATIONS: WHOLE,
    Permission.PREPARE_REGULATIONS: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.ENFORCE_REGULATIONS: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.READ_MEMBERS: frozenset({Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR}),
    Permission.PROPOSE_ROLES: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.GIVE_ROLES: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.CLOSE_MEMBERS: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Permission.GIVE_OPINIONS: frozenset({Role.DOCTOR}),
}
"""Which roles have each permission. A reader of no role has none."""


def allowing(
    permission: Permission, *, user: Any, academy: Any, domain: Any, on: date
) -> QuerySet[Membership]:
    """Return the memberships by which somebody may do something somewhere on a day; none of a closed account.

    Args:
        permission: what they may do.
        user: who, as a question about memberships refers to it, `OuterRef("author")` for instance.
        academy: where, likewise.
        domain: of which domain, by its code, likewise.
        on: the day.
    """
    found: QuerySet[Membership] = Membership.objects.current(on).filter(
        Q(academies=[]) | Q(academies__contains=[academy]),
        Q(domains=[]) | Q(domains__contains=[domain]),
        user=user,
        user__is_active=True,
        role__in=sorted(GRANTED[permission]),
    )
    return found


@dataclass(frozen=True)
class Perimeter:
    """Where a membership counts.

    Attributes:
        academies: their codes; nothing for all of them.
        domains: their codes; nothing for all of them.
        member: who acts there, in the role of the membership.
    """

    academies: frozenset[str] | None
    domains: frozenset[str] | None
    member: Actor

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], member: Actor) -> "Perimeter":
        """Return the perimeter that `as_json` gave."""
        academies, domains = kept["academies"], kept["domains"]
        return cls(
            academies=None if academies is None else frozenset(academies),
            domains=None if domains is None else frozenset(domains),
            member=member,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it: where, not who."""
        return {
            "academies": None if self.academies is None else sorted(self.academies),
            "domains": None if self.domains is None else sorted(self.domains),
        }

    def includes(self, other: "Perimeter") -> bool:
        """Return whether another perimeter lies within this one."""
        return _includes(self.academies, other.academies) and _includes(self.domains, other.domains)

    def also_in(self, other: "Perimeter") -> "Perimeter | None":
        """Return what lies both in this one and in another; nothing where nothing does."""
        academies = _common(self.academies, other.academies)
        domains = _common(self.domains, other.domains)
        if frozenset() in (academies, domains):
            return None
        return Perimeter(academies, domains, self.member)

    def covers(self, *, academy: str, domain: str) -> bool:
        """Return whether something of this academy and this domain lies within."""
        return (self.academies is None or academy in self.academies) and (
            self.domains is None or domain in self.domains
        )

    def condition(self, *, academy: str, domain: str) -> Q:
        """Return what a row must satisfy, given the paths of its academy and of its domain's code."""
        condition = Q()
        if self.academies is not None:
            condition &= Q(**{f"{academy}__in": sorted(self.academies)})
        if self.domains is not None:
            condition &= Q(**{f"{domain}__in": sorted(self.domains)})
        return condition


@dataclass(frozen=True)
class Reach:
    """Everywhere somebody may do something: what lies outside does not exist for them."""

    perimeters: tuple[Perimeter, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anywhere at all."""
        return bool(self.perimeters)

    def condition(self, *, academy: str, domain: str) -> Q:
        """Return what a row must satisfy, given the paths of its academy and of its domain's code."""
        if self.is_everything:
            return Q()  # which would be lost among the others: `Q() | Q(…)` is `Q(…)`
        within = [one.condition(academy=academy, domain=domain) for one in self.perimeters]
        return reduce(or_, within) if within else Q(pk__in=[])

    @property
    def is_everything(self) -> bool:
        """Whether it has no bounds: every academy, and every domain."""
        return any(one.academies is None and one.domains is None for one in self.perimeters)

    def covers(self, *, academy: str, domain: str) -> bool:
        """Return whether something of this academy and this domain is reached."""
        return any(one.covers(academy=academy, domain=domain) for one in self.perimeters)

    def of_domain(self, path: str) -> Q:
        """Return what a row must satisfy that is of a domain and of no academy, given its path."""
        if any(one.domains is None for one in self.perimeters):
            return Q()
        return Q(**{f"{path}__in": sorted(set().union(*self._domains()))})

    def knows(self, domain: str) -> bool:
        """Return whether something of this domain is reached, in whatever academy."""
        return any(_has(one.domains, domain) for one in self.perimeters)

    def holds(self, *, academies: Collection[str], domain: str) -> bool:
        """Return whether a domain is reached in all of some academies; of none, in every one."""
        if any(one.academies is None for one in self.perimeters if _has(one.domains, domain)):
            return True
        covered = [self.covers(academy=academy, domain=domain) for academy in academies]
        return bool(covered) and all(covered)

    def of_academy(self, path: str) -> Q:
        """Return what a row must satisfy that is of an academy and of no domain, given its path."""
        if any(one.academies is None for one in self.perimeters):
            return Q(**{f"{path}__isnull": False})
        codes = frozenset().union(*(one.academies or frozenset() for one in self.perimeters))
        return Q(**{f"{path}__in": sorted(codes)})

    def in_academy(self, code: str) -> "Reach":
        """Return what is reached of one academy, by its code: perhaps nothing."""
        held = (one for one in self.perimeters if _has(one.academies, code))
        return Reach(tuple(replace(one, academies=frozenset({code})) for one in held))

    def whole_academies(self) -> frozenset[str] | None:
        """Return the codes of the academies that are reached in every domain; nothing for all."""
        whole = [one.academies for one in self.perimeters if one.domains is None]
        if any(academies is None for academies in whole):
            return None
        return frozenset().union(*(academies for academies in whole if academies is not None))

    def _domains(self) -> list[frozenset[str]]:
        return [one.domains or frozenset() for one in self.perimeters]

    @property
    def only_academy(self) -> str:
        """The code of the academy that it is of; nothing where it is of several, or of all."""
        found = {one.academies or frozenset() for one in self.perimeters}
        codes = frozenset().union(*found)
        return next(iter(codes)) if found == {codes} and len(codes) == 1 else ""

    def includes(self, other: "Reach") -> bool:
        """Return whether all that another reaches is reached here, by one perimeter at a time."""
        return all(
            any(mine.includes(theirs) for mine in self.perimeters) for theirs in other.perimeters
        )

    def also_in(self, other: "Reach") -> "Reach":
        """Return what is reached both here and there, in the roles that reach it here."""
        common = (mine.also_in(theirs) for mine in self.perimeters for theirs in other.perimeters)
        return Reach(tuple(one for one in common if one is not None))

    def as_json(self) -> list[dict[str, Any]]:
        """Return what is kept of it, to be compared later."""
        return [one.as_json() for one in self.perimeters]

    @property
    def member(self) -> Actor:
        """Who acts on nothing of one academy or one domain: in their first role. Raises IndexError."""
        return self.perimeters[0].member

    def author(self, *, academy: str, domain: str) -> Actor:
        """Return who acts on something of this academy and this domain, in the role that reaches it.

        Raises:
            LookupError: it is not reached.
        """
        for one in self.perimeters:
            if one.covers(academy=academy, domain=domain):
                return one.member
        raise LookupError(f"{academy}, {domain}")

    def author_of(self, other: "Reach") -> Actor:
        """Return who acts on all that another reach holds, in the role that reaches it.

        Where no single role does, it is done in the first. Raises IndexError: nothing is reached.
        """
        holding = (
            mine.member
            for mine in self.perimeters
            if all(mine.includes(theirs) for theirs in other.perimeters)
        )
        return next(holding, None) or self.member

    def member_for(self, domain: str) -> Actor:
        """Return who acts on something of a domain and of no academy. Raises LookupError."""
        for one in self.perimeters:
            if _has(one.domains, domain):
                return one.member
        raise LookupError(domain)

    def academies(self, known: Iterable[str]) -> list[str]:
        """Keep, of the codes of academies that are known, those that are reached."""
        return [
            code
            for code in known
            if any(one.academies is None or code in one.academies for one in self.perimeters)
        ]

    def domains(self, known: Iterable[str]) -> list[str]:
        """Keep, of the codes of domains that are known, those that are reached."""
        return [
            code
            for code in known
            if any(one.domains is None or code in one.domains for one in self.perimeters)
        ]


def reach(memberships: Iterable[Membership], permission: Permission) -> Reach:
    """Return where somebody may do something.

    Args:
        memberships: those that have not ended.
        permission: what they wish to do.
    """
    return reach_of(one for one in memberships if one.role in GRANTED[permission])


def reach_of(memberships: Iterable[Membership]) -> Reach:
    """Return everywhere that some memberships count, whatever they allow there."""
    return Reach(tuple(_perimeter(one) for one in memberships))


def _has(codes: frozenset[str] | None, code: str) -> bool:
    return codes is None or code in codes


def _includes(mine: frozenset[str] | None, theirs: frozenset[str] | None) -> bool:
    return mine is None or (theirs is not None and theirs <= mine)


def _common(mine: frozenset[str] | None, theirs: frozenset[str] | None) -> frozenset[str] | None:
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    return mine & theirs


def _perimeter(membership: Membership) -> Perimeter:
    is_national = membership.role == Role.ADMINISTRATOR
    return Perimeter(
        academies=None if is_national else frozenset(membership.academies),
        domains=frozenset(membership.domains) or None,
        member=membership.as_actor(),
    )
