"""Why a registration cannot be filed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sporades.core.faults import names
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.exams.rules.texts import with_text
from sporades.exams.schema.eligibility import ExclusiveRule

UNFILLED = "Cet onglet n'est pas encore rempli."
AS_FILED = (
    "Les règles ont changé depuis l'inscription, et ne l'accepteraient plus. Laissé tel quel, c'est "
    "accepté ; changé, les nouvelles règles s'appliquent."
)
"""What is said before « Enregistrer » of what rules that have come since refuse to others."""


@dataclass(frozen=True)
class Trouble:
    """One thing that stands in the way of filing, or that is to be checked before it.

    Attributes:
        section: the slug of the tab.
        title: the title of the tab.
        field: the name of the field in its form, or nothing for the tab as a whole.
        label: the field's label.
        message: what is wrong and what to do.
    """

    section: str
    title: str
    field: str
    label: str
    message: str

    @property
    def is_of_a_whole_tab(self) -> bool:
        """Whether it speaks of a tab that was never filled, not of something in it."""
        return self.message == UNFILLED

    @property
    def names_its_field(self) -> bool:
        """Whether the message has the label of the field in it already."""
        return bool(self.label) and names(self.message, self.label)


class Incomplete(Refused):
    """Answers are missing or refused."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        """Keep what is missing."""
        self.troubles = tuple(troubles)
        super().__init__("Votre inscription n'est pas complète : vérifiez les points indiqués.")


class RulesChanged(Incomplete):
    """The réglementation has changed since the draft was begun, and some answers no longer fit."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        """Say so before what is missing."""
        super().__init__(troubles)
        message = (
            "Les règles ont changé depuis le début de votre saisie. "
            "Vos réponses sont conservées ; certaines sont à revoir."
        )
        self.args = (message,)


class NoLongerOffered(Refused):
    """The réglementation in force speaks no more of the exam, or of its speciality."""

    def __init__(
        self, *, title: str, service: str, kept: str = "Votre saisie est conservée"
    ) -> None:
        """Say what is gone, what stays and who knows what to do.

        Args:
            title: what is gone.
            service: the name of the managing service.
            kept: what stays as it is.
        """
        super().__init__(
            f"{title} n'est plus proposé aux inscriptions : les règles ont changé. "
            f"{kept} ; pour savoir que faire, écrivez à {service}."
        )


class Closed(Refused):
    """The request arrived before the opening or after the closing."""

    def __init__(
        self, service: RegistrationService, *, at: datetime, has_answers: bool = False
    ) -> None:
        """Say what the service's hours are, and when the request was received.

        Args:
            service: which takes nothing.
            at: the instant at which the request arrived.
            has_answers: whether it would have filed answers: they are kept, and it is said.
        """
        text = f"{service.closed_in_words(at)} Votre demande a été reçue le {instant_in_words(at, service.zone)}"
        if service.has_closed(at):
            text += " : elle n'a pas pu être enregistrée"
            text += ". Votre saisie est conservée" if has_answers else ""
        super().__init__(f"{text}.")


class TypedLate(Closed):
    """The request arrived in time; answers that it would file were typed after the closing."""

    def __init__(self, service: RegistrationService, *, at: datetime, typed_at: datetime) -> None:
        """Say both instants, and that nothing is lost."""
        super().__init__(service, at=at)
        received, typed = (instant_in_words(one, service.zone) for one in (at, typed_at))
        message = (
            f"{service.closed_in_words(typed_at)} Votre demande a été reçue le {received}, mais des "
            f"réponses ont été modifiées ensuite, le {typed} : elle n'a pas pu être enregistrée. "
            "Votre saisie est conservée. Pour savoir que faire, contactez "
            f"{service.managing_service.name_and_phone}."
        )
        self.args = (message,)


class Standing(Refused):
    """What a modification changes stands no more, or elsewhere: what was typed stays as it is."""


class NoLongerStands(Standing):
    """A registration was withdrawn or set aside while it was modified."""

    message = "Cette inscription n'est plus en cours : votre modification n'est pas enregistrée."


class GivenAway(Standing):
    """A registration was given to another academy while its office modified it."""

    message = (
        "Cette inscription a été donnée à une autre académie : votre modification n'est pas "
        "enregistrée."
    )


class HandedOver(Refused):
    """A registration is another academy's since whoever deals with it read it, which alone does now."""

    message = (
        "Cette inscription vient d'être donnée à une autre académie, qui seule s'en occupe désormais : "
        "rien n'est enregistré."
    )


class AmendedMeanwhile(Refused):
    """A registration was filed again since its modification was begun."""

    message = (
        "Votre inscription a été modifiée ailleurs depuis le début de cette saisie : choisissez "
        "ce qui est gardé, puis enregistrez."
    )


class DecidedMeanwhile(Refused):
    """What filing a modification would undo, or not answer, was decided since it was begun."""

    message = (
        "Une décision a été prise sur cette inscription pendant votre saisie. Rien n'est enregistré "
        "et rien de ce que vous avez saisi n'est perdu : lisez ce qui a été décidé, puis enregistrez "
        "ou gardez l'inscription telle qu'elle est."
    )


class AnsweredMeanwhile(Refused):
    """What is filed or asked for is no more what its page showed."""

    message = (
        "Depuis l'affichage de cette page, des réponses, l'état civil ou les règles ont "
        "changé, dans une autre fenêtre ou sur un autre appareil. Rien n'est enregistré ni envoyé : "
        "relisez ce qui suit."
    )


class MovedMeanwhile(Refused):
    """A request is completed, or asked to be, in another state than its page showed."""

    message = "Cette demande a changé entre-temps : relisez-la ci-dessous."


class StillOpen(Refused):
    """Nothing is asked of a service that accepts it."""

    message = "Le service est ouvert : enregistrez votre modification, sans en faire la demande."


class ExamOver(Refused):
    """Nothing is asked any more of a registration whose exam has taken place."""

    message = (
        "Les dates de cet examen ou concours sont passées : son inscription ne se modifie plus. Si "
        "quelque chose y est faux, écrivez à votre service gestionnaire."
    )


class AwaitsDecision(Refused):
    """What was sent as a request is not changed while it waits."""

    message = "Votre demande attend la décision du service gestionnaire : retirez-la d'abord pour la changer."


class EndedAlready(Refused):
    """A colleague, or its candidate, was quicker."""

    message = "Cette demande vient d'être décidée, ou retirée par le candidat."


class NotAskedLate(Refused):
    """Somebody is not registered late by asking for it; each refusal says why."""


class NothingAmended(Refused):
    """A modification changes nothing in what is filed: there is no version to make of it."""

    message = "Aucune réponse n'est modifiée : il n'y a rien à enregistrer."


class NothingWaived(Refused):
    """A derogation is noted to a rule that refuses nothing, or admits none."""

    message = "Cette règle ne refuse pas cette inscription : il n'y a pas de dérogation à noter."


class NothingToAsk(Refused):
    """A request changes nothing."""

    message = "Aucune réponse n'est modifiée : il n'y a rien à demander."


class AlreadyBegun(Refused):
    """Whoever fills has a draft of their own for the same already."""

    message = (
        "Vous avez déjà une saisie commencée pour ce candidat, au même examen ou concours : "
        "enregistrez-la ou abandonnez-la d'abord, dans « Vos saisies pour des candidats ». Celle-ci reste telle "
        "qu'elle est."
    )


class NotLeft(Refused):
    """What a colleague had left is dealt with, or theirs again."""

    message = (
        "Cette saisie n'est plus à reprendre : un collègue l'a reprise ou abandonnée, ou son auteur "
        "la remplit de nouveau."
    )


class AlreadyRegistered(Refused):
    """The candidate already has an active registration that excludes this one."""

    message = (
        "Vous avez déjà une inscription en cours au même examen ou concours pour cette session. "
        "Elle est dans « Mes inscriptions », et s'y modifie tant que le service est ouvert."
    )

    def __init__(self, rule: ExclusiveRule | None = None) -> None:
        """Say it in the words of the réglementation, where it has a rule of its own."""
        super().__init__(with_text(rule.message, rule.reference) if rule else "")


class AskedOfAnother(Refused):
    """What is asked answers, in the exam for which its registration is now, another question."""


class NotUndone(Refused):
    """The withdrawal of a registration can no longer be undone with its answers."""

    message = (
        "Vos réponses pouvaient être reprises pendant les 72 heures qui suivent la "
        "désinscription. Vous pouvez faire une nouvelle inscription depuis « M'inscrire »."
    )


class NothingChanged(Refused):
    """The civil data are those that are kept already."""

    message = "Ces informations sont déjà celles du dossier : corrigez ce qui doit l'être."


MOST_BEGUN_IN_A_DAY = 40
"""Drafts: far more than a person begins, few enough to keep."""


class TooManyBegun(Refused):
    """The candidate has begun more drafts in a day than a person does."""

    message = (
        f"{MOST_BEGUN_IN_A_DAY} saisies ont été commencées depuis vingt-quatre heures. Reprenez celle "
        "qui est ouverte, ou attendez demain pour une autre."
    )


class Overtaken(Refused):
    """Someone else answered the same tab since it was shown."""

    message = (
        "Ces réponses ont été modifiées ailleurs (une autre fenêtre, un autre appareil) : ce que vous "
        "saisissez ici n'est plus gardé à mesure. Appuyez sur le bouton au bas de la page : vous "
        "choisirez, question par question, la réponse à garder."
    )


class NotAsked(Refused):
    """A tab that the answers of the others lead through no more."""

    def __init__(self, title: str) -> None:
        """Say which tab; `why` says it alone, to whoever typed nothing there."""
        self.why = f"L'onglet « {title} » n'est plus demandé : vos autres réponses ont changé."
        super().__init__(f"{self.why} Ce que vous venez d'y saisir n'est pas gardé.")


LONGEST_ANSWER = 6_000
"""Signs: more than the longest question takes, whose field says so itself before."""


class TooLong(Refused):
    """An answer is longer than any question takes."""

    message = (
        f"L'une de vos réponses dépasse {LONGEST_ANSWER} signes : raccourcissez-la. D'ici là, "
        "rien de cette page n'est enregistré."
    )
