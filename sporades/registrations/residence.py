"""For an exam, one registers in the academy where one lives (guide, « M'inscrire »)."""

from dataclasses import dataclass
from datetime import datetime

from sporades.core.french import listed
from sporades.exams.models import RegistrationService
from sporades.exams.rules.residence import (
    abroad_for,
    duty_in_words,
    is_free,
    registering_academy,
)
from sporades.exams.rules.texts import with_text
from sporades.registrations.dossier import Dossier
from sporades.territory import queries as territory
from sporades.territory.models import Academy
from sporades.territory.rules import Outcome, Residence


@dataclass(frozen=True)
class Place:
    """Where somebody may register: an academy, with its service for the exam if it has one."""

    academy: Academy
    service: RegistrationService | None

    @property
    def in_words(self) -> str:
        """Say whom to ask there, with a telephone where it is known."""
        name = self.academy.full_name
        return f"{self.service.managing_service.name_and_phone} ({name})" if self.service else name


@dataclass(frozen=True)
class Elsewhere:
    """Why an address does not belong to the service, and the field to correct.

    Attributes:
        field: the name of the field.
        message: what is wrong and what to do.
        places: where to ask or to register instead.
        rule: what is asked of everybody, where the message leaves it to its page.
    """

    field: str
    message: str
    places: tuple[Place, ...] = ()
    rule: str = ""


def refusal_of_residence(
    dossier: Dossier, *, postcode: str, commune: str, country: str
) -> Elsewhere | None:
    """Return why this address cannot register with this service, or nothing.

    What the office has placed in an academy stays there, wherever its candidate lives.

    Args:
        dossier: the dossier; the réglementation of its exam says what decides of the academy.
        postcode: the postcode, as typed.
        commune: the INSEE code of the commune, where it is known.
        country: the INSEE code of the country.
    """
    rule = dossier.rules.residence
    here = dossier.service.academy
    if is_free(rule) or dossier.is_placed:
        return None
    residence = territory.residence_academy(postcode, commune or None, country)
    if residence.outcome is Outcome.ABROAD:
        return None if here.code in abroad_for(rule, country) else _refused_abroad(dossier, country)
    wanted = {registering_academy(rule, academy.code) for academy in residence.academies}
    if wanted == {here.code}:
        return None
    if here.code in wanted or not wanted:
        return Elsewhere("town", _ask_for_the_town(residence, postcode))
    right = _place(dossier, min(wanted))
    return Elsewhere(
        "postcode",
        _message(dossier, right, postcode),
        (right,),
        rule=with_text(f"{duty_in_words(rule)}.", rule.reference),
    )


def open_service(
    dossier: Dossier, elsewhere: Elsewhere | None, *, at: datetime
) -> RegistrationService | None:
    """Return the service that takes up a dossier in the only academy where its address may register.

    Nothing when it is the dossier's own, is not open, or the registration is already filed.

    Args:
        dossier: the dossier.
        elsewhere: why its address does not belong to its service, if it does not.
        at: the instant.
    """
    if dossier.amends or elsewhere is None or len(elsewhere.places) != 1:
        return None
    service = elsewhere.places[0].service
    if service is None or service.pk == dossier.service.pk:
        return None
    return service if service.accepts(at) else None


def _refused_abroad(dossier: Dossier, country: str) -> Elsewhere:
    here = Place(dossier.service.academy, dossier.service)
    places = tuple(_place(dossier, code) for code in abroad_for(dossier.rules.residence, country))
    named = " ; ".join(place.in_words for place in places or (here,))
    advice = (
        "Depuis l'étranger, inscrivez-vous auprès de"
        if places
        else "Demandez où vous inscrire à ce service"
    )
    message = (
        f"{duty_in_words(dossier.rules.residence)} : une adresse à l'étranger ne dépend pas "
        f"{here.academy.with_preposition}. {advice} : {named}."
    )
    return Elsewhere(
        "country", with_text(message, dossier.rules.residence.reference), places or (here,)
    )


def _ask_for_the_town(residence: Residence, postcode: str) -> str:
    names = [academy.full_name for academy in residence.academies]
    if not names:
        return f"Le code postal {postcode} n'est pas reconnu : indiquez celui de votre domicile."
    return (
        f"Le code postal {postcode} dépend, selon la commune, de : {listed(names, last='ou')}. "
        "Indiquez le nom exact de votre commune."
    )


def _message(dossier: Dossier, right: Place, postcode: str) -> str:
    message = (
        f"Vérifiez le code postal : {postcode} est dans {right.academy.with_article}, et cette "
        f"inscription est pour {dossier.service.academy.with_article}."
    )
    # Of what is filed already, one service alone is to be asked, whatever the other one takes.
    if dossier.amends and dossier.is_typed_for:
        message += (
            " L'inscription est déjà enregistrée : dites dans cet onglet si elle y reste, ou "
            "changez-la d'académie."
        )
    elif dossier.amends:
        message += (
            " Votre inscription est déjà enregistrée : demandez son transfert à votre service "
            "gestionnaire."
        )
    return message


def _place(dossier: Dossier, academy: str) -> Place:
    return Place(territory.academy(academy), _service_in(dossier, academy))


def _service_in(dossier: Dossier, academy: str) -> RegistrationService | None:
    found: RegistrationService | None = (
        RegistrationService.objects.filter(
            domain=dossier.exam.domain,
            session=dossier.exam.session,
            academy=academy,
            audience=dossier.service.audience,
        )
        .select_related("academy", "managing_service")
        .first()
    )
    return found
