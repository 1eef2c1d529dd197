"""What the domain says when it will not do something."""


class Refused(Exception):
    """An act that cannot be done, with the reason in French, fit for its reader."""

    message = "Cette action n'est pas possible."

    def __init__(self, message: str | None = None) -> None:
        """Keep the message given, or the class's own."""
        super().__init__(message or self.message)


class SamePerson(Refused):
    """Whoever proposes something does not approve it; each room says what."""

    message = "Une autre personne que celle qui propose doit approuver."


class NoLongerProposed(Refused):
    """Who proposed something may not any more: it would be the act of one person alone."""

    message = (
        "La personne qui a proposé cela ne peut plus le proposer : son rôle a changé ou pris fin, "
        "ou ne couvre plus tout ce dont il s'agit. Refusez cette proposition ; qui peut encore la "
        "faire la fera de nouveau."
    )


class NobodyApproves(Refused):
    """No second person has a perimeter that holds that of whoever proposes; each room says more."""

    message = (
        "Il faut l'accord d'une seconde personne, et personne n'a un périmètre qui contient le "
        "vôtre : demandez à l'administrateur."
    )


class ReasonMissing(Refused):
    """What a candidate is told with a reason is not done without one."""

    message = "Dites le motif : le candidat le lira."
