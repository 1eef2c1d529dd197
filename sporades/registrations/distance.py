"""What the law adds, for who lives far from the court, to the time to ask it (CJA R. 421-7).

Of the court alone: to ask the authority to look again leaves two months to all (Conseil d'État,
5 janvier 2000, n° 170954).
"""

from sporades.registrations.models import Registration

LAW = "(code de justice administrative, article R. 421-7)"
_MORE = {1: "un mois", 2: "deux mois"}


def distance_in_words(registration: Registration) -> str:
    """Say it beside the two months; of who lives near, nothing.

    Args:
        registration: of whom, with its service.
    """
    months = registration.months_of_distance
    if not months:
        return ""
    return (
        f"Pour saisir le tribunal, vous avez {_MORE[months]} de plus, parce que vous habitez loin de "
        f"lui {LAW}."
    )
