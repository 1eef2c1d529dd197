"""What is wrong between lines: groups, exclusions, dependencies, the session as a whole."""

from collections.abc import Iterator, Mapping, Sequence

from sporades.core.french import listed
from sporades.exams.rules.facts import Breach, Facts
from sporades.exams.rules.papers.choices import NOT_CHOSEN, Choice
from sporades.exams.rules.papers.offers import PaperOffer, is_whole
from sporades.exams.rules.papers.words import named
from sporades.exams.rules.texts import said_by, with_text
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Group, Status
from sporades.exams.schema.relations import Dependency, DistinctOptions, Exclusion, Relation

type Chosen = Mapping[str, Choice]
"""The choice made for each épreuve offered, by code."""
_NUMBERS = (
    "aucune",
    "une",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
)


def breaches(
    exam: Exam, facts: Facts, offers: Sequence[PaperOffer], chosen: Chosen
) -> Iterator[Breach]:
    """Find what is wrong between the lines of the épreuves offered."""
    for group, count in _counts(exam, offers, chosen):
        among = sum(offer.group == group for offer in offers)
        yield from _group(group, count, among=among, needs_all=is_whole(exam, facts))
    for relation in exam.relations:
        yield from of_relation(exam, relation, chosen)
    if not sits_one(chosen):
        yield Breach(
            "aucune_epreuve",
            "papers",
            "Vous n'êtes inscrit(e) à aucune épreuve : choisissez « Inscrit » pour une au moins.",
        )
    elif not is_whole(exam, facts):
        yield from _something_left(exam, facts, offers, chosen)


def of_relation(exam: Exam, relation: Relation, chosen: Chosen) -> Iterator[Breach]:
    """Find what a rule between épreuves says of what is chosen."""
    match relation:
        case Exclusion():
            yield from _exclusion(exam, relation, chosen)
        case Dependency():
            yield from _dependency(exam, relation, chosen)
        case DistinctOptions():
            yield from _distinct_options(exam, relation, chosen)


def is_too_many(group: Group, count: int) -> bool:
    """Tell whether more épreuves are taken than a group allows."""
    return count > group.most


def is_too_few(group: Group, count: int) -> bool:
    """Tell whether fewer épreuves are taken than a group wants."""
    return count < group.fewest


def how_many(group: Group, among: int) -> str:
    """Say how many épreuves of a group are to be chosen.

    Args:
        group: the group.
        among: how many of its épreuves there are to choose from.
    """
    fewest, most = group.fewest, group.most
    if fewest == most:
        return _epreuves(most)
    if fewest == 0:
        return f"{_epreuves(most)} au plus"
    if most >= among:
        return f"au moins {_epreuves(fewest)}"
    if most == fewest + 1:
        return f"{_number(fewest)} ou {_epreuves(most)}"
    return f"entre {_number(fewest)} et {_epreuves(most)}"


def _epreuves(count: int) -> str:
    return f"{_number(count)} épreuve{'s' if count > 1 else ''}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def sits_one(chosen: Chosen) -> bool:
    """Tell whether an épreuve at least is sat in this session."""
    return any(choice.status is Status.ENTERED for choice in chosen.values())


def leaves_one(exam: Exam, offers: Sequence[PaperOffer], chosen: Chosen) -> bool:
    """Tell whether something is left to another session: a mandatory épreuve, part of a group."""
    return any(offer.is_mandatory and not chosen[offer.code].is_taken for offer in offers) or any(
        is_too_few(group, count) for group, count in _counts(exam, offers, chosen)
    )


def _counts(exam: Exam, offers: Sequence[PaperOffer], chosen: Chosen) -> list[tuple[Group, int]]:
    """Return the groups that are offered, each with how many of its épreuves are taken."""
    offered = [group for group in exam.groups if any(offer.group == group for offer in offers)]
    return [
        (group, sum(chosen[offer.code].is_taken for offer in offers if offer.group == group))
        for group in offered
    ]


def _group(group: Group, count: int, *, among: int, needs_all: bool) -> Iterator[Breach]:
    if is_too_many(group, count) or (needs_all and is_too_few(group, count)):
        taken = f"vous en avez choisi {count}" if count else "vous n'en avez choisi aucune"
        yield Breach(
            "groupe",
            f"groups.{group.code}",
            f"« {group.label} » : choisissez {how_many(group, among)} ; {taken}"
            f"{said_by(group.reference)}.",
        )


def _exclusion(exam: Exam, rule: Exclusion, chosen: Chosen) -> Iterator[Breach]:
    taken = [code for code in rule.papers if _is_taken(code, chosen)]
    if len(taken) > 1:
        yield _breach(
            rule,
            taken[-1],
            f"{_list(exam, taken)} ne peuvent pas être choisies ensemble : n'en gardez qu'une",
        )


def _dependency(exam: Exam, rule: Dependency, chosen: Chosen) -> Iterator[Breach]:
    missing = [code for code in rule.needs if not _is_taken(code, chosen)]
    if _is_taken(rule.paper, chosen) and missing:
        yield _breach(
            rule,
            rule.paper,
            f"{_list(exam, [rule.paper])} demande aussi {_list(exam, missing)} : "
            "choisissez aussi ce qui manque, ou retirez la première",
        )


def _distinct_options(exam: Exam, rule: DistinctOptions, chosen: Chosen) -> Iterator[Breach]:
    seen: dict[str, str] = {}
    for code in rule.papers:
        option = chosen.get(code, NOT_CHOSEN).option
        if not option or not _is_taken(code, chosen):
            continue
        if option in seen:
            yield _breach(
                rule,
                code,
                f"{_list(exam, [seen[option], code])} : vous avez fait deux fois le même choix, "
                "changez l'un des deux",
                part=".option",
            )
        seen.setdefault(option, code)


def _something_left(
    exam: Exam, facts: Facts, offers: Sequence[PaperOffer], chosen: Chosen
) -> Iterator[Breach]:
    """Find a form that spreads the épreuves, chosen by one who leaves none to another session."""
    form = exam.passing_form(facts.passing_form)
    whole = next((one for one in exam.passing_forms if one.is_whole), None)
    if form is not None and not leaves_one(exam, offers, chosen):
        other = f", ou la forme de passage « {whole.label} »" if whole else ""
        yield Breach(
            "forme_de_passage",
            "passing_form",
            f"Vous avez choisi la forme de passage « {form.label} », et vous passez à cette session "
            f"toutes les épreuves qui vous restent. Choisissez « {Status.NOT_ENTERED.label} » pour "
            f"celles que vous passerez plus tard{other}.",
        )


def _is_taken(code: str, chosen: Chosen) -> bool:
    return chosen.get(code, NOT_CHOSEN).is_taken


def _list(exam: Exam, codes: Sequence[str]) -> str:
    return listed([named(paper) for code in codes if (paper := exam.paper(code))])


def _breach(rule: Relation, code: str, otherwise: str, part: str = "") -> Breach:
    """Say what the réglementation says of its rule, or a sentence of our own."""
    if rule.message:
        message = with_text(rule.message, rule.reference)
    else:
        message = f"{otherwise} ({rule.reference})."
    return Breach(rule.code, f"papers.{code}{part}", message)
