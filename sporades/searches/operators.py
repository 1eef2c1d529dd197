"""How a criterion is compared with what is typed."""

from enum import StrEnum


class Operator(StrEnum):
    """A comparison; its value is what a kept search holds."""

    IS = "egal"
    IS_NOT = "non_egal"
    CONTAINS = "contient"
    STARTS = "commence"
    IS_LIKE = "ressemble"
    BETWEEN = "entre"
    EMPTY = "vide"
    FILLED = "non_vide"
    ENTERED = "inscrit"
    NOT_ENTERED = "non_inscrit"
    DISPENSED = "dispense"
    KEPT = "benefice"

    @property
    def label(self) -> str:
        """What a reader sees."""
        return _LABELS[self]

    @property
    def boxes(self) -> int:
        """How many values it is compared with."""
        if self in (Operator.EMPTY, Operator.FILLED):
            return 0
        return 2 if self is Operator.BETWEEN else 1


_LABELS = {
    Operator.IS: "Égal",
    Operator.IS_NOT: "Non égal",
    Operator.CONTAINS: "Contient",
    Operator.STARTS: "Commence par",
    Operator.IS_LIKE: "Ressemble à",
    Operator.BETWEEN: "Entre",
    Operator.EMPTY: "Vide",
    Operator.FILLED: "Non vide",
    Operator.ENTERED: "Inscrit",
    Operator.NOT_ENTERED: "Non inscrit",
    Operator.DISPENSED: "Dispensé",
    Operator.KEPT: "Bénéfice",
}
