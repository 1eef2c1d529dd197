"""How long each category of data is kept: the table that the engine, the pages and the commands read."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from sporades.accommodations.contesting import PRESUMED_AFTER
from sporades.accounts import operations as accounts
from sporades.accounts import sign_ins
from sporades.accounts.models import User
from sporades.acts.medical import erasing
from sporades.acts.people import forgetting
from sporades.candidates.models import Candidate, Identity
from sporades.core.days import OVER_EVERYWHERE, midnight, years_after, years_before
from sporades.core.french import day_in_words, local_day
from sporades.documents.models import DocumentVersion
from sporades.exams.models import RegistrationService
from sporades.journal import queries as journal
from sporades.journal.models import CONSULTATIONS_KEPT, Entry
from sporades.letters.models import Letter, PrintRun
from sporades.letters.printing import FILE_KEPT
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.models import Compartment
from sporades.notices.queries import judged_before
from sporades.publications.models import Publication, PublicationLine
from sporades.registrations.models import CorrectionRequest, Draft, Registration
from sporades.registrations.models.registration import UNDO_FOR
from sporades.retention.models import Archive, Hold, LeavingFile
from sporades.searches.models import Search

ILLUSTRATIVE = "Illustratif : à fixer par le responsable, d'après son acte réglementaire."
CONCOURS = (
    "Par défaut deux ans, puis huit d'archives : arrêté du 27 juillet 2016 (OCEAN concours), pour "
    "les concours ; illustratif pour les examens. À fixer par le responsable."
)
ANNOUNCED = "registration_leaves"
"""The mail that says until when a registration stays."""
ANNOUNCED_BEFORE = timedelta(days=30)
LOGGING = "CNIL, délibération n° 2021-122 du 14 octobre 2021 : de six mois à un an."
SPECIFICATION = "Cahier des charges du service."
UNNAMED_TONIGHT = (
    "Ce service ne garde pas les noms dans ses archives : une archive perd cette nuit ses noms, son "
    "contenu et ses documents, que son terme soit passé ou non."
)
"""What the end of a hold does where names are removed."""


@dataclass(frozen=True)
class Category:
    """One line of the table.

    Attributes:
        code: how commands name it.
        what: the data, in French.
        since: from which instant its time counts.
        active: for how long it is used.
        archived: for how long it is then kept apart; nothing where it is erased at once.
        source: what says so.
        overdue: what is still there at an instant, and ought not to be; nothing where no night's
            work erases it.
    """

    code: str
    what: str
    since: str
    active: Callable[[], str]
    archived: Callable[[], str]
    source: str
    overdue: tuple[Callable[[datetime], QuerySet[Any]], ...] = ()


def in_years(years: int) -> str:
    """« 1 an », « 10 ans »."""
    return f"{years} an{'s' if years > 1 else ''}"


# --- Until which day --------------------------------------------------------------------------


def counts_from(service: RegistrationService) -> date:
    """Return the day from which registrations of a service count: that of its closing."""
    return local_day(service.closes_at, settings.TIME_ZONE)


def active_until(counted: date) -> date:
    """Return the last day of the active use of a registration."""
    return years_after(counted, settings.RETENTION_ACTIVE_YEARS)


def kept_until(counted: date) -> date:
    """Return the last day on which anything is kept of a registration, its archive included."""
    return years_after(counted, _years())


def kept_in_words(service: RegistrationService) -> str:
    """Tell a candidate until when a registration is kept, and how."""
    counted = counts_from(service)
    active, last = active_until(counted), kept_until(counted)
    if active == last:
        return f"Cette inscription est conservée jusqu'au {day_in_words(last)}, puis effacée."
    if settings.RETENTION_WITHOUT_NAMES:
        return (
            f"Cette inscription est conservée ici jusqu'au {day_in_words(active)}, puis archivée sans "
            "votre nom, vos réponses ni vos documents : ils sont effacés alors, ou à la fin d'un "
            "recours qui oblige à les garder. Ce qu'elle était, sans nommer personne, est effacé "
            f"après le {day_in_words(last)}."
        )
    return (
        f"Cette inscription est conservée ici jusqu'au {day_in_words(active)}, puis archivée : ni "
        "vous ni les gestionnaires ne la voyez plus. Elle est effacée après le "
        f"{day_in_words(last)}, ou à la fin d'un recours qui oblige à la garder."
    )


def released_in_words(counted: date, *, at: datetime, is_archived: bool = False) -> str:
    """Say to the office what becomes of a registration, once nothing holds it up.

    Args:
        counted: the day from which it counts, as `counts_from` says it of its service.
        at: the instant.
        is_archived: whether it serves no more already.
    """
    today = local_day(at, settings.TIME_ZONE)
    active, last = active_until(counted), kept_until(counted)
    if last < today:
        return (
            f"Son terme, le {day_in_words(last)}, est passé : elle est effacée cette nuit, avec ses "
            "documents."
        )
    if settings.RETENTION_WITHOUT_NAMES and active != last:
        return _unnamed_in_words(active, last, is_archived=is_archived or active < today)
    is_to_be = not is_archived and active != last
    archived = f"Elle est archivée après le {day_in_words(active)}. " if is_to_be else ""
    return (
        f"{archived}Son terme est le {day_in_words(last)} : rien n'en est effacé cette nuit, elle "
        "s'efface après ce jour, avec ses documents."
    )


def _unnamed_in_words(active: date, last: date, *, is_archived: bool) -> str:
    rest = f"Ce qu'elle était, sans nommer personne, reste jusqu'au {day_in_words(last)}."
    if is_archived:
        return f"{UNNAMED_TONIGHT} {rest}"
    return (
        f"Elle est archivée après le {day_in_words(active)}, et perd alors ses noms, son contenu et ses "
        f"documents : rien n'en est effacé cette nuit. {rest}"
    )


def kept_by_years() -> dict[str, str]:
    """Return how long registrations are used, then archived, in words; nothing where they are not."""
    return {"active": _active(), "archived": _archived()}


def _years() -> int:
    years: int = settings.RETENTION_ACTIVE_YEARS + settings.RETENTION_ARCHIVE_YEARS
    return years


def years_of_acts() -> int:
    """Return for how many years an act stays that no registration takes with it."""
    return _years() + CAMPAIGN_YEARS


def _first_kept(at: datetime, years: int) -> date:
    """Return the first day that, so many years later, is not over at an instant."""
    return years_before(local_day(at, settings.TIME_ZONE), years)


def _before(at: datetime) -> datetime:
    """Return before which instant an active use had to begin to be over."""
    return _from_first(at, settings.RETENTION_ACTIVE_YEARS)


def _from_first(at: datetime, years: int) -> datetime:
    """Return the first instant that, so many years later, is not over."""
    return midnight(_first_kept(at, years), settings.TIME_ZONE)


# --- What is past its time --------------------------------------------------------------------


def drafts(at: datetime) -> QuerySet[Draft]:
    """Return the drafts that were never filed, whose service closed too long ago."""
    past = Draft.objects.filter(service__closes_at__lt=_before(at))
    unfiled: QuerySet[Draft] = past.filter(filed_as__isnull=True, amends__isnull=True)
    return unfiled


def registrations(at: datetime) -> QuerySet[Registration]:
    """Return the registrations to archive: their last day is over wherever they may be read."""
    before = _before(at - OVER_EVERYWHERE)
    past: QuerySet[Registration] = Registration.objects.filter(service__closes_at__lt=before)
    return past


def to_announce(at: datetime) -> QuerySet[Registration]:
    """Return the registrations that leave within a month, of which whoever has an account is not told.

    Of what its candidate has withdrawn, nothing is told.
    """
    told = Message.objects.filter(
        about_kind="registration",
        about_id=Cast(OuterRef("pk"), CharField()),
        kind=ANNOUNCED,
    )
    found: QuerySet[Registration] = Registration.objects.filter(
        ~Exists(told),
        service__closes_at__gte=_before(at - OVER_EVERYWHERE),
        service__closes_at__lt=_before(at + ANNOUNCED_BEFORE),
        candidate__user__isnull=False,
        withdrawn_at=None,
    )
    return found


def archives(at: datetime) -> QuerySet[Archive]:
    """Return the archives to erase: those that nobody withholds, whose last day is over everywhere."""
    past: QuerySet[Archive] = Archive.objects.not_withheld().filter(
        counts_from__lt=_first_kept(at - OVER_EVERYWHERE, _years())
    )
    return past


def named(at: datetime) -> QuerySet[Archive]:  # noqa: ARG001 - asked as the others
    """Return the archives whose names are to be removed, where the deployer wants it."""
    every: QuerySet[Archive] = Archive.objects.not_withheld().exclude(content=[])
    return every if settings.RETENTION_WITHOUT_NAMES else every.none()


def confided(at: datetime) -> QuerySet[Compartment]:
    """Return the medical compartments to erase: their last day is over, or nothing sent needs them.

    While nothing is written nobody can undo a withdrawal, and how long they may once it is over is
    not known before: what is confided waits for it (R-05).
    """
    midnight_before = midnight(local_day(at, settings.TIME_ZONE), settings.TIME_ZONE)
    undone_since = judged_before(at, settings.TIME_ZONE) - UNDO_FOR
    over = medical.due(at=midnight_before).exclude(registration__withdrawn_at__gte=undone_since)
    return over | erasing.unsent(at)


def confided_until(instant: datetime, registration: Registration) -> date:
    """Return from which day papers of health are erased that are needed until an instant.

    They are from a midnight of the time zone of the whole service on: the day is said that it is
    then where the registration is, and where its candidate lives, the earlier of both. West of
    Paris it is the evening before.

    Args:
        instant: what their compartment says, as `confided` compares it.
        registration: whose they are, with its service.
    """
    day = local_day(instant, settings.TIME_ZONE)
    if midnight(day, settings.TIME_ZONE) < instant:
        day += timedelta(days=1)
    first = midnight(day, settings.TIME_ZONE)
    zone = registration.service.zone
    return min(local_day(first, one) for one in (zone, registration.reader_zone or zone))


def former(at: datetime) -> QuerySet[Identity]:  # noqa: ARG001 - asked as the others
    """Return the civil data that are nobody's any more: corrected, and nothing was filed under them.

    What they were stays in the journal and in the versions, for as long as these.
    """
    pointed = (
        Candidate.objects.filter(identity=OuterRef("pk")),
        Registration.objects.filter(identity=OuterRef("pk")),
        CorrectionRequest.objects.filter(before=OuterRef("pk")),
    )
    found: QuerySet[Identity] = Identity.objects.filter(*(~Exists(one) for one in pointed))
    return found


def publications(at: datetime) -> QuerySet[Publication]:
    """Return the publications of which no registration is left."""
    lines = PublicationLine.objects.filter(publication=OuterRef("pk"), registration__isnull=False)
    past: QuerySet[Publication] = Publication.objects.filter(~Exists(lines))
    return past.filter(asked_at__lt=_before(at))


def print_runs(at: datetime) -> QuerySet[PrintRun]:
    """Return the runs of letters of which none is left: they say who printed, and who posted."""
    letters = Letter.objects.filter(run=OuterRef("pk"))
    past: QuerySet[PrintRun] = PrintRun.objects.filter(~Exists(letters), asked_at__lt=_before(at))
    return past


def searches(at: datetime) -> QuerySet[Search]:
    """Return the searches with a name that have not served for too long: they may name a person."""
    past: QuerySet[Search] = Search.objects.exclude(name="")
    return past.filter(asked_at__lt=_before(at))


OFFICE = (
    "",
    "banner",
    "batch",
    "export",
    "mailing",
    "mailingtemplate",
    "roleproposal",
    "search",
    "trial",
)
"""What the office does for itself: the kinds of rows, as acts name them; nothing, of no row."""
CAMPAIGN_YEARS = 1
"""How long before the closing from which a registration counts something may be done of it."""


def agents(at: datetime) -> QuerySet[User]:
    """Return the accounts of the members of staff who left too long ago."""
    return accounts.staff_left(before=_first_kept(at, settings.RETENTION_STAFF_YEARS))


def acts_of_office(at: datetime) -> QuerySet[Entry]:
    """Return the acts that the office did for itself, too long ago."""
    before = _from_first(at, settings.RETENTION_ACTS_YEARS)
    return journal.still_told(before=before).filter(object_kind__in=OFFICE)


def consultations(at: datetime) -> QuerySet[Entry]:
    """Return the acts that say who looked at a file, too long ago, and of which nothing is withheld."""
    return journal.who_looked_too_long(at=at).exclude(_of_withheld())


def looked_at(at: datetime) -> QuerySet[Archive]:
    """Return the archives that older versions made and may say who looked at a file, too long ago."""
    before = at - CONSULTATIONS_KEPT
    past: QuerySet[Archive] = Archive.objects.not_withheld().filter(looked_since__lt=before)
    return past


def _of_withheld() -> Q:
    """Return which acts are on a registration that is withheld, its documents, or its candidate."""
    numbers = Hold.objects.values("number")
    standing = Registration.objects.filter(number__in=numbers)
    whose = Candidate.objects.filter(registrations__in=standing)
    rows: tuple[QuerySet[Any], ...] = (
        standing,
        DocumentVersion.objects.filter(document__folder__registration__in=standing),
        whose,
        Candidate.objects.filter(merged_into__in=whose),
        User.objects.filter(candidate__in=whose),
    )
    found = Q(pk__in=[])
    for one in rows:
        found |= Q(object_kind=one.model._meta.model_name, object_id__in=_keys(one))
    # Few are withheld.
    for content in Archive.objects.filter(number__in=numbers).values_list("content", flat=True):
        found |= on_rows_of(content)
    return found


def on_rows_of(content: list[dict[str, Any]]) -> Q:
    """Return which acts are on what an archive holds, or on its candidate, who may stay.

    On a candidate are those on their account, and on whoever was merged into them: the archive of
    their last registration has them as lines, others stand.

    Args:
        content: the lines of the archive.
    """
    kept: dict[str, set[str]] = defaultdict(set)
    for line in content:
        kind, said = line["model"].partition(".")[2], line["fields"]
        kept[kind].add(str(line["pk"]))
        if kind == "registration":
            kept["candidate"].add(str(said["candidate"]))
        elif kind == "candidate" and said["user"]:
            kept["user"].add(str(said["user"]))
    whose = [int(key) for key in kept["candidate"]]
    kept["user"] |= _keys(User.objects.filter(candidate__in=whose))
    kept["candidate"] |= _keys(Candidate.objects.filter(merged_into__in=whose))
    found = Q(pk__in=[])
    for kind, keys in kept.items():
        found |= Q(object_kind=kind, object_id__in=keys)
    return found


def _keys(rows: QuerySet[Any]) -> set[str]:
    return {str(key) for key in rows.order_by().values_list("pk", flat=True)}


def acts_left(at: datetime) -> QuerySet[Entry]:
    """Return the other acts of which no registration, archived or not, can be left.

    Those on services and réglementations say whether one came in time, and under which rules: as
    long as an archive is withheld, those since its campaign stay.
    """
    before = _from_first(at, years_of_acts())
    if first := _first_withheld():
        campaign = midnight(years_before(first, CAMPAIGN_YEARS), settings.TIME_ZONE)
        before = min(before, campaign)
    return journal.still_told(before=before).exclude(object_kind__in=OFFICE)


def _first_withheld() -> date | None:
    """Return the day from which the oldest registration that is withheld counts, archived or not."""
    numbers = Hold.objects.values("number")
    archived = Archive.objects.filter(number__in=numbers).aggregate(first=Min("counts_from"))
    standing = Registration.objects.filter(number__in=numbers).select_related("service")
    days = [counts_from(one.service) for one in standing.order_by("service__closes_at")[:1]]
    return min(filter(None, [archived["first"], *days]), default=None)


def leaving(at: datetime) -> QuerySet[LeavingFile]:  # noqa: ARG001 - asked as the others
    """Return the files of what is erased that are still in the store."""
    waiting: QuerySet[LeavingFile] = LeavingFile.objects.all()
    return waiting


def _active() -> str:
    return in_years(settings.RETENTION_ACTIVE_YEARS)


def _archived() -> str:
    years: int = settings.RETENTION_ARCHIVE_YEARS
    without = " sans les noms" if settings.RETENTION_WITHOUT_NAMES else ""
    return f"{in_years(years)} d'archives{without}" if years else ""


CLOSING = "la fermeture du service d'inscription"

CATEGORIES = (
    Category(
        "compte-non-active",
        "Compte que personne n'a activé",
        "sa création",
        lambda: "48 heures",
        str,
        SPECIFICATION,
        (lambda at: accounts.unactivated(at=at),),
    ),
    Category(
        "compte-sans-inscription",
        "Compte dont aucune inscription n'est conservée",
        "sa dernière utilisation",
        lambda: "6 mois, averti 30 jours avant",
        str,
        "Cahier des charges ; arrêté du 1er juin 2023, pour une plateforme de concours.",
        (lambda at: forgetting.unused_for_good(at=at),),
    ),
    Category(
        "connexion",
        "Connexions à un compte et essais refusés : instant, appareil, adresse réseau",
        "leur instant",
        lambda: "12 mois",
        str,
        LOGGING,
        (lambda at: sign_ins.too_old(at=at),),
    ),
    Category(
        "provenance",
        "Adresse réseau et numéro de requête d'un acte du journal, gelé ou non",
        "son instant",
        lambda: "12 mois",
        str,
        LOGGING,
        (lambda at: journal.told_too_long(at=at),),
    ),
    Category(
        "consultation",
        "Qui a consulté un dossier, une fiche, un document ou une pièce (agent, et de quel compte), "
        "tant que rien n'y est gelé",
        "son instant",
        lambda: "12 mois",
        str,
        LOGGING,
        (consultations, looked_at),
    ),
    Category(
        "brouillon",
        "Saisie jamais enregistrée",
        CLOSING,
        _active,
        str,
        ILLUSTRATIVE,
        (drafts,),
    ),
    Category(
        "inscription",
        "Inscription : versions, réponses, documents et fichiers, mails, messages, demandes et "
        "pièces jointes, pièces justificatives, notes, actes du journal, sans les consultations",
        CLOSING,
        _active,
        _archived,
        CONCOURS,
        (registrations, archives, named, former, leaving),
    ),
    Category(
        "code-de-document",
        "Code d'un document dont l'inscription est archivée : son empreinte, la nature du document, "
        "l'autorité, le jour, et s'il valait encore ; ni nom ni numéro",
        "la délivrance du document",
        lambda: "sans limite : qui le montre n'est pas pris pour un faussaire",
        str,
        ILLUSTRATIVE,
    ),
    Category(
        "sante",
        "Papiers et commentaires de santé déposés pour un médecin, gelés ou non",
        "la notification de la décision d'aménagement, ou la désinscription ; demande laissée, "
        f"{CLOSING}",
        lambda: (
            f"le délai de recours, 2 à 4 mois, puis {PRESUMED_AFTER.days} jours pour le courrier ; désinscription, {UNDO_FOR // timedelta(hours=1)} heures ; "
            f"demande laissée, {erasing.UNSENT_MONTHS} mois"
        ),
        str,
        "Code de justice administrative, articles R. 421-1 et R. 421-7 ; cahier des charges du service.",
        (confided,),
    ),
    Category(
        "publication",
        "Publication de documents dont aucune inscription n'est plus conservée",
        "son début",
        _active,
        str,
        ILLUSTRATIVE,
        (publications,),
    ),
    Category(
        "impression",
        "Impression de courriers dont aucun n'est plus conservé : qui l'a demandée, qui l'a postée",
        "son début",
        lambda: f"{_active()} ; son fichier, {FILE_KEPT.days} jours",
        str,
        ILLUSTRATIVE,
        (print_runs,),
    ),
    Category(
        "agent",
        "Compte d'un agent : nom, adresse, moyens de connexion",
        "la fin de son dernier rôle",
        lambda: in_years(settings.RETENTION_STAFF_YEARS),
        str,
        ILLUSTRATIVE,
        (agents,),
    ),
    Category(
        "acte",
        "Actes du journal sur les accès proposés, exports, lots, envois, modèles, recherches partagées "
        "et bandeaux",
        "leur instant",
        lambda: in_years(settings.RETENTION_ACTS_YEARS),
        str,
        "CNIL, délibération n° 2021-122 ; trois ans pour ce qui peut servir de preuve. "
        + ILLUSTRATIVE,
        (acts_of_office,),
    ),
    Category(
        "acte-ancien",
        "Autres actes du journal : services, calendriers, réglementations, comptes",
        "leur instant",
        lambda: in_years(years_of_acts()),
        str,
        "Aussi longtemps que ce qui reste d'une inscription dont ils décident, et la campagne.",
        (acts_left,),
    ),
    Category(
        "recherche",
        "Recherche gardée sous un nom",
        "son dernier usage",
        _active,
        str,
        ILLUSTRATIVE,
        (searches,),
    ),
)


def overdue(at: datetime) -> dict[str, int]:
    """Return how much of each category is past its time at an instant, by code."""
    return {
        category.code: sum(found(at).count() for found in category.overdue)
        for category in CATEGORIES
    }
