"""Tell candidates something: by mail where one reaches them, else by a letter."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet

from sporades import mail
from sporades.candidates.models import Candidate
from sporades.candidates.postal import lines_of
from sporades.core.french import instant_in_words
from sporades.core.text import ON_THE_WEB
from sporades.documents.models import DocumentVersion
from sporades.exams.models import RegistrationService
from sporades.letters.models import Letter
from sporades.letters.queries import is_unread, may_be_left_out, unprintable
from sporades.letters.rules import overtaken_by, overtaking
from sporades.letters.states import OVERTAKE, LetterState
from sporades.mail.models import Message, about_of
from sporades.mail.operations import mail_instead, write_again, write_letter
from sporades.registrations.models import Registration
from sporades.registrations.records import home_of, postal_address_of

BY_MAIL = "un mail le remplace"
"""Why a letter is not printed that a mail overtakes, as the office reads it."""
IN_PERSON = "à demander à votre service gestionnaire"
"""What a letter says in the place of an address of the web."""


def goes_by_letter(candidate: Candidate, enclosed: DocumentVersion | None) -> bool:
    """Return whether something is told by a letter: to whom no mail reaches, and with what no mail hands over.

    A decision on accommodations is contested from the day on which it is received: whoever has no
    account to open it from receives the paper, even where mails reach them.

    Args:
        candidate: whom it is for.
        enclosed: the document that is told of, if there is one.
    """
    if candidate.has_account:
        return False
    return candidate.by_letter or _is_to_hand_over(enclosed)


def _is_to_hand_over(enclosed: DocumentVersion | None) -> bool:
    return enclosed is not None and enclosed.kind.is_on_accommodations


def tell(
    candidate: Candidate,
    kind: str,
    *,
    service: RegistrationService,
    at: datetime,
    key: str,
    about: models.Model,
    urgent: bool = False,
    enclosed: DocumentVersion | None = None,
    link: str = "",
    matter: str = "",
    due_by: datetime | None = None,
    **context: Any,
) -> Message:
    """Tell a candidate something, in the transaction of the act: one mail or one letter, never both.

    Which of the two, `goes_by_letter` says.

    Args:
        candidate: whom.
        kind: the template, as `mail.write` has it; a letter reads it with `by_letter`.
        service: the registration service that answers for it, and prints the letter.
        at: the instant of the act.
        key: names the event.
        about: the row that it is about.
        urgent: whether the mail overtakes others.
        enclosed: a document that goes with the letter.
        link: where the mail leads; whom to ask is said instead in a letter, and to whoever has no
            account to sign in to.
        matter: of what a later message may say otherwise (`rules`): a letter that waits to be
            printed and that this one overtakes is not printed.
        due_by: the first instant before which it asks for something, if it does.
        context: what the template says, and whether it `is_first`, as `mail.write` has it.
    """
    said = {"at": at, "key": key, "about": about, "matter": matter, "due_by": due_by, **context}
    if not goes_by_letter(candidate, enclosed):
        has_space = candidate.has_account
        said |= {"has_space": has_space, "link": link if has_space else IN_PERSON}
        message = mail.write(kind, to=candidate.address, urgent=urgent, **said)
        if _may_have_had_letters(candidate):
            overtake_letters(message, candidate)
        return message
    return tell_at((), candidate, kind, service=service, enclosed=enclosed, **said)


@transaction.atomic(savepoint=False)
def tell_at(
    envelope: Sequence[str],
    candidate: Candidate,
    kind: str,
    *,
    service: RegistrationService,
    at: datetime,
    key: str,
    about: models.Model,
    enclosed: DocumentVersion | None = None,
    matter: str = "",
    due_by: datetime | None = None,
    **context: Any,
) -> Message:
    """Tell a candidate something by a letter, whatever their channel.

    Args:
        envelope: the lines of the address that it is for, even if it is theirs no more; without
            any, where they are reached when it is printed.
        candidate, kind, service, at, key, about, enclosed, matter, due_by, context: as in `tell`.
    """
    said = {"at": at, "key": key, "about": about, "matter": matter, "due_by": due_by, **context}
    message, is_new = write_letter(kind, link=IN_PERSON, **said)
    if is_new:
        letter = Letter.objects.create(
            message=message,
            candidate=candidate,
            service=service,
            enclosed=enclosed,
            address=list(envelope),
            has_own_envelope=bool(envelope),
        )
        _overtake(letter.message, letter.candidate)
    return message


def _may_have_had_letters(candidate: Candidate) -> bool:
    """Return whether letters may have reached somebody whom mails reach: an office has made their record.

    Or that of whoever was merged with them, which had an address. Nothing is sought for all others,
    line after line of a batch.
    """
    return candidate.academy_id is not None or bool(candidate.address_1)


def overtake_letters(said: Message, candidate: Candidate) -> None:
    """Print no more the letters that wait and that a new mail makes false or needless.

    Args:
        said: the mail, to whom letters reached until then: its candidate, or a guardian.
        candidate: whom it is for, or beside whom.
    """
    _overtake(said, candidate, why=BY_MAIL)


def _overtake(said: Message, candidate: Candidate, *, why: str = "") -> None:
    """Print no more the letters that wait and that a later message makes false or needless.

    A run that is begun at the same instant has a letter, or finds that it waits no more: each of
    the two locks it. One that goes with a document waits, but as `may_be_left_out` says: the later
    would not enclose it.
    """
    false = overtaken_by(said.matter)
    if false is None:
        return
    waiting = Letter.objects.waiting().filter(
        false,
        candidate=candidate,
        message__about_kind=said.about_kind,
        message__about_id=said.about_id,
        message__pk__lt=said.pk,
    )
    keys = _hold(waiting)
    if keys:
        left = Letter.objects.filter(may_be_left_out(said), pk__in=keys)
        _leave_out(list(left.values_list("pk", flat=True)), at=said.written_at, why=why)


def _hold(waiting: QuerySet[Letter]) -> list[int]:
    """Lock letters that wait, always in the same order; return their keys."""
    locked = waiting.select_for_update(of=("self",), no_key=True)
    return list(locked.order_by("pk").values_list("pk", flat=True))


def _leave_out(keys: Collection[int], *, at: datetime, why: str = "") -> None:
    left = Letter.objects.filter(pk__in=keys, run=None, state__in=OVERTAKE.sources)
    left.update(state=OVERTAKE.target, overtaken_at=at, why=why)


def leave_out_unread(
    candidate: Candidate,
    matter: str,
    *,
    about: models.Model,
    since: datetime,
    why: str,
    at: datetime,
) -> bool:
    """Print no more what waits of a matter, where its candidate has read nothing of it (`is_unread`).

    A run that is begun at the same instant has a letter, or finds that it waits no more.

    Args:
        candidate, matter, about, since: as `is_unread` has them.
        why: as the office reads it.
        at: the instant.

    Returns:
        Whether it is so: nothing is to be told of what is undone.
    """
    waiting = Letter.objects.waiting().filter(
        candidate=candidate,
        message__matter=matter,
        **{f"message__{name}": of for name, of in about_of(about).items()},
    )
    keys = _hold(waiting)
    if not is_unread(candidate, matter, about=about, since=since):
        return False
    _leave_out(keys, at=at, why=why)
    return True


def leave_out(waiting: QuerySet[Letter], *, why: str, at: datetime) -> None:
    """Print no more some of the letters that wait: what they ask for has come.

    A run that is begun at the same instant has a letter, or finds that it waits no more.

    Args:
        waiting: which, of those that no run has taken.
        why: as the office reads it.
        at: the instant.
    """
    _leave_out(_hold(waiting), at=at, why=why)


def leave_out_with(version: DocumentVersion, *, at: datetime) -> bool:
    """Print no more the letters that wait with a document that is taken back.

    A run that is begun at the same instant has a letter, or finds that it waits no more.

    Args:
        version: the document.
        at: the instant at which who was told of it would be told otherwise.

    Returns:
        Whether they were all that would have handed it over: nobody has read that it is there.
    """
    letters = Letter.objects.filter(enclosed=version).exclude(state=LetterState.OVERTAKEN)
    keys = _hold(letters.waiting())
    _leave_out(keys, at=at)
    return bool(keys) and not letters.exclude(pk__in=keys).exists()


def put_aside(letter: Letter, *, why: str) -> None:
    """Take a letter that cannot be printed out of its run; it waits again, unless it is overtaken.

    It keeps an envelope of its own: a guardian's is never addressed to the candidate.

    Args:
        letter: the letter, with its message.
        why: as the office reads it.
    """
    address = letter.address if letter.has_own_envelope else []
    Letter.objects.filter(pk=letter.pk).update(run=None, address=address, why=why)
    said = letter.message
    later = overtaking(said.matter)
    if later is None or not Letter.objects.filter(may_be_left_out(said), pk=letter.pk).exists():
        return
    told = Message.objects.filter(
        later, about_kind=said.about_kind, about_id=said.about_id, again_of=None, pk__gt=said.pk
    )
    last = told.order_by("pk").last()
    if last is not None:
        by = "" if last.state == Message.State.LETTER else BY_MAIL
        _leave_out([letter.pk], at=last.written_at, why=by)


def tell_again(
    message: Message,
    *,
    candidate: Candidate,
    service: RegistrationService,
    preface: str,
    at: datetime,
    envelope: Sequence[str] = (),
    announced: DocumentVersion | None = None,
) -> Message:
    """Tell again what a refused mail or a returned letter said: by mail, or by a letter.

    Args:
        message: which, locked by whoever calls; the database keeps one in the place of another.
        candidate: whom it was for.
        service: the registration service that answers for it.
        preface: what is said before its text: that it is not new.
        at: the instant.
        envelope: the lines of the address of a letter, where it is for somebody else.
        announced: the document that a mail said to be in a space, or to be asked for: a letter in
            its place encloses it, as it would have from the first.
    """
    before = Letter.objects.filter(message=message).select_related("enclosed__document").first()
    enclosed = before.enclosed if before else None
    if not envelope and not goes_by_letter(candidate, enclosed):
        said = f"{preface} {_not_enclosed(candidate)}" if enclosed else preface
        return write_again(message, to=candidate.address, at=at, preface=said)
    if before is None and announced is not None:
        enclosed = announced
        preface += " Le document qu'il annonce est joint à ce courrier."
    fresh: Message = Message.objects.create(
        kind=message.kind,
        key=f"again:{message.pk}",
        subject=message.subject,
        body=f"{preface}\n\n{ON_THE_WEB.sub(IN_PERSON, message.body)}",
        about_kind=message.about_kind,
        about_id=message.about_id,
        matter=message.matter,
        due_by=message.due_by,
        state=Message.State.LETTER,
        written_at=at,
        next_try_at=at,
        again_of=message,
    )
    Letter.objects.create(
        message=fresh,
        candidate=candidate,
        service=service,
        enclosed=enclosed,
        address=list(envelope),
        has_own_envelope=bool(envelope),
    )
    return fresh


def mail_unprintable(candidate: Candidate, *, at: datetime) -> int:
    """Send by mail the letters that no run would take, to whom mails reach from now on.

    The others are printed and posted as they were written; so are those of an envelope of their
    own, a guardian's, or whoever a record was taken from. A decision on accommodations waits to be
    posted; once its candidate may open it from an account, its letter is kept as replaced, since
    nothing else says that nobody was handed it before.

    Args:
        candidate: locked, and saved as they are reached now.
        at: the instant.

    Returns:
        How many there were.
    """
    if candidate.by_letter:
        return 0
    waiting = Letter.objects.waiting().filter(
        unprintable(), candidate=candidate, has_own_envelope=False
    )
    found = list(
        waiting.select_related("message", "service__academy", "enclosed__document")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    sent = [one for one in found if not goes_by_letter(candidate, one.enclosed)]
    for letter in sent:
        written = instant_in_words(letter.message.written_at, letter.service.zone)
        preface = f"Ce courrier, écrit le {written}, n'avait pas pu être imprimé. Le voici, tel qu'il était."
        if letter.enclosed_id is not None:
            preface += f" {_not_enclosed(candidate)}"
        if _is_to_hand_over(letter.enclosed):
            write_again(letter.message, to=candidate.address, at=at, preface=preface)
            _leave_out([letter.pk], at=at)
        else:
            mail_instead(letter.message, to=candidate.address, at=at, preface=preface)
            letter.delete()
    return len(sent)


def _not_enclosed(candidate: Candidate) -> str:
    place = "dans votre espace" if candidate.has_account else IN_PERSON
    return f"Le document qu'il annonce n'est pas joint à ce mail : il est {place}."


def give_letters(left: Candidate, *, to: Candidate) -> None:
    """Give the letters of a candidate to another, who was found to be the same person."""
    Letter.objects.filter(candidate=left).update(candidate=to)


def is_address_of(letter: Letter, candidate: Candidate) -> bool:
    """Return whether a letter was sent where its candidate is reached now; nowhere is no other place."""
    now = lines_of(postal_address_of(candidate))
    return not now or letter.address[1:] == now


def guardian_envelope(letter: Letter, registration: Registration) -> list[str]:
    """Return the lines of the envelope in which a letter to a guardian goes again.

    To whom the registration names now, home; where either is known no more, as before.

    Args:
        letter: the one that came back.
        registration: what it is about, with its candidate.
    """
    named = registration.guardian_name or letter.address[0]
    return [named, *(lines_of(home_of(registration)) or letter.address[1:])]


def is_returned(message: Message) -> bool:
    """Return whether a message is a letter that came back."""
    return Letter.objects.filter(message=message, state=LetterState.RETURNED).exists()
