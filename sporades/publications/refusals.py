"""What a publication refuses, each with its sentence."""

from sporades.core import refusals
from sporades.core.refusals import ReasonMissing, Refused

NOT_STANDING = "L'inscription ne compte plus : elle est désinscrite ou écartée."
OUT_OF_REACH = "Cette inscription n'est plus dans votre périmètre."
TAKEN_OUT = "Retiré de cette publication avant qu'elle ne soit lue."
TAKEN_OUT_WITH = "Retiré de cette publication avant qu'elle ne soit lue, avec l'archive {}."
STANDS_NO_MORE = "L'inscription ne comptait plus : elle était désinscrite ou écartée."
HAS_CHANGED = "L'inscription a été modifiée depuis que le document est préparé."
IS_FOR_ANOTHER = "L'inscription a changé de spécialité depuis que le document est préparé."
HAS_MOVED = (
    "L'inscription a changé d'académie depuis que le document est préparé : elle n'est plus dans "
    "le périmètre de qui publie."
)
GIVEN_ANEW = (
    "L'inscription a changé d'académie depuis que le document est préparé, et l'académie qui l'a "
    "maintenant en a préparé un autre."
)
GIVEN_BEFORE = "Ce numéro a déjà son document dans cette publication"
"""How the line begins of a file that is not added; by which archive, and why, follows."""
REPLACED_ALREADY = "Un document plus récent de cette nature est déjà publié pour cette inscription."
ASKED_SINCE = (
    "Le candidat a fait depuis une demande d'aménagement ici : elle se décide dans son dossier, et deux "
    "décisions diraient peut-être le contraire l'une de l'autre."
)


class DecisionUnsaid(Refused):
    """A decision is published with its author and how to contest it (standards L-03)."""

    message = (
        "Ce document est une décision : dites, en le déposant, le prénom, le nom et la qualité de "
        "son auteur."
    )


class OfHealth(Refused):
    """A list whose every line would say something of health (P-12)."""

    message = (
        "Être dans cette liste dit d'un candidat qu'il a demandé un aménagement : elle se lit sur "
        "cette page, et ne se télécharge pas."
    )


class OfAnother(Refused):
    """A table that is shifted by one line gives each the paper of somebody else (R-15)."""

    message = (
        "Ce PDF porte le numéro d'une autre personne, et ni le nom ni un numéro de celle-ci : "
        "vérifiez à qui il est."
    )


class NoAppeal(Refused):
    """Nothing says how to contest a decision."""

    message = (
        "La réglementation de cet examen ne dit pas les voies et délais de recours : écrivez-les en "
        "déposant la décision."
    )


class DecidedInItsFile(Refused):
    """Accommodations were asked for here, where they are advised on and decided."""

    message = (
        "Ce candidat a fait une demande d'aménagement ici : elle se décide et se notifie dans son "
        "dossier, onglet « Aménagement ». Une décision déposée à côté dirait peut-être le contraire."
    )


class NotInPreparation(Refused):
    """The publication takes nothing more."""

    message = "Cette publication n'est plus en préparation : rien ne peut y être ajouté."


class NotTheirOwn(Refused):
    """Archives are added by whoever began it: jobs read them within what that person reaches."""

    message = "Seule la personne qui a déposé cette publication y ajoute des archives : faites un autre dépôt."


class WiderNow(Refused):
    """Who reads a publication was said by the perimeter of whoever began it."""

    message = (
        "Votre périmètre s'est élargi depuis le début de cette publication : déposez cette archive à "
        "part."
    )


class TooMany(Refused):
    """It would be more than one publication holds."""

    message = (
        "Une publication compte 100 000 lignes au plus : déposez cette archive dans une autre."
    )


class NothingNew(Refused):
    """Each registration that an archive names has its document: it was added already, or was read again."""

    message = (
        "Cette archive n'apporte rien : chaque inscription qu'elle nomme a déjà son document dans cette "
        "publication."
    )


class AlreadyTaken(Refused):
    """Another worker has just taken the file of this line."""

    message = "Ce fichier vient d'être lu."


class NothingToPublish(Refused):
    """No document is prepared."""

    message = "Aucun document n'est prêt à publier."


class StillFilling(Refused):
    """Files are still being read."""

    message = "Les fichiers déposés sont encore en cours de lecture : attendez la fin."


class NothingHolds(NothingToPublish):
    """What was prepared has changed since; each line says why it is set aside."""

    message = (
        "Aucun document ne tient plus : chaque inscription a changé depuis sa préparation. Les "
        "motifs sont parmi les refus, et rien n'est publié."
    )


class AlreadyMoved(Refused):
    """Somebody else has just decided."""

    message = "Cette publication vient de changer d'état : lisez sa page avant de recommencer."


class TakenOutAlready(Refused):
    """Somebody else has just taken it out, or it was refused meanwhile."""

    message = "Rien n'est à retirer : c'est déjà retiré, ou refusé à sa ligne."


class InstantFar(Refused):
    """Nobody would remember it."""

    message = "Cet instant est dans plus de deux ans : vérifiez l'année."


class InstantPast(Refused):
    """What was not published yesterday cannot have been."""

    message = "Cet instant est passé : choisissez un instant à venir, ou publiez maintenant."


class SameInstant(Refused):
    """Nothing is changed."""

    message = "C'est déjà l'instant de cette publication : choisissez-en un autre."


class InstantCome(Refused):
    """Its documents are read, or somebody was told of one: from when on is moved no more."""

    message = (
        "L'instant de cette publication est venu : ses documents sont lus. Ils peuvent être "
        "retirés ; leur instant ne change plus."
    )


class AnotherWaits(Refused):
    """A document has one version that waits for its instant to be said."""

    message = (
        "Un autre document de cette nature est en préparation pour l'une de ces inscriptions : "
        "publiez-le ou abandonnez-le, puis changez l'instant de celui-ci."
    )


class SamePerson(refusals.SamePerson):
    """Whoever prepares or proposes a publication does not decide of it."""

    message = (
        "Une publication est approuvée ou refusée par une autre personne que celles qui la "
        "préparent et la proposent."
    )


class BeyondPerimeter(Refused):
    """Whoever decides may not approve all that is proposed."""

    message = (
        "Cette publication concerne aussi des inscriptions hors de votre périmètre : une personne "
        "qui les a toutes dans le sien en décide."
    )


class NobodyApproves(refusals.NobodyApproves):
    """No second person has a perimeter that holds what is proposed."""

    message = (
        "Cette publication demande l'accord d'une seconde personne, et personne d'autre n'a un "
        "périmètre qui contient tous ces documents : demandez à l'administrateur."
    )


class RefusalUnexplained(ReasonMissing):
    """A proposal is not sent back without a word."""

    message = "Dites le motif : qui a proposé la publication le lira."


class AlreadyRead(Refused):
    """What somebody outside has seen is not dropped."""

    message = "Ces documents sont publiés : ils peuvent être retirés, non abandonnés."
