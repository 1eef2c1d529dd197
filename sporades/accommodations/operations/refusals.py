"""Why a request for accommodations cannot be made, sent, opined on, decided of or notified."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from sporades.core.french import day_in_words, quoted
from sporades.core.refusals import Refused


class NotOffered(Refused):
    """The réglementation says nothing of accommodations."""

    message = (
        "Pour cette inscription, les aménagements se demandent à votre service gestionnaire, avec son "
        "formulaire."
    )


class NotStanding(Refused):
    """The registration does not stand."""

    message = "Cette inscription n'est plus en cours : aucun aménagement ne peut être demandé."


class TooLate(Refused):
    """Its deadline has passed, and no late request is taken."""

    message = "La date limite des demandes d'aménagement est passée. Écrivez à votre service gestionnaire."


class Sent(Refused):
    """It was sent, or looked at: it is not changed any more."""

    message = (
        "Votre demande est envoyée : elle ne peut plus être changée ainsi. Relisez cette page."
    )


class NotTakenUp(Refused):
    """It was not sent, or its candidate is not changing it."""

    message = "Cette demande n'est pas en cours de modification. Relisez cette page."


class UnknownMeasure(Refused):
    """The réglementation does not know a measure, or does not propose it for this épreuve.

    An épreuve that was chosen when it was sat, and is sat no more, is no fault.
    """

    message = "Cette mesure n'est pas proposée pour cette inscription, ou pas pour cette épreuve."

    @classmethod
    def of(cls, label: str) -> Self:
        """Return the refusal that names one that was chosen when it was proposed."""
        return cls(
            f"« {label} » n'est plus parmi les mesures proposées pour cette inscription : retirez cette "
            "mesure de votre demande."
        )


class NothingAsked(Refused):
    """No measure is asked for."""

    message = "Choisissez au moins une mesure."


class PapersMissing(Refused):
    """A measure that changes some épreuves does not say which."""

    message = "Choisissez les épreuves de chaque mesure."


class NoPaperLeft(Refused):
    """None of the épreuves of a measure is sat any more."""

    message = "Vous ne passez plus aucune des épreuves choisies pour une des mesures demandées."

    @classmethod
    def of(cls, labels: Iterable[str]) -> Self:
        """Return the refusal that names them."""
        named = quoted(labels)
        return cls(
            f"Vous ne passez plus aucune des épreuves choisies pour {named} : choisissez-en d'autres, "
            "ou ne demandez plus cette mesure."
        )


class PrecisionMissing(Refused):
    """A measure that must say which one does not."""

    message = "Une des mesures demandées est à préciser : répondez à sa question."


class OtherToSpecify(Refused):
    """Another measure, advised or granted, must say which one, and does not."""

    message = "Une mesure proposée à la place est à préciser : répondez à sa question."


class Excluding(Refused):
    """Two measures that exclude each other are asked for, advised or granted for a same épreuve."""

    message = (
        "Deux de ces mesures s'excluent pour une même épreuve : n'en gardez qu'une par épreuve."
    )

    @classmethod
    def of(cls, said: str) -> Self:
        """Return the refusal that names them, as `excluding_in_words` does."""
        return cls(f"{said} : n'en gardez qu'une par épreuve.")


class LateReasonMissing(Refused):
    """Its deadline has passed and nothing says why."""

    message = "La date limite est passée : dites pourquoi votre demande est tardive."

    @classmethod
    def of(cls, labels: Iterable[str]) -> Self:
        """Return the refusal that names what is added to a request that was sent in time."""
        named = quoted(labels)
        return cls(f"La date limite est passée : dites pourquoi vous ajoutez {named}.")


class AddedTooLate(Refused):
    """Something is added to a request after the deadline, and nothing late is taken."""

    message = "La date limite est passée : rien ne peut plus être ajouté à votre demande."

    @classmethod
    def of(cls, labels: Iterable[str]) -> Self:
        """Return the refusal that names what is added, or asked for more widely."""
        named = quoted(labels)
        return cls(
            f"La date limite est passée : {named} ne s'ajoute plus à votre demande. Gardez ce que vous "
            "aviez envoyé, ou moins."
        )


class NotSigned(Refused):
    """The guardian of a minor has not signed what is asked now."""

    message = "Le candidat est mineur : son représentant légal doit d'abord signer la demande."


class OwnSignature(Refused):
    """The name of who signs for a minor is the minor's own."""

    message = (
        "Ce nom et ce prénom sont ceux du candidat, qui ne signe pas pour lui-même : écrivez ceux de "
        "son représentant légal."
    )


class AnotherGuardian(Refused):
    """The name of who signs for a minor is not that of the guardian whom the registration names."""

    message = "Ce n'est pas le nom du représentant légal de l'inscription : corrigez-le."

    @classmethod
    def of(cls, named: str) -> Self:
        """Return the refusal that says whom the registration names."""
        return cls(
            f"L'inscription nomme un autre représentant légal, {named} : corrigez le nom, ou cochez la "
            "case qui dit que cette personne l'est aussi."
        )


class OwnAddress(Refused):
    """The address of who signs for a minor is the minor's own."""

    message = (
        "C'est l'adresse mail du candidat. Écrivez celle de son représentant légal, ou laissez vide "
        "s'il n'en a pas."
    )


class HasAccount(Refused):
    """Whoever has an account asks in their own space."""

    message = (
        "Ce candidat a un compte : il fait sa demande dans son espace, à la page « Aménagement "
        "d'épreuves » de son inscription."
    )

    @classmethod
    def since(cls, day: date) -> Self:
        """Return the refusal of what was posted after a record became an account's."""
        return cls(
            f"Ce candidat a un compte depuis le {day_in_words(day)} : ce qu'il a posté ensuite, il le "
            "demande dans son espace, à la page « Aménagement d'épreuves » de son inscription."
        )


class WrittenThere(Refused):
    """Whoever has an account now has written something there: no paper goes over it."""

    message = (
        "Ce candidat a un compte, et y a écrit une demande : celle du papier ne la remplace pas. S'il "
        "veut que le papier compte, il retire d'abord l'autre dans son espace."
    )


class NotDeclared(Refused):
    """The registration says that there is no handicap."""

    message = (
        "L'inscription répond « Non » à la question sur le handicap. Si le papier reçu dit le "
        "contraire, changez d'abord cette réponse, avec « Modifier pour le candidat »."
    )


class NotOnPaper(Refused):
    """It was sent from a space: nothing of it was entered by the office."""

    message = "Cette demande a été envoyée depuis un compte : elle ne se corrige pas ici."


class LookedAt(Refused):
    """A doctor has it, or an opinion is given: what is asked is not changed any more."""

    message = (
        "Une demande est déjà étudiée pour cette inscription. Tant que le médecin n'a pas rendu son "
        "avis, reprenez-la-lui depuis « Traiter la demande » : sa saisie peut alors être corrigée."
    )


class OpinionMissing(Refused):
    """A measure has no opinion."""

    message = "Donnez un avis sur chaque mesure demandée."


class DecisionMissing(Refused):
    """A measure is not decided of."""

    message = "Décidez de chaque mesure demandée."


class AuthorMissing(Refused):
    """A decision does not say who takes it (L-03)."""

    message = "Une décision dit le prénom, le nom, la qualité et le service de qui la prend."


class SuitsNone(Refused):
    """Another measure, advised or granted, suits none of the épreuves for which it is."""

    message = "La mesure qui en remplace une autre ne concerne aucune de ses épreuves."


class PapersUnknown(Refused):
    """Some épreuves are not among those that are asked for, or nothing is favoured for them."""

    message = "Choisissez les épreuves parmi celles pour lesquelles la mesure est demandée."


class ReasonOfAnother(Refused):
    """The reason that was proposed for one decision stands on another."""

    message = "Ce motif explique une autre décision que la vôtre : écrivez celui de la vôtre."


class ReasonToWrite(Refused):
    """The doctor has not said why a measure is not favoured as it is asked for."""

    message = (
        "le médecin n'a pas écrit de motif pour ce qui n'est pas accordé. Décidez de cette demande "
        "depuis sa page, en écrivant le motif."
    )


class NotNotified(Refused):
    """There is no notified decision."""

    message = "Cette décision n'est pas notifiée."


class UnderWay(Refused):
    """Another request of the registration is open."""

    message = "Une autre demande est en cours pour cette inscription : finissez-la d'abord."


class NotTheirs(Refused):
    """The service has taken a decision again: its candidate asked for nothing that they could withdraw."""

    message = (
        "Votre service gestionnaire a repris la décision : ce n'est pas une demande à changer "
        "ni à retirer. Écrivez-lui si vous ne voulez plus de ce qui vous est accordé."
    )


class NotAnotherAsked(NotTheirs):
    """What came on paper would change the measures of a decision that is taken again."""

    message = (
        "Cette demande reprend une décision notifiée : ses mesures ne se changent pas. Gardez-les comme "
        "elles sont, et dites seulement ce qui la complète."
    )


class NotTakenAgain(Refused):
    """No decision is taken again."""

    message = "Aucune décision n'est reprise pour cette inscription."


class DecidedMeanwhile(Refused):
    """A decision that was taken again is decided of: it is corrected or notified, not cancelled."""

    message = (
        "Une nouvelle décision a été prise entre-temps : la reprise ne s'annule plus. Lisez la "
        "décision, puis corrigez-la ou notifiez-la."
    )


class AskedByDoctor(Refused):
    """What is missing is asked by a doctor, in a comment that its candidate alone reads."""

    message = (
        "Le médecin demande quelque chose au candidat, qui seul le lit : ce qui manque ne se change "
        "pas ici."
    )


class BeingCompleted(Refused):
    """Its candidate has begun to change what was said incomplete."""

    message = (
        "Le candidat a commencé à changer sa demande : elle revient à votre service quand il l'envoie "
        "de nouveau."
    )


class WithDoctorMeanwhile(Refused):
    """It was given to a doctor since it was read, or taken by one."""

    message = (
        "Un médecin a cette demande depuis que vous avez ouvert cette page : elle n'est pas dite "
        "incomplète. Relisez-la ; votre texte est gardé ci-dessous."
    )


class Rewritten(Refused):
    """What is decided of is no more what was read."""

    message = "Cette demande a changé depuis que vous l'avez ouverte : relisez-la."


class NothingContested(Refused):
    """An appeal does not say what it contests."""

    message = "Dites ce que vous contestez, et pourquoi."


class AppealToCome(Refused):
    """An appeal is said to come from a day to come, or to be received before it was sent."""

    message = "Un recours est envoyé, puis reçu, au plus tard aujourd'hui."


class BeforeDecision(Refused):
    """An appeal is said to be sent before the decision that it contests was notified."""

    message = (
        "Ce jour vient avant la notification de la décision : vérifiez la date, l'année aussi."
    )


class DecisionReplaced(Refused):
    """Another decision was notified since: that one may be contested."""

    message = "Une autre décision a été notifiée depuis : relisez-la, vous pouvez la contester."


class AlreadyAppealed(Refused):
    """An appeal against this decision stands, answered or not."""

    message = "Un recours contre cette décision est déjà enregistré."


class BeingTakenAgain(Refused):
    """The decision is being taken again already: the new one may be contested."""

    message = (
        "Le service reprend déjà cette décision : la nouvelle pourra être contestée à son tour."
    )


class AppealAnswered(Refused):
    """An appeal was answered, taken back, or the decision is taken again on it."""

    message = "Ce recours n'attend plus de réponse : relisez cette page."


class NoAppeal(Refused):
    """A decision is taken again on an appeal, and none waits."""

    message = (
        "Aucun recours n'attend de réponse contre cette décision : s'il est venu par lettre ou par "
        "message, saisissez-le d'abord."
    )


class ReplacedSince(Refused):
    """A decision is taken again that another one, notified since, has replaced."""

    message = "Une autre décision, notifiée depuis, a remplacé celle-ci : elle ne se reprend plus."


class FormerAppealed(Refused):
    """A decision is taken again for an error, and an appeal waits against the one that it replaced."""

    message = (
        "Un recours attend une réponse contre la décision d'avant : répondez-y d'abord, puis reprenez "
        "celle-ci."
    )


class AppealWaits(Refused):
    """A decision is taken again for an error, and an appeal waits: it would have no answer."""

    message = "Un recours attend une réponse contre cette décision : reprenez-la à la suite de ce recours."
