"""In which academy one registers, given where one lives."""

from collections.abc import Collection

from sporades.exams.schema.eligibility import Residence, ResidenceRule


def is_free(residence: Residence) -> bool:
    """Tell whether the academy is for the candidate to choose."""
    return residence.rule is ResidenceRule.CHOICE


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


def accepts(residence: Residence, service: str, homes: Collection[str]) -> bool:
    """Tell whether the service of an academy registers one who lives in one of some others.

    Args:
        residence: the rule of the exam.
        service: the code of the academy of the service.
        homes: the codes of the academies where the address may be: several when its postcode
            spans them; none for an address abroad.
    """
    if is_free(residence):
        return True
    if not homes:
        return service in residence.abroad
    return service in {registering_academy(residence, home) for home in homes}
