"""In which academy one registers, given where one lives."""

from sporades.exams.schema.eligibility import Residence, ResidenceRule


def is_free(residence: Residence) -> bool:
    """Tell whether the academy is for the candidate to choose."""
    return residence.rule is ResidenceRule.CHOICE


def is_by_address(residence: Residence) -> bool:
    """Tell whether the address that is given decides, be it that of where one works."""
    return residence.rule is ResidenceRule.ADDRESS


def duty_in_words(residence: Residence) -> str:
    """Say where one must register, as the beginning of a sentence; nobody has a choice."""
    if is_by_address(residence):
        return (
            "Vous devez vous inscrire dans l'académie de l'adresse que vous donnez, personnelle ou "
            "administrative"
        )
    return "Pour cet examen, vous devez vous inscrire dans l'académie de votre résidence"


def registering_academy(residence: Residence, academy: str) -> str:
    """Return the code of the academy that registers the residents of another one."""
    for group in residence.groups:
        if academy in group.academies:
            return group.into
    return academy


def abroad_for(residence: Residence, country: str) -> tuple[str, ...]:
    """Return the codes of the academies that register who lives in a foreign country.

    Args:
        residence: the rule of the exam.
        country: the code of the country.
    """
    for group in residence.countries:
        if country in group.countries:
            return (group.into,)
    return residence.abroad
