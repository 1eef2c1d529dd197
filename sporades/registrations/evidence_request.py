"""« Demande pièces justificatives »: what its candidate is asked for, and until when (G1)."""

from sporades.core.alike import alike
from sporades.documents.disclosure import facts_of
from sporades.documents.kinds import Content, Facts, Kind
from sporades.registrations.evidence import Issued
from sporades.registrations.giving import Giving

ASKED = (
    "Votre candidature demande les pièces justificatives suivantes. Sans une pièce obligatoire, "
    "elle reste incomplète."
)

VALIDATED = "Votre inscription est validée : plus aucune pièce justificative n'est demandée."

NOTHING_LEFT = "Les pièces justificatives de votre candidature sont toutes reçues ou dispensées."

_AT = "à cette adresse ; le cachet de la poste fait foi :"
GIVEN = {
    Giving.BOTH: f"Déposez-les dans votre espace candidat, ou envoyez-les par courrier {_AT}",
    Giving.DEPOSIT: "Déposez-les dans votre espace candidat : aucune n'est à envoyer par courrier.",
    Giving.POST: f"Envoyez-les par courrier {_AT}",
    Giving.EACH: "Chacune dit plus haut par où l'envoyer. Ce qui est à envoyer par courrier va "
    f"{_AT}",
}
"""How its pieces are given; an address follows, unless none comes by post."""

SAID = (
    "title",
    "registration_number",
    "candidate_number",
    "name",
    "academy_name",
    "zone",
)
"""What it says as the version does."""


def content(issued: Issued) -> Content:
    """Return everything that the request of a version prints."""
    said = issued.version.snapshot
    is_validated = issued.version.registration.is_validated
    service = {key: value for key, value in said["service"].items() if key != "academy"}
    return {
        **{key: said[key] for key in SAID},
        "service": service,
        "asked": VALIDATED if is_validated else ASKED if issued.due else NOTHING_LEFT,
        "evidence": issued.told,
        "before": alike(issued.told, "before"),
        "giving": GIVEN[issued.giving] if issued.due else "",
        "is_posted": issued.giving.is_posted,
        "evidence_here": issued.here,
    }


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, and of whom; no piece is named."""
    return facts_of(said)


EVIDENCE_REQUEST = Kind(
    slug="demande-pieces",
    title="Demande pièces justificatives",
    template="registrations/typst/evidence_request.typ",
    content=content,
    public_facts=public_facts,
    numbered_by="registration",
    published_by_issue=True,
)
