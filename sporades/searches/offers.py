"""What lists of criteria take from the réglementation: what is in force, then what once was.

A version of the réglementation leaves as they are those who registered under the one before: what
it offers no more is still sought, and said as such.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from sporades.accommodations.queries import measures_within
from sporades.accounts.permissions import Reach
from sporades.documents import kinds
from sporades.evidence.queries import labels_within, with_added
from sporades.exams import schema
from sporades.exams.queries import OfferedExam, programmes
from sporades.exams.rules.health import of_health
from sporades.exams.rules.papers import titled
from sporades.exams.schema.questions import (
    ChoiceQuestion,
    MultipleChoiceQuestion,
    YesNoQuestion,
)
from sporades.registrations.former import BOTH, and_gone, once_offered
from sporades.registrations.questions import YES_OR_NO
from sporades.registrations.titles import title_of
from sporades.searches.answered import asked
from sporades.searches.criteria import Choices, flattened

ALONE = "examen-"
"""What comes before the number of an exam without a speciality, in the list of qualifications."""

WHATEVER = "Quelle que soit l'épreuve"
"""The title of the options that are sought in every épreuve."""

type Labelled = Iterable[tuple[str, str]]


def domains(reach: Reach) -> Choices:
    """Return the domains that are reached."""
    found = (one.exam.domain for one in _offered(reach))
    return tuple({str(one.pk): one.label for one in found}.items())


def sessions(reach: Reach) -> Choices:
    """Return the sessions of what is reached."""
    found = (one.exam.session for one in _offered(reach))
    return tuple({str(one.pk): one.label for one in found}.items())


def are_of_several_sessions(reach: Reach) -> bool:
    """Return whether what is reached is of several sessions: a qualification tells none apart then."""
    return len(sessions(reach)) > 1


def exams(reach: Reach) -> Choices:
    """Return the exams of what is reached."""
    found = {str(one.exam.pk): title_of(one.exam, None) for one in _offered(reach)}
    once = ((str(one.exam.pk), title_of(one.exam, None)) for one in once_offered(reach))
    return tuple(and_gone(found, once).items())


def qualifications(reach: Reach) -> Choices:
    """Return, by exam, its specialities; the exam alone, where it has none.

    Each with its session: what is chosen is read without the title of its exam, and years later.
    """
    return _by_exam(reach, lambda _: _qualifications_of)


def papers(reach: Reach) -> Choices:
    """Return épreuves by exam, as candidates read them, each told apart from those of its name."""
    return _by_exam(reach, _papers_among)


def options(reach: Reach) -> Choices:
    """Return the options of épreuves: whatever the épreuve, by code, then those of each, by exam."""
    everywhere = tuple(_gathered(reach, _options_of).items())
    return (*([(WHATEVER, everywhere)] if everywhere else []), *_by_exam(reach, _options_among))


def option_names(reach: Reach) -> dict[str, str]:
    """Return what names each option alone, by the value that the list of options has for it."""
    return flattened(_by_exam(reach, lambda _: _options_named))


def listed_questions() -> set[tuple[int, str]]:
    """Return the questions that have a list, or are of yes or no: the key of their exam, and their code."""
    return {
        (one.exam.pk, question.code)
        for one in chain((one for of in programmes() for one in of.exams), once_offered())
        for question in one.rules.questions
        if isinstance(question, YesNoQuestion | ChoiceQuestion | MultipleChoiceQuestion)
    }


def questions(reach: Reach) -> Choices:
    """Return, by exam, each answer to a question; of one that has no list, that it is answered."""
    return _by_exam(reach, lambda _: _answers_of)


def pieces(reach: Reach) -> Choices:
    """Return the supporting documents that are asked for, by code."""
    return tuple(with_added(labels_within(reach)).items())


def documents(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    """Return the kinds of document, but those that say something of health (P-12)."""
    return tuple(
        (one.slug, one.title) for one in kinds.registered() if not one.is_on_accommodations
    )


def measures(reach: Reach) -> Choices:
    """Return the measures that are proposed, by code."""
    return tuple(measures_within(reach).items())


def answers(reach: Reach, read: Callable[[schema.Exam], Labelled]) -> Choices:
    """Gather what exams call by one code: two labels of a code are both said.

    Args:
        reach: whose domains are reached.
        read: gives the codes and the labels of an exam.
    """
    return tuple(_gathered(reach, read).items())


def _gathered(reach: Reach, read: Callable[[schema.Exam], Labelled]) -> dict[str, str]:
    found: dict[str, dict[str, None]] = {}
    for offered in _offered(reach):
        for code, label in read(offered.rules):
            found.setdefault(code, {})[label] = None
    named = {code: BOTH.join(labels) for code, labels in found.items()}
    in_force = dict(sorted(named.items(), key=lambda pair: pair[1]))
    once = (said for former in once_offered(reach) for said in read(former.rules))
    return and_gone(in_force, once)


def _by_exam(
    reach: Reach, reader: Callable[[Sequence[OfferedExam]], Callable[[OfferedExam], Labelled]]
) -> Choices:
    """Gather what each exam offers, then what it once did.

    Args:
        reach: whose domains are reached.
        reader: given all the exams that are read, gives what reads one of them.
    """
    titles: dict[int, str] = {}
    found: dict[int, dict[str, str]] = {}
    once: dict[int, dict[str, str]] = {}
    for exams, into in ((_offered(reach), found), (once_offered(reach), once)):
        listed = list(exams)
        read = reader(listed)
        for one in listed:
            titles.setdefault(one.exam.pk, title_of(one.exam, None))
            own = into.setdefault(one.exam.pk, {})
            own.update({value: label for value, label in read(one) if value not in own})
    # What is offered still keeps its name alone: it says what sets it apart from others today.
    gone = {
        exam: [(value, label) for value, label in its.items() if value not in found.get(exam, {})]
        for exam, its in once.items()
    }
    by_title = (
        (title, list(and_gone(found.get(exam, {}), gone.get(exam, ())).items()))
        for exam, title in titles.items()
    )
    return tuple((title, those) for title, those in by_title if those)


def _offered(reach: Reach) -> Iterator[OfferedExam]:
    """Yield the exams in force of the domains that are reached."""
    listed = programmes()
    reached = reach.domains({one.regulation.domain.code for one in listed})
    for programme in listed:
        if programme.regulation.domain.code in reached:
            yield from programme.exams


def _qualifications_of(offered: OfferedExam) -> Iterator[tuple[str, str]]:
    exam = offered.exam
    if not offered.specialities:
        yield f"{ALONE}{exam.pk}", title_of(exam, None)
    for one in offered.specialities:
        yield str(one.pk), title_of(exam, one)


def _papers_among(exams: Sequence[OfferedExam]) -> Callable[[OfferedExam], Labelled]:
    """Return what names the épreuves of an exam, and says of those of one name what sets them apart."""
    known = {(one.exam.pk, said.code, titled(said)) for one in exams for said in one.rules.papers}
    times = Counter(name for _, _, name in known)

    def read(one: OfferedExam) -> Iterator[tuple[str, str]]:
        for said in one.rules.papers:
            is_alone = times[titled(said)] == 1
            label = titled(said) if is_alone else _told_apart(said, one)
            yield str(one.papers[said.code].pk), label

    return read


def _options_of(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    for paper in exam.papers:
        yield from (
            (one.code, one.label) for one in (paper.options.choices if paper.options else ())
        )


def _options_among(exams: Sequence[OfferedExam]) -> Callable[[OfferedExam], Labelled]:
    """Return what names each option of an exam after its épreuve: « Langue : Breton »."""
    named = _papers_among(exams)

    def read(one: OfferedExam) -> Iterator[tuple[str, str]]:
        for (key, name), paper in zip(named(one), one.rules.papers, strict=True):
            for option in paper.options.choices if paper.options else ():
                yield f"{key}:{option.code}", f"{name} : {option.label}"

    return read


def _options_named(offered: OfferedExam) -> Iterator[tuple[str, str]]:
    for paper in offered.rules.papers:
        for option in paper.options.choices if paper.options else ():
            yield f"{offered.papers[paper.code].pk}:{option.code}", option.label


def _answers_of(offered: OfferedExam) -> Iterator[tuple[str, str]]:
    for question in offered.rules.questions:
        if of_health(question.when, offered.rules):  # no file says who declared a handicap (P-12)
            continue
        listed = [(one.code, one.label) for one in getattr(question, "choices", ())]
        if isinstance(question, YesNoQuestion):
            listed = list(YES_OR_NO)
        for code, label in listed or [("", "une réponse")]:
            yield f"{offered.exam.pk}:{question.code}:{code}", f"{asked(question)} {label}"


def _told_apart(paper: schema.Paper, offered: OfferedExam) -> str:
    """Name an épreuve with its exam and, where the exam has two of one name, with what differs."""
    alike = [one for one in offered.rules.papers if titled(one) == titled(paper)]
    labels = {one.code: one.label for one in offered.specialities}
    of = ", ".join(labels[code] for code in paper.specialities) or paper.code
    return ", ".join(
        [titled(paper), title_of(offered.exam, None), *([of] if len(alike) > 1 else [])]
    )
