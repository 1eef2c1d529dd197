"""The acts of the journal, as a person reads them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sporades.core.french import day_in_words

IN_WORDS = {
    "accommodation appeal refused": "Recours contre une décision d'aménagement rejeté",
    "accommodation appeal withdrawn": "Recours contre une décision d'aménagement retiré",
    "accommodation appeal call noted": "Appel sur une réponse à un recours noté",
    "accommodation appealed": "Recours contre une décision d'aménagement reçu",
    "accommodation begun": "Demande d'aménagement commencée",
    "accommodation call noted": "Appel sur une décision d'aménagement noté",
    "accommodation corrected": "Décision d'aménagement corrigée avant sa notification",
    "accommodation decided": "Demande d'aménagement décidée",
    "accommodation entered from paper": "Demande d'aménagement reçue sur papier, saisie par le service",
    "accommodation entry mended": "Saisie d'une demande d'aménagement reçue sur papier corrigée",
    "accommodation entrusted": "Demande d'aménagement confiée à un médecin",
    "accommodation found complete": "Demande d'aménagement complète : le service est revenu dessus",
    "accommodation found incomplete": "Demande d'aménagement dite incomplète",
    "accommodation kept as sent": "Demande d'aménagement gardée telle qu'elle était envoyée",
    "accommodation left by its doctor": "Demande d'aménagement revenue : son médecin ne l'est plus",
    "accommodation missing reworded": "Ce qui manque à la demande d'aménagement dit autrement",
    "accommodation not appealed, session ended": "Recours non envoyé : la session était terminée",
    "accommodation not sent, session ended": "Demande d'aménagement non envoyée : la session était terminée",
    "accommodation notified": "Décision d'aménagement notifiée",
    "accommodation opinion asked again": "Nouvel avis demandé sur une demande d'aménagement",
    "accommodation opinion taken back": "Avis repris par son médecin, pour le corriger",
    "accommodation opinion given": "Avis rendu sur une demande d'aménagement",
    "accommodation recalled": "Demande d'aménagement à envoyer de nouveau, rappelée au candidat",
    "accommodation reminded": "Demande d'aménagement pas encore envoyée, rappelée au candidat",
    "accommodation sent": "Demande d'aménagement envoyée",
    "accommodation signed": "Demande d'aménagement signée par le représentant légal",
    "accommodation taken again": "Décision d'aménagement reprise",
    "accommodation taken from its doctor": "Demande d'aménagement reprise au médecin",
    "accommodation taken up": "Demande d'aménagement reprise pour être changée",
    "accommodation taking again cancelled": "Reprise de la décision d'aménagement annulée",
    "accommodation withdrawn": "Demande d'aménagement retirée",
    "accommodation written": "Demande d'aménagement remplie",
    "account activated": "Compte activé",
    "account looked up": "Compte cherché par son adresse",
    "accounts looked up too often": "Recherche de comptes refusée : trop depuis la veille",
    "activation mail asked for": "Nouvel envoi du mail d'activation demandé par la gestion",
    "account opened": "Compte créé",
    "acts forgotten": "Actes anciens oubliés",
    "address change undone": "Changement d'adresse mail annulé",
    "address changed": "Adresse mail changée",
    "agent erased": "Compte d'un agent parti effacé",
    "anomaly cleared": "Anomalie levée",
    "anomaly found": "Mise en anomalie",
    "archive erased": "Inscription archivée effacée",
    "archive read": "Inscription archivée consultée",
    "archive released": "Gel d'une inscription levé",
    "archive withheld": "Effacement d'une inscription gelé",
    "archiving announced": "Archivage annoncé",
    "banner cancelled": "Bandeau prévu annulé",
    "banner planned": "Bandeau prévu",
    "banner shown": "Bandeau affiché",
    "banner taken down": "Bandeau retiré",
    "batch approved": "Lot approuvé",
    "batch ended": "Lot terminé",
    "batch launched": "Lot lancé",
    "batch proposed": "Lot proposé",
    "batch refusals taken": "Refus d'un lot téléchargés",
    "batch refused": "Lot refusé",
    "batch resumed": "Lot repris",
    "batch stopped": "Lot arrêté",
    "change request accepted": "Demande de modification acceptée",
    "change request assigned": "Demande de modification prise en charge",
    "change request completed": "Demande de modification complétée par le candidat",
    "change request complement noted": "Complément reçu noté, demande de modification",
    "change request complement redated": "Jour du complément reçu rectifié, demande de modification",
    "change request incomplete": "Complément demandé à une demande de modification",
    "change request refused": "Demande de modification refusée",
    "change request taken back": "Demande de modification retirée par le candidat",
    "change requested": "Modification demandée",
    "account closed after a merge": "Compte fermé après une fusion",
    "account erased as asked": "Compte sans inscription effacé à la demande de son titulaire",
    "candidates compared again": "Candidats à comparer de nouveau",
    "candidates merged": "Dossiers de candidat fusionnés",
    "candidates told apart": "Candidats distingués pour de bon",
    "every session closed": "Tous les appareils déconnectés",
    "merge proposed": "Fusion de dossiers de candidat proposée",
    "merge refused": "Fusion de dossiers de candidat refusée",
    "merge taken back": "Proposition de fusion retirée",
    "candidate written to": "Message écrit au candidat",
    "confided paper found infected": "Papier de santé refusé par l'antivirus",
    "confided paper opened": "Papier de santé ouvert",
    "confided paper taken back": "Papier de santé retiré par le candidat",
    "confided papers erased": "Papiers de santé effacés",
    "confided remarks read": "Commentaires au médecin lus",
    "claim code given": "Code de rattachement donné",
    "correction accepted": "Demande de correction d'état civil acceptée",
    "correction assigned": "Demande de correction d'état civil prise en charge",
    "correction completed": "Demande de correction d'état civil complétée par le candidat",
    "correction complement noted": "Complément reçu noté, demande de correction d'état civil",
    "correction complement redated": "Jour du complément reçu rectifié, demande de correction d'état "
    "civil",
    "correction incomplete": "Complément demandé à une demande de correction d'état civil",
    "correction left": "Demande de correction d'état civil close, plus rien n'étant en cours",
    "correction refused": "Demande de correction d'état civil refusée",
    "correction requested": "Correction d'état civil demandée",
    "copy made of nobody": "Copie de la base anonymisée",
    "domain changed": "Nom ou rubrique d'un domaine changé",
    "data copy asked": "Copie de données personnelles demandée",
    "data copy erased": "Copie de données personnelles effacée",
    "data copy made": "Copie de données personnelles préparée",
    "data copy taken": "Copie de données personnelles prise",
    "correction taken back": "Demande de correction d'état civil retirée par le candidat",
    "consents chosen": "Choix de publication changés",
    "known address told": "Adresse mail connue dite à la gestion",
    "known addresses refused": "Adresses mail refusées : trop étaient connues",
    "database restored": "Base de données restaurée",
    "document opened": "Document ouvert",
    "document read": "Document consulté par la gestion",
    "document prepared": "Document préparé",
    "document published": "Document publié",
    "document taken out": "Document retiré avant sa publication",
    "document reminded": "Document non ouvert rappelé",
    "document withdrawn": "Document retiré",
    "dormant member closed": "Compte d'agent inutilisé fermé",
    "draft abandoned": "Saisie abandonnée, ses réponses effacées",
    "draft erased": "Saisie non enregistrée effacée",
    "draft numbers refused": "N° de saisie refusés : trop ne correspondaient à rien",
    "draft taken up": "Réponses d'une saisie non enregistrée reprises pour le candidat",
    "draft not filed, out of hours": "Enregistrement refusé : arrivé hors des heures du service",
    "draft not filed, session ended": "Enregistrement non pris en compte : la session était terminée",
    "draft reminded": "Saisie non enregistrée rappelée",
    "export approved": "Export approuvé",
    "export asked": "Export demandé",
    "export forgotten": "Fichier d'un export effacé",
    "export made": "Export prêt",
    "export refused": "Export refusé",
    "export stopped": "Export arrêté",
    "export taken": "Fichier d'un export pris",
    "extension proposed": "Prolongation proposée",
    "extension refused": "Prolongation refusée",
    "extension taken back": "Proposition de prolongation retirée",
    "file read": "Dossier consulté",
    "filing proof taken": "Preuve du dépôt préparée",
    "filling dropped": "Saisie laissée par un collègue abandonnée",
    "filling handed over": "Saisie confiée à l'académie qui a l'inscription",
    "filling taken up": "Saisie laissée par un collègue reprise",
    "identity changed": "État civil changé",
    "identity corrected": "État civil corrigé",
    "identity given": "État civil donné",
    "instruction proof taken": "Preuve de l'instruction préparée",
    "late registration requested": "Inscription tardive demandée",
    "late request accepted": "Demande d'inscription tardive acceptée",
    "late request fulfilled": "Demande d'inscription tardive close : candidat inscrit autrement",
    "late request refused": "Demande d'inscription tardive refusée",
    "late request taken back": "Demande d'inscription tardive retirée par le candidat",
    "letter left returned": "Courrier revenu, sans rien à renvoyer",
    "letter not returned": "Courrier noté revenu par erreur",
    "letter returned": "Courrier revenu",
    "letters not posted": "Courriers notés postés par erreur, remis à poster",
    "letters posted": "Courriers postés",
    "mail sent again": "Mail envoyé de nouveau",
    "managing service added": "Service gestionnaire ajouté",
    "managing service changed": "Service gestionnaire changé",
    "member changed": "Rôle ou périmètre d'un agent changé",
    "member closed": "Compte d'agent fermé",
    "member reopened": "Compte d'agent rouvert",
    "member invited": "Agent invité",
    "other sessions closed": "Autres appareils déconnectés",
    "role proposed": "Accès d'un agent proposé",
    "role refused": "Accès d'un agent refusé",
    "role taken back": "Proposition d'accès retirée",
    "message answered": "Réponse écrite au candidat",
    "message settled": "Message du candidat laissé sans suite",
    "message sent": "Message du candidat au service gestionnaire",
    "modification begun": "Modification commencée",
    "modification begun on behalf": "Modification commencée pour le candidat",
    "note written": "Note interne écrite",
    "password changed": "Mot de passe changé",
    "drawer file erased": "Fichier du porte-documents supprimé",
    "drawer file kept": "Fichier gardé dans le porte-documents",
    "drawer file named": "Fichier du porte-documents nommé",
    "pieces given time": "Délai accordé pour tout ce qui reste à envoyer",
    "pieces reminded": "Pièces justificatives rappelées",
    "piece accepted": "Pièce justificative trouvée conforme",
    "piece asked again": "Pièce justificative demandée de nouveau",
    "piece asked for": "Pièce justificative demandée en plus",
    "piece deposited": "Pièce justificative déposée",
    "piece given time": "Délai accordé pour une pièce justificative",
    "piece file taken back": "Pièce justificative retirée par le candidat",
    "piece found infected": "Pièce justificative refusée par l'antivirus",
    "piece time cut back": "Délai accordé pour une pièce justificative ramené à un jour plus proche",
    "piece read": "Fichier d'une pièce justificative consulté",
    "piece postmark corrected": "Pièce justificative reçue, date ou façon corrigée",
    "piece reception taken back": "Réception d'une pièce justificative annulée",
    "piece received": "Pièce justificative reçue",
    "piece refusal corrected": "Motif du refus d'une pièce justificative corrigé",
    "piece refusal taken back": "Refus d'une pièce justificative levé : elle est conforme",
    "piece refused": "Pièce justificative trouvée non conforme",
    "piece scanned": "Pièce justificative reçue, numérisée",
    "piece waived": "Pièce justificative dispensée",
    "proof found infected": "Pièce jointe à une demande : programme malveillant trouvé",
    "proof read": "Pièce jointe à une demande consultée",
    "paper confided": "Papier de santé déposé",
    "print run begun": "Impression de courriers commencée",
    "print run taken": "Fichier de courriers pris",
    "publication archive added": "Archive ajoutée à une publication de documents",
    "publication archive taken out": "Archive retirée d'une publication de documents",
    "publication begun": "Publication de documents commencée",
    "publication completed": "Documents d'une publication tous prêts à être lus",
    "publication document taken out": "Document retiré d'une publication, avant sa lecture",
    "publication dropped": "Publication de documents abandonnée",
    "publication erased": "Publication de documents effacée",
    "publication found empty": "Publication dont aucun document ne tient plus",
    "publication proposed": "Publication de documents proposée",
    "publication published": "Publication de documents décidée",
    "publication rescheduled": "Instant d'une publication de documents changé",
    "publication refusals taken": "Refus d'une publication téléchargés",
    "publication refused": "Publication de documents refusée",
    "publication withdrawn": "Publication de documents retirée",
    "record changed": "Fiche d'un candidat changée",
    "record claimed": "Fiche d'un candidat rattachée à son compte",
    "record detached": "Fiche d'un candidat détachée d'un compte, qui est fermé",
    "record made": "Fiche d'un candidat faite",
    "record read": "Fiche d'un candidat consultée",
    "registration amended": "Inscription modifiée",
    "registration amended after its validation": "Inscription modifiée, à valider de nouveau",
    "registration amended on behalf": "Inscription modifiée pour le candidat",
    "registration amended on behalf after its validation": "Inscription modifiée pour le "
    "candidat, à valider de nouveau",
    "registration archived": "Inscription archivée",
    "registration begun": "Inscription commencée",
    "registration begun on behalf": "Inscription commencée pour le candidat",
    "registration begun again": "Inscription reprise après une désinscription",
    "registration filed": "Inscription enregistrée",
    "registration filed on behalf": "Inscription enregistrée pour le candidat",
    "registration moved": "Inscription donnée à une autre académie",
    "registration restored": "Inscription rétablie",
    "registration set aside": "Inscription écartée",
    "registration validated": "Inscription validée",
    "registration service added": "Service d'inscription ajouté",
    "registration service changed": "Service d'inscription changé",
    "registration withdrawn as asked": "Désinscription enregistrée par le service, à la demande écrite du candidat",
    "registration withdrawn": "Désinscription enregistrée",
    "search shared": "Recherche partagée avec des collègues",
    "search shared no more": "Recherche qui n'est plus partagée",
    "session changed": "Nom d'une session changé",
    "regulation dropped": "Réglementation préparée retirée",
    "regulation loaded": "Réglementation chargée",
    "regulation loaded again": "Réglementation rechargée, écrite autrement",
    "regulation prepared": "Réglementation préparée",
    "regulation put in force": "Réglementation mise en vigueur",
    "remark confided": "Commentaire envoyé au médecin",
    "sign-in change undone": "Changement des moyens de connexion annulé",
    "sign-in changed": "Moyens de connexion changés",
    "sign-ins read": "Connexions à un compte consultées",
    "shared search forgotten": "Recherche partagée supprimée",
    "summary asked again": "Récapitulatif signé demandé de nouveau, délai passé",
    "summary given time": "Délai accordé pour le récapitulatif signé",
    "summary received": "Récapitulatif signé reçu",
    "summary reception taken back": "Réception du récapitulatif signé annulée",
    "template forgotten": "Modèle de message supprimé",
    "template kept": "Modèle de message enregistré",
    "trial asked": "Essai à blanc demandé",
    "trial ended": "Essai à blanc terminé",
    "trial stopped": "Essai à blanc arrêté",
    "unnamed files erased": "Fichiers que rien ne nommait effacés",
    "unused account erased": "Compte inutilisé effacé",
    "unused account warned": "Compte inutilisé averti de son effacement",
    "unused record erased": "Fiche inutilisée d'un candidat effacée",
    "validation undone": "Validation annulée",
    "waiver noted": "Dérogation notée",
    "waiver taken back": "Dérogation retirée",
    "writing resumed": "Lecture seule terminée",
    "writing to be resumed": "Fin de la lecture seule prévue, avec un autre bandeau",
    "writing to be stopped": "Lecture seule prévue, avec son bandeau",
    "writing stopped": "Service mis en lecture seule, bandeau affiché",
}
"""What each verb says; a test finds the verbs that are not there."""

DAYS_OF_PIECES = {
    "piece given time": "jusqu'au {until}",
    "piece time cut back": "jusqu'au {until}",
    "pieces given time": "jusqu'au {until}",
    "piece refused": "à remplacer jusqu'au {until}",
    "piece refusal corrected": "à remplacer jusqu'au {until}",
    "piece asked again": "à fournir jusqu'au {until}",
    "piece asked for": "à fournir jusqu'au {until}",
    "piece reception taken back": "{came}",
    "piece received": "{came}",
    "piece scanned": "{came}",
    "piece postmark corrected": "{came}",
}
"""The day that an act on a piece says beside its name, where it keeps one."""

CAME = {
    "post": "cachet du {}",
    "desk": "remise au guichet le {}",
    "mail": "envoyée par mail le {}",
}
"""The day of what was not deposited, by how it came."""

THROUGH = {"post": "par la poste", "desk": "au guichet", "mail": "par mail"}
"""The way by which what a request lacked came."""

FORGETTING = (
    "account erased as asked",
    "acts forgotten",
    "agent erased",
    "draft erased",
    "publication erased",
    "registration archived",
    "unused account erased",
    "unused record erased",
)
"""The verbs of the acts that forget others, which they list."""

READINGS = (
    "confided paper opened",
    "confided remarks read",
    "document read",
    "file read",
    "filing proof taken",
    "instruction proof taken",
    "piece read",
    "proof read",
    "record read",
    "sign-ins read",
)
"""The verbs of those who only read (S-60): many, and apart from what changes something."""

CONSULTATIONS = tuple(verb for verb in READINGS if not verb.endswith(" proof taken"))
"""Those of them that say who looked, and prove nothing: they name them a year (S-60).

Of a proof the journal keeps the fingerprint, by which the proof itself is known.
"""

RESTORED = "database restored"
"""The verb of what prepares a database that was brought back: what came after its instant is lost."""

QUALITIES = {
    "administrator": "administrateur",
    "auditor": "auditeur",
    "candidate": "candidat",
    "doctor": "médecin désigné",
    "head": "chef de service",
    "helpdesk": "accueil",
    "link": "porteur d'un lien",
    "manager": "gestionnaire",
    "operator": "ligne de commande",
    "system": "service",
}
"""The quality of whoever acts."""


def in_quality(name: str, kind: str) -> str:
    """Say who acts, and in what quality: « Ana Martin, gestionnaire »; a command's name is its quality.

    Args:
        name: whose, or nothing where it was forgotten.
        kind: what they are.
    """
    quality = QUALITIES.get(kind, kind)
    return name if name.startswith(quality) else ", ".join(filter(None, (name, quality)))


def on_pieces(verb: str, after: Mapping[str, Any]) -> str:
    """Say on which supporting documents an act was, and the days that it gave or corrected; or nothing.

    What was written before acts kept the names of pieces says none.

    Args:
        verb: the act.
        after: what it left.
    """
    if not verb.startswith(("piece ", "pieces ")):
        return ""
    labels = after.get("labels") or [after.get("label")]
    said = [str(label) for label in labels if label]
    if day := _day(verb, after):
        said.append(day)
    return ", ".join(said)


def on_complement(verb: str, after: Mapping[str, Any]) -> str:
    """Say on which day, and how, what a request lacked came, and which day was noted before; else nothing."""
    is_of_it = verb.endswith((" complement noted", " complement redated"))
    if not (is_of_it and after.get("received_on")):
        return ""
    day = day_in_words(date.fromisoformat(after["received_on"]))
    said = f"{day}, {THROUGH[after['came_by']]}"
    if not after.get("former"):
        return said
    return f"{said}, et non le {day_in_words(date.fromisoformat(after['former']))}"


def on_export(verb: str, after: Mapping[str, Any]) -> str:
    """Say of which file an act on an export is, by its fingerprint; nothing before it was made."""
    digest = after.get("digest") if verb.startswith("export ") else None
    return f"empreinte {digest}" if digest else ""


def on_rule(verb: str, after: Mapping[str, Any]) -> str:
    """Say to which rule an act on a derogation was, by what it asks."""
    return str(after.get("rule") or "") if verb.startswith("waiver ") else ""


def on_document(verb: str, after: Mapping[str, Any]) -> str:
    """Say on which document an act was, by its title; nothing where it is older than titles kept there."""
    return str(after.get("title") or "") if verb.startswith("document ") else ""


def _day(verb: str, after: Mapping[str, Any]) -> str:
    days = {
        name: day_in_words(date.fromisoformat(after[name]))
        for name in ("until", "posted_on", "former")
        if after.get(name)
    }
    if "posted_on" in days:
        days["came"] = CAME[after.get("came_by", "post")].format(days["posted_on"])
    try:
        said = DAYS_OF_PIECES.get(verb, "").format(**days)
    except KeyError:
        return ""
    if not said or "former" not in days:
        return said
    if "former_by" in after:
        return f"{said}, et non {CAME[after['former_by']].format(days['former'])}"
    return f"{said} au lieu du {days['former']}"
