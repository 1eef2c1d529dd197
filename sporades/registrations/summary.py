"""« Récapitulatif d'inscription »: what the summary says."""

from sporades.core.alike import alike
from sporades.documents.disclosure import facts_of
from sporades.documents.kinds import Content, Facts, Kind
from sporades.documents.models import DocumentVersion
from sporades.registrations.evidence import Issued
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration

WARNING = "Il est indispensable de conserver ce récapitulatif."
"""Pages and mails say to download or to print it: whoever reads it has done so."""
TO_RETURN = (
    "À signer plus bas{who}, puis à poster au plus tard le {last} : l'adresse y est. Il est "
    "indispensable d'en garder une copie."
)

BY_TWO = ", par le candidat et par son représentant légal"
SIGNER, GUARDIAN = "Date et signature du candidat", "Date et signature du représentant légal"
"""Where each signs: the guardian too, for a minor."""

GIVEN = {
    Giving.BOTH: "Déposez-les dans votre espace candidat, ou envoyez-les par courrier, à :",
    Giving.DEPOSIT: "Déposez-les dans votre espace candidat : aucune n'est à envoyer par courrier.",
    Giving.POST: "Envoyez-les par courrier, à :",
    Giving.EACH: "Ce qui est à envoyer par courrier va à :",
}
"""How its pieces are given; an address follows, unless none comes by post."""

UNPRINTED = {
    "accepted",
    "accommodation_until",
    "answers",
    "choice",
    "chosen_anew",
    "closes_at",
    "contacts_alone",
    "signed_by",
    "to_review",
    "waived",
}
"""What a version keeps for the service alone."""


def content(issued: Issued) -> Content:
    """Return everything that the summary of a version prints.

    That which came back signed stays good where its service issues the summary again: a filing that
    asks for it anew has emptied its day.
    """
    snapshot, registration = issued.version.snapshot, issued.version.registration
    said = {key: value for key, value in snapshot.items() if key not in UNPRINTED}
    said["to_return"] = asked = issued.version.summary_to_send
    is_minor = issued.version.is_of_a_minor
    last = registration.last_day_in_words(asked) if asked else ""
    who = BY_TWO if is_minor else ""
    return {
        **said,
        "warning": TO_RETURN.format(who=who, last=last) if asked else WARNING,
        "last_day": last,
        "signers": [SIGNER, GUARDIAN] if is_minor else [SIGNER],
        "evidence": issued.told,
        "before": alike(issued.told, "before"),
        "giving": GIVEN[issued.giving] if issued.due else "",
        "is_posted": issued.giving.is_posted,
        "evidence_here": issued.here,
    }


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, when, and the initials of whom."""
    return facts_of(said, ("Enregistré le", said["filed_in_words"]))


SUMMARY = Kind(
    slug="recapitulatif",
    title="Récapitulatif d'inscription",
    template="registrations/typst/summary.typ",
    content=content,
    public_facts=public_facts,
    numbered_by="registration",
    published_by_issue=True,
    comes_first=True,
)


def is_still_good(summary: DocumentVersion, registration: Registration) -> bool:
    """Return whether a summary that was replaced is as good as the last, signed: no answer is another since.

    It was issued again by its service alone, for other civil data, given by another academy, or to ask;
    or for other contact data alone (`contacts`), which leave `amended_at` as it was.

    Args:
        summary: of the registration.
        registration: as it is now.
    """
    amended_at = registration.amended_at
    since = registration.versions.filter(number__gt=summary.number)
    if amended_at and since.filter(filed_at=amended_at).exists():
        return False
    return GUARDIAN in summary.content.get("signers", ()) or not registration.is_signed_by_two


def is_former_good(registration: Registration) -> bool:
    """Return whether the last summary with a place to sign, before that of its version, is still good."""
    issued = DocumentVersion.objects.filter(
        document__folder=registration.folder_id, document__kind=SUMMARY.slug
    )
    former = issued.filter(number__lt=registration.version).order_by("-number")
    signed = next((one for one in former if one.content.get("to_return")), None)
    return signed is not None and is_still_good(signed, registration)
