"""« Suis-je bien inscrit ? »: every condition, met or not, with its date (E6)."""

from dataclasses import dataclass

from sporades.core.french import day_in_words, instant_in_words
from sporades.registrations.models import Registration


@dataclass(frozen=True)
class Check:
    """One condition of being registered.

    Attributes:
        label: what it is.
        state: "done", "missing" or "waiting".
        note: the date of it, or what is awaited from whom.
    """

    label: str
    state: str
    note: str = ""


def checklist(registration: Registration) -> list[Check]:
    """Return what makes a registration sure, in the order of things.

    Args:
        registration: the registration, as `whole()` and `with_owed()` load it.
    """
    zone = registration.service.zone
    filed = instant_in_words(registration.amended_at or registration.filed_at, zone)
    checks = [
        Check(
            "Inscription enregistrée",
            "done",
            f"Version n°{registration.version}, le {filed}.",
        ),
        Check("Récapitulatif publié", "done", "À télécharger ou à imprimer : c'est indispensable."),
    ]
    if registration.withdrawn_at:
        withdrawn = instant_in_words(registration.withdrawn_at, zone)
        checks.append(Check("Désinscription", "missing", f"Enregistrée le {withdrawn}."))
    snapshot = registration.owed
    if snapshot["to_return"]:
        posted = registration.summary_posted_on
        checks.append(
            Check(
                "Récapitulatif signé renvoyé au service gestionnaire",
                "done" if posted else "waiting",
                f"Reçu, posté le {day_in_words(posted)}."
                if posted
                else f"À envoyer avant le {snapshot['to_return']['before']}.",
            )
        )
    if snapshot["evidence"]:
        checks.append(
            Check(
                "Pièces justificatives",
                "waiting",
                "À préparer : "
                + " ; ".join(piece["label"] for piece in snapshot["evidence"])
                + ".",
            )
        )
    return checks
