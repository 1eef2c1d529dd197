"""How a criterion is compared with what is typed."""

from enum import StrEnum


class Operator(StrEnum):
    """A comparison; its value is what a kept search holds."""

    IS = "egal"
    IS_NOT = "non_egal"
    AMONG = "parmi"
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
    PIECE_OWED = "a_fournir"
    PIECE_CHECKING = "en_verification"
    PIECE_DEPOSITED = "deposee"
    PIECE_ACCEPTED = "conforme"
    PIECE_REFUSED = "non_conforme"
    PIECE_WAIVED = "piece_dispensee"
    PIECE_POSTED = "recue_par_courrier"
    GRANTED = "accorde"
    ASKED_FOR = "demande"
    NO_DOCUMENT = "aucun"
    DOCUMENT_PUBLISHED = "publie"
    DOCUMENT_UNOPENED = "pas_ouvert"
    DOCUMENT_OPENED = "ouvert"
    DOCUMENT_OF_BEFORE = "d_avant"

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
    Operator.AMONG: "Est dans la liste",
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
    Operator.PIECE_OWED: "À fournir",
    Operator.PIECE_CHECKING: "En vérification",
    Operator.PIECE_DEPOSITED: "Déposée",
    Operator.PIECE_ACCEPTED: "Conforme",
    Operator.PIECE_REFUSED: "Non conforme",
    Operator.PIECE_WAIVED: "Dispensée",
    Operator.PIECE_POSTED: "Reçue par le service",
    Operator.GRANTED: "Accordée",
    Operator.ASKED_FOR: "Demandée",
    Operator.NO_DOCUMENT: "Aucun",
    Operator.DOCUMENT_PUBLISHED: "Publié",
    Operator.DOCUMENT_UNOPENED: "Publié, pas encore ouvert",
    Operator.DOCUMENT_OPENED: "Ouvert",
    Operator.DOCUMENT_OF_BEFORE: "D'avant un changement",
}
