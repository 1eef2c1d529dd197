"""A criterion of one subject: épreuves, pieces, requests for accommodations, versions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from sporades.accommodations.as_sent import is_asked
from sporades.accommodations.granted import in_force_of
from sporades.accommodations.models import Case
from sporades.accommodations.states import OPEN, state_in_office
from sporades.accommodations.states import State as CaseStates
from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.core.numbers import whole
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.evidence.completeness import is_ready, lost_since_validated
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE, of_code
from sporades.evidence.states import TO_PROVIDE
from sporades.evidence.states import State as EvidenceState
from sporades.registrations.issued_before import MAY_HAVE_ONE, is_of_before, speaks_of_then
from sporades.registrations.models import RegistrationAnswer, RegistrationPaper, Version
from sporades.registrations.over import exams_over
from sporades.registrations.states import STANDING
from sporades.searches.answered import tells_a_handicap
from sporades.searches.criteria.base import Choices, Criterion, Unreadable, typed_in
from sporades.searches.criteria.ordered import OF_ITS_ROW, Instant, in_days
from sporades.searches.criteria.plain import YesNo
from sporades.searches.operators import Operator


@dataclass(frozen=True)
class AmendedSince(YesNo):
    """Whether its candidate has changed, since the last decision, what was decided of."""

    def _holds(self) -> Q:
        return self._is(__gte=F("decided_at")) & Q(state__in=STANDING)


@dataclass(frozen=True)
class ToReview(YesNo):
    """Whether its rules ask what it does not say, since its civil data or its academy are others."""

    def _holds(self) -> Q:
        return self._is(__isnull=False) & Q(state__in=STANDING)


@dataclass(frozen=True)
class ExamOver(YesNo):
    """Whether every date of the exam has passed."""

    def _holds(self) -> Q:
        return self._is(__in=exams_over(timezone.now()))


@dataclass(frozen=True)
class LastVersion(Instant):
    """The day of the last version, whatever made it: an answer, a correction, a move, a merge."""

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.IS_NOT, Operator.BETWEEN)

    def _between(self, first: date | None, last: date | None) -> Q:
        # The first version is of the instant of filing, which an index holds; few have a second.
        filed = Q(version=1) & super()._between(first, last)
        those = in_days("filed_at", first, last, clock=OF_ITS_ROW, zones=self.zones)
        rows = Version.objects.filter(registration=OuterRef("pk"), number=OuterRef("version"))
        return filed | Q(Exists(rows.filter(those)), version__gt=1)


@dataclass(frozen=True)
class PaperStatus(Criterion):
    """What was chosen for one épreuve.

    Attributes:
        listed: the épreuves, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    asks_how: ClassVar = "Choix du candidat"
    asks_what: ClassVar = "Épreuve"
    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.ENTERED,
        Operator.NOT_ENTERED,
        Operator.DISPENSED,
        Operator.KEPT,
    )

    def choices(self, reach: Reach) -> Choices:
        """Return the épreuves, by exam."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a row of the épreuve with this status."""
        said = typed_in(values, "Choisissez une épreuve.")
        key = whole(said)
        if key is None:
            raise Unreadable("Choisissez une épreuve.")
        rows = RegistrationPaper.objects.filter(registration=OuterRef("pk"))
        return Q(Exists(rows.filter(paper=key, status=operator.value)))


@dataclass(frozen=True)
class PaperOption(Criterion):
    """What was chosen within an épreuve, a language for instance: within that one, or any.

    Attributes:
        listed: the options, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    asks_how: ClassVar = "Choix du candidat"
    asks_what: ClassVar = "Option"
    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.ENTERED,
        Operator.DISPENSED,
        Operator.KEPT,
    )

    def choices(self, reach: Reach) -> Choices:
        """Return the options, whatever the épreuve, then by exam."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a row of an épreuve with this option and this status."""
        said = typed_in(values, "Choisissez une option.")
        paper, _, code = said.rpartition(":")
        key = whole(paper)
        if not code or (paper and key is None):
            raise Unreadable("Choisissez une option.")
        rows = RegistrationPaper.objects.filter(registration=OuterRef("pk"))
        of_any = rows.filter(option=code, status=operator.value)
        return Q(Exists(of_any.filter(paper=key) if paper else of_any))


@dataclass(frozen=True)
class AnswerGiven(Criterion):
    """An answer to a question that an exam asks; « non égal »: of that exam, whoever gave another, or none.

    Attributes:
        listed: the answers, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    asks_what: ClassVar = "Question et réponse"
    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.IS_NOT)

    def choices(self, reach: Reach) -> Choices:
        """Return the questions with their answers, by exam."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a row of the question with this answer, or with any where it has no list."""
        said = typed_in(values, "Choisissez dans la liste.")
        exam, question, code = ([*said.split(":"), "", ""])[:3]
        key = whole(exam)
        if key is None or not question:
            raise Unreadable("Choisissez dans la liste.")
        if tells_a_handicap(key, question):
            return Q(pk__in=[])
        rows = RegistrationAnswer.objects.filter(registration=OuterRef("pk"), question=question)
        # One answer, or one of several: PostgreSQL finds it in either.
        given = Exists(rows.filter(value__contains=code) if code else rows)
        return Q(exam=key) & (~Q(given) if operator is Operator.IS_NOT else Q(given))


@dataclass(frozen=True)
class PieceState(Criterion):
    """Where one supporting document stands.

    Attributes:
        listed: the pieces, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    STATES: ClassVar = {
        Operator.PIECE_OWED: EvidenceState.OWED,
        Operator.PIECE_CHECKING: EvidenceState.CHECKING,
        Operator.PIECE_DEPOSITED: EvidenceState.DEPOSITED,
        Operator.PIECE_ACCEPTED: EvidenceState.ACCEPTED,
        Operator.PIECE_REFUSED: EvidenceState.REFUSED,
        Operator.PIECE_WAIVED: EvidenceState.WAIVED,
        Operator.PIECE_POSTED: EvidenceState.POSTED,
    }
    asks_how: ClassVar = "État de la pièce"
    asks_what: ClassVar = "Pièce"
    operators: ClassVar[tuple[Operator, ...]] = tuple(STATES)

    def choices(self, reach: Reach) -> Choices:
        """Return the pieces."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a piece of this code that stands there, as the file says it."""
        code = typed_in(values, "Choisissez une pièce.")
        state = self.STATES[operator]
        rows = Evidence.objects.filter(registration=OuterRef("pk"))
        its = Q(Exists(rows.filter(of_code(code), state=state)))
        # Once it is validated, or stands no more, that piece is asked for no more (`is_let_go`).
        return its & Q(state__in=TO_COMPLETE) if state in TO_PROVIDE else its


@dataclass(frozen=True)
class DocumentState(Criterion):
    """What became of the last document of a kind, where its candidate may read it.

    Attributes:
        listed: the kinds of document.
    """

    listed: Callable[[Reach], Choices]

    asks_how: ClassVar = "État du document"
    asks_what: ClassVar = "Document"
    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.DOCUMENT_UNOPENED,
        Operator.DOCUMENT_OPENED,
        Operator.DOCUMENT_PUBLISHED,
        Operator.DOCUMENT_OF_BEFORE,
        Operator.NO_DOCUMENT,
    )

    def choices(self, reach: Reach) -> Choices:
        """Return the kinds of document."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a version that is read now, or for none; of what is not listed, nothing is found."""
        kind = typed_in(values, "Choisissez un document.")
        if kind not in dict(self.listed(Reach())):
            return Q(pk__in=[])
        rows = DocumentVersion.objects.latest_visible(timezone.now()).filter(
            document__folder=OuterRef("folder"), document__kind=kind
        )
        if operator is Operator.NO_DOCUMENT:
            return Q(~Exists(rows))
        if operator is Operator.DOCUMENT_UNOPENED:
            # Whoever has no account opens none: it is told to them by letter, or by mail.
            return Q(Exists(rows.filter(opened_at=None)), candidate__user__isnull=False)
        if operator is Operator.DOCUMENT_OF_BEFORE:
            if not speaks_of_then(kinds.get(kind)):
                return Q(pk__in=[])
            return MAY_HAVE_ONE & Q(Exists(rows.filter(is_of_before())))
        is_opened = operator is Operator.DOCUMENT_OPENED
        return Q(Exists(rows.filter(opened_at__isnull=False) if is_opened else rows))


@dataclass(frozen=True)
class CaseState(Criterion):
    """Where the last request for accommodations stands; « vide »: none was made."""

    asks_what: ClassVar = "État de la demande"
    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.EMPTY, Operator.FILLED)

    def choices(self, reach: Reach) -> Choices:  # noqa: ARG002 - the same everywhere
        """Return the states of a request that stands, in the words of the office."""
        return tuple(
            (state.value, state_in_office(state))
            for state in CaseStates
            if state != CaseStates.WITHDRAWN
        )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a last request, among those that were sent, that stands there."""
        rows = Case.objects.made().filter(registration=OuterRef("pk"))
        if operator in (Operator.EMPTY, Operator.FILLED):
            made = Q(Exists(rows))
            return ~made if operator is Operator.EMPTY else made
        said = typed_in(values, "Choisissez un état.")
        if said in OPEN:  # a registration has one at most, and it is the last
            return Q(Exists(rows.filter(state=said)))
        later = Case.objects.made().filter(
            registration=OuterRef("registration"), begun_at__gt=OuterRef("begun_at")
        )
        return Q(Exists(rows.filter(~Exists(later), state=said)))


@dataclass(frozen=True)
class MeasureInForce(Criterion):
    """A measure that is asked for, or that the last decision grants: what rooms must know, never why.

    Attributes:
        listed: the measures, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    asks_how: ClassVar = "Mesure"
    asks_what: ClassVar = "Aménagement"
    operators: ClassVar[tuple[Operator, ...]] = (Operator.GRANTED, Operator.ASKED_FOR)

    def choices(self, reach: Reach) -> Choices:
        """Return the measures."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a row of this measure."""
        code = typed_in(values, "Choisissez une mesure.")
        if operator is Operator.GRANTED:
            granted = in_force_of(OuterRef("pk")).filter(decided_code=code)
            # For one that stands no more nothing is in force, as `granted` has it.
            return Q(Exists(granted), state__in=STANDING)
        return is_asked(OuterRef("pk"), code)


@dataclass(frozen=True)
class LacksPieces(YesNo):
    """Whether something is still to be sent for a mandatory piece, be it late or not.

    Nothing is, once the registration is validated, or stands no more.
    """

    def _holds(self) -> Q:
        rows = Evidence.objects.filter(registration=OuterRef("pk"), is_mandatory=True)
        return Q(Exists(rows.filter(state__in=TO_PROVIDE))) & Q(state__in=TO_COMPLETE)


@dataclass(frozen=True)
class Ready(YesNo):
    """Whether a registration waits for « Valider » alone: its pieces are good, its summary is back."""

    def _holds(self) -> Q:
        return is_ready()


@dataclass(frozen=True)
class InfectedSince(YesNo):
    """Whether a virus was found in a mandatory piece of a registration once it was validated."""

    def _holds(self) -> Q:
        return lost_since_validated()


@dataclass(frozen=True)
class PieceArrived(Instant):
    """The day on which a piece came, as a file or by post."""

    clock: ClassVar = OF_ITS_ROW
    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.BETWEEN,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare one piece with both bounds; « vide »: none has come."""
        rows = Evidence.objects.asked().filter(registration=OuterRef("pk"))
        if operator in (Operator.EMPTY, Operator.FILLED):
            came = Q(Exists(rows.filter(arrived_at__isnull=False)))
            return ~came if operator is Operator.EMPTY else came
        return Q(Exists(rows.filter(super().condition(operator, values))))


@dataclass(frozen=True)
class DoneBy(Criterion):
    """What one press has done to many: the registrations that a batch of the reader's has done.

    None of which being among its lines says something of health (P-12). The room of batches stands
    above this one: they are those of their author's account.

    Attributes:
        reader: the identifier of whoever asks; nothing where one only asks whether it can be asked.
    """

    reader: str = ""

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.IS_NOT)

    def within(self, reach: Reach) -> Self:
        """Return the criterion of a reader, whose batches nobody else knows."""
        return replace(self, reader=_reader(reach))

    def choices(self, reach: Reach) -> Choices:
        """Return those of the reader that were launched, the last first."""
        user = User.objects.who_acted(_reader(reach))
        if user is None:
            return ()
        launched = user.batches.filter(launched_at__isnull=False).order_by("-asked_at")
        return tuple(
            (str(one.pk), f"{one}, {one.asked_in_words}")
            for one in launched
            if not one.says_of_health
        )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a line of it that was done; of a batch of somebody else, nothing is found."""
        batch = self._batch(values)
        if batch is None:
            return Q(pk__in=[])
        done = Q(pk__in=batch.done().values("registration"))
        return ~done if operator is Operator.IS_NOT else done

    def is_gone(self, values: Sequence[str]) -> bool:
        """Return whether it is of somebody else, or forgotten, or says something of health."""
        return self._batch(values) is None

    def _batch(self, values: Sequence[str]) -> Any:
        """Return the batch, if it is one of the reader's that is listed. Raises Unreadable."""
        said = typed_in(values, "Choisissez dans la liste.")
        try:
            key = UUID(said)
        except ValueError:
            raise Unreadable("Choisissez dans la liste.") from None
        user = User.objects.who_acted(self.reader)
        batch = user and user.batches.filter(pk=key).first()
        return None if not batch or batch.says_of_health else batch


def _reader(reach: Reach) -> str:
    return next((one.member.identifier for one in reach.perimeters), "")
