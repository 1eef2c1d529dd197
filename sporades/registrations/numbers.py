"""Registration numbers: from a sequence, so that nobody waits for anybody. Gaps are normal."""

from django.db import connection

from sporades.core.numbers import with_check_digit

SEQUENCE = "registration_numbers"
UNKNOWN = "Aucune inscription de votre périmètre n'a ce numéro."
"""What the office reads of a number that is of none, or of one that it does not see."""


def take_number() -> str:
    """Return the next registration number: ten digits and their check digit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [SEQUENCE])
        (number,) = cursor.fetchone()
    return with_check_digit(number)
