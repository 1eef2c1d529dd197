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
