"""What is said of a number that leads to nothing."""

from sporades.core.numbers import is_valid


def no_registration(number: str) -> str:
    """Say that no registration has a number, or that a figure of it is wrong (adr/0010).

    Args:
        number: as it was typed.
    """
    if not is_valid(number):
        return (
            f"{number} a un chiffre faux ou deux chiffres inversés : aucune inscription ne peut porter "
            "ce numéro."
        )
    return f"Aucune inscription ne porte le numéro {number}."
