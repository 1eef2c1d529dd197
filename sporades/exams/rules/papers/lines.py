"""What is wrong with one line: its status, its option, its kept mark."""

from collections.abc import Iterator
from decimal import Decimal

from sporades.core.french import figure, listed
from sporades.exams.rules.facts import Breach, Facts
from sporades.exams.rules.papers.choices import Choice
from sporades.exams.rules.papers.offers import PaperOffer
from sporades.exams.rules.texts import said_by, with_text
from sporades.exams.schema.papers import KeptMark, Status

SMALLEST_STEP = Decimal("0.01")
FOUR_FIGURES = 1000
"""The first year that is written in four figures."""


def breaches(offer: PaperOffer, choice: Choice, facts: Facts) -> Iterator[Breach]:
    """Find what is wrong with the choice made for an épreuve."""
    if not offer.allows(choice.status):
        yield _forbidden(offer, choice.status, facts)
        return
    if choice.status is Status.ENTERED or choice.option:
        yield from _option(offer, choice)
    if choice.status is Status.KEPT and offer.kept_mark is not None:
        yield from _mark(offer, offer.kept_mark, choice)
        yield from _mark_session(offer, offer.kept_mark, choice, facts)


def _forbidden(offer: PaperOffer, status: Status, facts: Facts) -> Breach:
    """Say why a status may not be chosen."""
    match status:
        case Status.NOT_ENTERED:
            rule, message = "epreuve_obligatoire", _why_mandatory(facts)
        case Status.DISPENSED:
            rule, message = "dispense", _why_not_dispensed(offer)
        case _:
            rule, message = "benefice", _why_not_kept(offer)
    return Breach(rule, f"papers.{offer.code}", message)


def _why_mandatory(facts: Facts) -> str:
    way_out = " ou changez de forme de passage" if facts.passing_form else ""
    return (
        "Cette épreuve est obligatoire : vous la passez à cette session. "
        f"Choisissez « Inscrit »{way_out}."
    )


def _why_not_dispensed(offer: PaperOffer) -> str:
    reasons = [
        f"« {reason.reason} »{said_by(reason.reference)}" for reason in offer.paper.dispensations
    ]
    if not reasons:
        return "Rien ne dispense de cette épreuve. Choisissez un autre statut."
    return (
        "Aucune dispense n'est possible pour cette épreuve. "
        f"Ce qui en dispense : {listed(reasons, 'ou')}. "
        "Choisissez un autre statut, ou corrigez le diplôme présenté."
    )


def _why_not_kept(offer: PaperOffer) -> str:
    right = offer.paper.kept_mark
    if right is None:
        return "Aucune note ne peut être gardée pour cette épreuve. Choisissez un autre statut."
    if right.message:
        return with_text(right.message, right.reference)
    return (
        "Votre situation ne permet pas de garder une note pour cette épreuve"
        f"{said_by(right.reference)}. Choisissez un autre statut."
    )


def _option(offer: PaperOffer, choice: Choice) -> Iterator[Breach]:
    options, field = offer.options, f"papers.{offer.code}.option"
    codes = [option.code for option in options.choices] if options else []
    if choice.option and choice.option not in codes:
        yield Breach("option", field, "Ce choix n'est pas proposé : choisissez dans la liste.")
    elif options and options.is_mandatory and not choice.option:
        yield Breach("option", field, "Choisissez dans la liste.")


def _mark(offer: PaperOffer, right: KeptMark, choice: Choice) -> Iterator[Breach]:
    field, mark = f"papers.{offer.code}.mark", choice.mark
    if mark is None:
        yield Breach("benefice", field, "Indiquez la note que vous gardez.")
    elif not mark.is_finite() or not 0 <= mark <= right.out_of or mark % SMALLEST_STEP:
        yield Breach(
            "benefice",
            field,
            f"Indiquez un nombre entre 0 et {figure(right.out_of)}, "
            "avec deux chiffres après la virgule au plus.",
        )
    elif mark < right.threshold:
        yield Breach(
            "benefice",
            field,
            f"Seule une note d'au moins {figure(right.threshold)} sur "
            f"{figure(right.out_of)} peut être gardée{said_by(right.reference)}. "
            f"Avec {figure(mark)}, choisissez « Inscrit » pour repasser l'épreuve, et effacez la note et "
            "son année.",
        )


def _mark_session(
    offer: PaperOffer, right: KeptMark, choice: Choice, facts: Facts
) -> Iterator[Breach]:
    field, year = f"papers.{offer.code}.mark_session", choice.mark_session
    first, last = facts.session_year - right.years, facts.session_year - 1
    if year is None:
        yield Breach("benefice", field, "Indiquez l'année où la note a été obtenue.")
    elif year < FOUR_FIGURES:
        yield Breach(
            "benefice", field, f"Indiquez l'année sur quatre chiffres, par exemple {last}."
        )
    elif year > last:
        yield Breach(
            "benefice",
            field,
            f"Une note gardée vient d'une session passée, {last} au plus tard.",
        )
    elif year < first:
        yield Breach(
            "benefice",
            field,
            f"Une note se garde {right.years} an{'s' if right.years > 1 else ''}, depuis la session {first} au plus tôt"
            f"{said_by(right.reference)}. Choisissez « Inscrit » pour repasser l'épreuve, et effacez la "
            "note et son année.",
        )
