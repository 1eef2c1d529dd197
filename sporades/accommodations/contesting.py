"""Until when a decision may be contested, and what that keeps (L-03, P-14)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from sporades.accommodations.models import Appeal, Case
from sporades.core.days import midnight, months_after, working_day_from
from sporades.core.french import day_in_words, local_day
from sporades.exams.models.service import MINUTE
from sporades.exams.rules.silence import Silence
from sporades.exams.schema.legal import Meaning
from sporades.letters.queries import Posting
from sporades.notices.queries import after_reading
from sporades.registrations.distance import LAW
from sporades.registrations.models import Registration
from sporades.registrations.models.registration import undone_before
from sporades.territory import queries as territory

INTERRUPTS = (
    "Fait au plus tard le dernier jour, ce recours interrompt le délai pour saisir le tribunal (code des "
    "relations entre le public et l'administration, article L. 411-2)."
)
"""What whoever asks the authority to look again keeps: the way to the court."""
ONLY_ONCE = "Un autre recours auprès de l'autorité n'interromprait plus ce délai."
"""Said beside the ways to contest, once the authority was asked: of both, the court is left."""
APPEAL_MONTHS = 2
"""What the law gives to contest a decision (CJA R. 421-1)."""
_IN_LETTERS = {2: "deux", 3: "trois", 4: "quatre"}
SILENCE_MONTHS = 2
"""After how long an appeal that nobody has answered is rejected (CJA R. 421-2)."""
PRESUMED_AFTER = timedelta(days=15)
"""How long after its notification a decision that nothing shows to be read is presumed received."""
UNPOSTED = Posting()
"""Of what goes by a letter that no run has taken yet."""


def clock_of(case: Case) -> str:
    """Return the zone by which each day of a decision is counted: that of the academy that took it.

    Where the registration goes later moves no day that was told.

    Args:
        case: with its registration; one that is not decided yet is of the service where that is.
    """
    service = case.registration.service
    if case.court_seat in {"", service.academy_id}:
        return service.zone
    return territory.academy(case.court_seat).zone


def presumed_at(notified_at: datetime, zone: str) -> datetime:
    """Return when a notification is presumed to be received, where nothing says that it was read.

    The delay is of days: the clock is then as it was, were it changed in between.

    Args:
        notified_at: when the decision was notified.
        zone: where its service is.
    """
    return notified_at.astimezone(ZoneInfo(zone)) + PRESUMED_AFTER


def presumed_by(notified_at: datetime, posting: Posting | None, zone: str) -> datetime | None:
    """Return when a notification is presumed to be received, however it left.

    By letter, the delay counts from the day on which it was posted: nobody has received what waits
    to be, or what came back.

    Args:
        notified_at: when the decision was notified.
        posting: how the notification left, where it did by letter.
        zone: where its service is.

    Returns:
        The instant; nothing while no letter is on its way.
    """
    if posting is None:
        return presumed_at(notified_at, zone)
    if posting.posted_on is None:
        return None
    return midnight(posting.posted_on + PRESUMED_AFTER, zone)


def received_at(
    notified_at: datetime, opened_at: datetime | None, zone: str, *, posting: Posting | None
) -> datetime | None:
    """Return from when the appeal delay runs: the first reading, else the presumption.

    A reading counts while the decision may still be contested by the presumption: what is final
    is not made contestable again.

    Args:
        notified_at: when the decision was notified.
        opened_at: when the notification was opened for the first time, if it was.
        zone: where its service is.
        posting: how the notification left, where it did by letter.

    Returns:
        The instant; nothing while it is neither read nor on its way.
    """
    presumed = presumed_by(notified_at, posting, zone)
    if presumed is None:
        return opened_at
    if opened_at is None or opened_at >= final_at(presumed, zone):
        return presumed
    return opened_at


def contest_in_words(
    case: Case,
    notified_at: datetime,
    opened_at: datetime | None,
    *,
    posting: Posting | None = None,
) -> str:
    """Say from when and until when a decision may be contested, as its page and its document do.

    A document is made before anybody opens it: the page that shows it says the last day above it.

    Args:
        case: what it decides, with its registration.
        notified_at: when it was notified, or is.
        opened_at: when its notification was opened for the first time, if it was.
        posting: how the notification left, or is to leave, where it does by letter.
    """
    zone = clock_of(case)
    said = _authority_in_words(notified_at, opened_at, zone, posting=posting)
    received = received_at(notified_at, opened_at, zone, posting=posting)
    return f"{said} {far_in_words(received, case)}".strip()


def months_more(case: Case) -> int:
    """Return how many months more there are to ask the court about a decision (CJA R. 421-7).

    Those that its notification told hold for who has moved nearer since; who lives farther now has
    those of the law. The court is that of the academy which took it.

    Args:
        case: with its registration; one that is not decided yet is of the academy where that is.
    """
    return max(case.months_of_distance, _months_now(case))


def months_more_after(appeal: Appeal) -> int:
    """Return the same once a decision was contested: what its acknowledgement, or its answer, told holds too."""
    return max(appeal.months_of_distance, months_more(appeal.case))


def _months_now(case: Case) -> int:
    lives = case.registration
    seat = case.court_seat or lives.service.academy_id
    return territory.months_of_distance(lives.postcode, lives.country, seat=seat)


def far_in_words(received: datetime | None, case: Case) -> str:
    """Say how long one has to go to court who lives far from it; of anybody else, nothing.

    Asking the authority to look again has no such time more (Conseil d'État, 5 janvier 2000, n° 170954).

    Args:
        received: when the decision was; nothing where no letter is on its way.
        case: what it decides, with its registration.
    """
    more = months_more(case)
    if not more:
        return ""
    until = _court_from(received, clock_of(case), more=more) if received else None
    last = f", jusqu'au {day_in_words(until)} inclus" if until else ""
    lived = "habitez" if more == _months_now(case) else "habitiez"
    return (
        f"Pour saisir le tribunal, vous avez {_IN_LETTERS[APPEAL_MONTHS + more]} mois{last}, parce que vous "
        f"{lived} loin de lui {LAW}."
    )


def court_from(received: datetime, registration: Registration) -> date:
    """Return the last day on which the court may be asked (CJA R. 421-1, R. 421-7).

    Args:
        received: when the decision was.
        registration: of whom, with its service.
    """
    more = registration.months_of_distance
    return _court_from(received, registration.service.zone, more=more)


def court_after(appeal: Appeal, received: datetime) -> date:
    """Return the same after an appeal: with the months that were told, by the clock of its decision.

    Args:
        appeal: with its request.
        received: when its answer was, or its silence.
    """
    return _court_from(received, clock_of(appeal.case), more=months_more_after(appeal))


def _court_from(received: datetime, zone: str, *, more: int) -> date:
    return contested_until(received, zone, months=APPEAL_MONTHS + more)


def _authority_in_words(
    notified_at: datetime, opened_at: datetime | None, zone: str, *, posting: Posting | None
) -> str:
    received = received_at(notified_at, opened_at, zone, posting=posting)
    notified = f"Notifiée le {day_in_words(local_day(notified_at, zone))}"
    if received is None:
        return (
            f"{notified}, par courrier. Vous avez deux mois pour la contester, à compter du jour où vous "
            "recevez ce courrier. Si rien ne montre ce jour, elle est réputée reçue quinze jours après "
            "celui où il est posté."
        )
    day, until = local_day(received, zone), contested_until(received, zone)
    last = f"la contester jusqu'au {day_in_words(until)} inclus."
    if received == opened_at:
        return (
            f"{notified} et ouverte le {day_in_words(day)}. Vous avez deux mois à compter de ce jour : "
            f"vous pouvez {last}"
        )
    if opened_at is not None:
        return f"{notified}. Réputée reçue le {day_in_words(day)}, vous pouviez {last}"
    if posting is not None and posting.posted_on is not None:
        return (
            f"{notified}, par un courrier posté le {day_in_words(posting.posted_on)}. Vous avez deux mois "
            "pour la contester, à compter du jour où vous le recevez. Si rien ne montre ce jour, elle est "
            f"réputée reçue le {day_in_words(day)} : vous pouvez alors {last}"
        )
    return (
        f"{notified}. Vous avez deux mois pour la contester, à compter du jour où vous l'ouvrez dans "
        "votre espace, ou la recevez par courrier : une fois ouverte, votre dernier jour est dit dans votre "
        "espace, au-dessus de ce document et à la page « Aménagement d'épreuves ». Si rien ne montre ce "
        "jour, elle est réputée "
        f"reçue le {day_in_words(day)} : vous pouvez alors {last}"
    )


def review_in_words(address: Iterable[str], *, has_space: bool) -> str:
    """Say how the decision is made to be looked at again, as its document does.

    Args:
        address: the lines of that of the authority, if the réglementation gives them.
        has_space: whether its candidate has an account: whoever has none is led to no page.
    """
    to = ", ".join(address)
    page = "à la page « Aménagement d'épreuves » de votre espace, ou " if has_space else ""
    letter = f"par une lettre à l'autorité, {to}" if to else "par une lettre"
    return (
        f"Pour la faire revoir, faites un recours {page}{letter} : dites ce que vous contestez et "
        f"pourquoi, sans parler de votre santé. {INTERRUPTS}"
    )


def final_at(received: datetime, zone: str) -> datetime:
    """Return from when a decision is contested no more: the day after the last one (P-14).

    Args:
        received: when its notification was.
        zone: where its service is.
    """
    return midnight(contested_until(received, zone) + timedelta(days=1), zone)


def first_day_of(case: Case) -> date:
    """Return the first day on which a decision could be contested, by the earliest of the clocks.

    Args:
        case: a notified one, with its registration.

    Raises:
        ValueError: it is not notified.
    """
    if case.notified_at is None:
        raise ValueError(case)
    here = case.registration.first_day(case.notified_at)
    return min(here, local_day(case.notified_at, clock_of(case)))


def last_day_of(case: Case, zone: str) -> date | None:
    """Return the last day on which a decision may be contested, whatever was done against it.

    Args:
        case: a notified one, with its notification.
        zone: the clock of the decision, see `clock_of`.

    Returns:
        The day; nothing while the letter that notifies it waits to be posted, or came back.

    Raises:
        ValueError: it is not notified.
    """
    if case.notified_at is None:
        raise ValueError(case)
    received = received_at(case.notified_at, case.opened_at, zone, posting=case.posting)
    return None if received is None else contested_until(received, zone)


def given_back_until(case: Case, zone: str) -> datetime | None:
    """Return until when an appeal from its candidate's space counts as sent on the last day (R-05).

    Args:
        case: a notified one, with its notification.
        zone: the clock of the decision, see `clock_of`.

    Returns:
        The last minute; nothing where the last day has ended while something could be written.
    """
    last = last_day_of(case, zone)
    if last is None:
        return None
    ended = midnight(last + timedelta(days=1), zone) - MINUTE
    until = after_reading(ended, zone)
    return until if until > ended else None


def sent_on_from_space(case: Case, zone: str, *, at: datetime) -> date:
    """Return the day of which an appeal is that its candidate sends from their space.

    Where nothing was written in the last minute of the last day, it is that day until the evening of
    the day after writing began again: nobody could send it then.

    Args:
        case: the notified decision, with its notification.
        zone: the clock of the decision, see `clock_of`.
        at: when it is sent.
    """
    today, last = local_day(at, zone), last_day_of(case, zone)
    if last is None or today <= last:
        return today
    until = given_back_until(case, zone)
    return last if until is not None and at < until + MINUTE else today


def court_day_of(case: Case, *, at: datetime | None = None) -> date:
    """Return the last day on which the court may be asked about a decision, or the soonest that it may be.

    Args:
        case: a notified one, with its notification and its registration.
        at: now: a letter that waits is posted no sooner; else as if it were at once.

    Raises:
        ValueError: it is not notified.
    """
    if case.notified_at is None:
        raise ValueError(case)
    zone = clock_of(case)
    received = received_at(case.notified_at, case.opened_at, zone, posting=case.posting)
    counted = received or presumed_at(at or case.notified_at, zone)
    return _court_from(counted, zone, more=months_more(case))


def silence_about(received_on: date) -> Silence:
    """Return what silence on an appeal means, and from when (CJA R. 421-2).

    Args:
        received_on: when it was received.
    """
    return Silence.after(received_on, months=SILENCE_MONTHS, meaning=Meaning.REJECTED)


def silent_on(received_on: date) -> date:
    """Return the day on which an appeal that nobody has answered is rejected.

    Args:
        received_on: when it was received.
    """
    return silence_about(received_on).on


def is_in_time(appeal: Appeal, zone: str) -> bool:
    """Return whether an appeal interrupts the delay to go to court: it was sent within it.

    Args:
        appeal: with its request and what notifies it.
        zone: the clock of the decision, see `clock_of`.
    """
    last = last_day_of(appeal.case, zone)
    return last is None or appeal.sent_on <= last


def court_until(appeal: Appeal, zone: str, *, at: datetime | None = None) -> date:
    """Return the last day on which the court may be asked, after an appeal that was in time.

    The delay runs anew from the answer, read or presumed received, or from the silence. What is
    answered once that delay is over too opens it no more.

    Args:
        appeal: with its answer.
        zone: the clock of the decision, see `clock_of`.
        at: now: an answer by a letter that waits is posted no sooner; else as if it were at once.
    """
    by_silence = court_after(appeal, midnight(silent_on(appeal.received_on), zone))
    answered_at = appeal.answered_at
    if answered_at is None or local_day(answered_at, zone) > by_silence:
        return by_silence
    opened_at = appeal.answer.opened_at if appeal.answer else None
    received = received_at(answered_at, opened_at, zone, posting=appeal.posting)
    return court_after(appeal, received or presumed_at(at or answered_at, zone))


def final_of(case: Case, zone: str, *, at: datetime | None = None) -> datetime:
    """Return from when a notified decision is contested no more, its appeals included.

    Args:
        case: with its notification and its appeals.
        zone: the clock of the decision, see `clock_of`.
        at: now: what a letter that waits says is final no sooner than if it were posted today.
    """
    last = court_day_of(case, at=at)
    anew = [
        court_until(one, zone, at=at)
        for one in case.appeals.all()
        if one.withdrawn_at is None and is_in_time(one, zone)
    ]
    return midnight(max([last, *anew]) + timedelta(days=1), zone)


def answer_in_words(
    appeal: Appeal,
    answered_at: datetime,
    opened_at: datetime | None,
    zone: str,
    *,
    posting: Posting | None,
) -> str:
    """Say until when the court may be asked once an appeal is refused, as its page and its document do.

    Args:
        appeal: with its request and what notifies it.
        answered_at: when it was refused.
        opened_at: when its answer was opened for the first time, if it was.
        zone: the clock of the decision, see `clock_of`.
        posting: how the answer left, or is to leave, where it does by letter.
    """
    last = last_day_of(appeal.case, zone)
    if last is not None and appeal.sent_on > last:
        return (
            f"Ce recours est venu après le dernier jour pour contester la décision, le "
            f"{day_in_words(last)} : il n'a pas interrompu le délai pour saisir le tribunal."
        )
    silent = silent_on(appeal.received_on)
    by_silence = court_after(appeal, midnight(silent, zone))
    if local_day(answered_at, zone) > by_silence:
        return (
            f"Resté sans réponse le {day_in_words(silent)}, ce recours était rejeté depuis ce jour : "
            f"le tribunal pouvait être saisi jusqu'au {day_in_words(by_silence)}."
        )
    received = received_at(answered_at, opened_at, zone, posting=posting)
    months = _IN_LETTERS[APPEAL_MONTHS + months_more_after(appeal)]
    by_post = (
        f"Vous avez {months} mois pour saisir le tribunal, à compter du jour où vous recevez cette réponse par "
        "courrier. Si rien ne montre ce jour, elle est réputée reçue "
    )
    if received is None:
        return f"{by_post}quinze jours après celui où le courrier est posté."
    day, until = (
        day_in_words(local_day(received, zone)),
        day_in_words(court_after(appeal, received)),
    )
    if received == opened_at:
        return (
            f"Vous avez ouvert cette réponse le {day} : vous pouvez saisir le tribunal jusqu'au "
            f"{until} inclus."
        )
    if posting is not None:
        return f"{by_post}le {day} : vous pouvez alors le saisir jusqu'au {until} inclus."
    return (
        f"Vous avez {months} mois pour saisir le tribunal, à compter du jour où vous ouvrez cette réponse "
        "dans votre espace, ou la recevez par courrier : une fois ouverte, votre dernier jour est dit "
        "à la page « Aménagement d'épreuves ». Si rien ne montre ce jour, elle est réputée reçue le "
        f"{day} : vous pouvez alors le saisir jusqu'au {until} inclus."
    )


def with_appeals(cases: Iterable[Case]) -> list[Case]:
    """Return requests, with the appeals against those that are notified, in one question for all."""
    known = list(cases)
    prefetch_related_objects(
        [one for one in known if one.notified_at is not None], "appeals__answer"
    )
    return known


def papers_kept_until(final: datetime, zone: str) -> datetime:
    """Return until when a decision keeps papers of health: what was posted on its last day comes later.

    Args:
        final: from when it is contested no more.
        zone: where its service is.
    """
    return midnight(local_day(final, zone) + PRESUMED_AFTER, zone)


def papers_needed_until(
    registration: Registration, cases: Iterable[Case], *, at: datetime | None = None
) -> datetime | None:
    """Return until when papers of health serve a registration: the latest that anything demands.

    Nothing while a request is open. A decision needs them until it is final, and a letter of its last
    day has come, whatever was asked, taken back or decided after it: each may be contested. A withdrawal needs them for as long as it
    may be undone, whether the service closes meanwhile or not, since it may be opened for longer:
    whoever is back takes them up (`acts.medical.taking_up`).

    Args:
        registration: as it stands now, with its service.
        cases: all of its requests, with their notifications.
        at: now: what a letter that waits says is final no sooner than if it were posted today.
    """
    known = list(cases)
    if any(case.is_open for case in known):
        return None
    until = [
        _serve_until(case, at=at) for case in with_appeals(known) if case.notified_at is not None
    ]
    until += [case.withdrawn_at for case in known if case.withdrawn_at is not None]
    if registration.withdrawn_at is not None:
        until.append(undone_before(registration.withdrawn_at, registration.service))
    return max(until, default=None)


def _serve_until(case: Case, *, at: datetime | None) -> datetime:
    """Return until when papers of health serve a notified decision."""
    zone = clock_of(case)
    return papers_kept_until(final_of(case, zone, at=at), zone)


def papers_left_until(
    registration: Registration, cases: Iterable[Case], *, left: Case, at: datetime
) -> datetime:
    """Return until when papers of health serve a registration once one of its requests is left.

    Args:
        registration: with its service.
        cases: all of its requests, with their notifications.
        left: the one that is.
        at: the instant at which it is: they serve no longer where nothing needs them after it.
    """
    others = [one for one in cases if one.pk != left.pk]
    return max(papers_needed_until(registration, others, at=at) or at, at)


def papers_until_once_withdrawn(
    registration: Registration, cases: Iterable[Case], *, at: datetime
) -> datetime | None:
    """Return until when papers of health serve a registration that its candidate would leave now.

    Args:
        registration: one that stands, with its service.
        cases: all of its requests, with their notifications: those undecided fall with it.
        at: the instant at which it is left.

    Returns:
        The instant; nothing where a decision that is not notified yet keeps them.
    """
    others = [one for one in cases if not one.is_undecided]
    if any(one.is_open for one in others):
        return None
    undone = undone_before(at, registration.service)
    return max(papers_needed_until(registration, others, at=at) or at, undone)


def papers_until_once_taken_back(
    registration: Registration, cases: Iterable[Case], *, appeal: Appeal, at: datetime
) -> datetime | None:
    """Return until when papers of health serve a registration whose appeal would be taken back now.

    Args:
        registration: one that stands or is set aside, with its service.
        cases: all of its requests, with their notifications.
        appeal: the one that would be, with its request and its registration.
        at: the instant.

    Returns:
        The instant; nothing where an open request keeps them.
    """
    known, zone = list(cases), clock_of(appeal.case)
    if any(one.is_open for one in known):
        return None
    final = midnight(court_day_of(appeal.case, at=at) + timedelta(days=1), zone)
    others = [one for one in known if one.pk != appeal.case_id]
    needed = papers_needed_until(registration, others, at=at) or at
    return max(papers_kept_until(final, zone), needed, at)


def contestable_among(cases: Iterable[Case], *, at: datetime) -> Case | None:
    """Return the last of the requests whose decision may still be contested, or is to be notified.

    Args:
        cases: all of a registration, with their notifications.
        at: the instant.
    """
    found = [
        case
        for case in with_appeals(cases)
        if case.decided_at is not None
        and (case.notified_at is None or final_of(case, clock_of(case), at=at) > at)
    ]
    return max(found, key=lambda case: case.decided_at, default=None)  # type: ignore[arg-type,return-value] # decided


def contested_until(received: datetime, zone: str, *, months: int = APPEAL_MONTHS) -> date:
    """Return the last day on which a decision may be contested (CJA R. 421-1).

    The months are clear ones: neither the day of the reception nor the one on which they end
    counts. A last day on which nobody works is put off to the next one (CPC 642).

    Args:
        received: when its notification was.
        zone: where its service is.
        months: how many: `court_from` has more for who lives far.
    """
    ends = months_after(local_day(received, zone), months)
    return working_day_from(ends + timedelta(days=1))
