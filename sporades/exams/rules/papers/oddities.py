"""What is allowed among the choices made for the épreuves, and yet deserves a second look."""

from collections.abc import Iterator, Mapping, Sequence

from sporades.core.french import listed
from sporades.exams.rules.facts import Breach
from sporades.exams.rules.papers.choices import NOT_CHOSEN, Choice
from sporades.exams.rules.papers.offers import PaperOffer
from sporades.exams.rules.papers.words import named
from sporades.exams.rules.texts import said_by
from sporades.exams.schema.papers import Status


def oddities(offers: Sequence[PaperOffer], choices: Mapping[str, Choice]) -> Iterator[Breach]:
    """Find what is unusual among choices that break no rule.

    Args:
        offers: the épreuves offered.
        choices: the choice made for each, by code.
    """
    entered = [
        (offer, choices[offer.code])
        for offer in offers
        if choices.get(offer.code, NOT_CHOSEN).status is Status.ENTERED
    ]
    yield from _dispensations_left([offer for offer, _ in entered])
    yield from _same_options(entered)


def _dispensations_left(offers: Sequence[PaperOffer]) -> Iterator[Breach]:
    """Find the épreuves that are sat although a diploma dispenses from them, those of one reason together."""
    alike: dict[str, list[PaperOffer]] = {}
    for offer in offers:
        reasons = [
            f"« {one.reason} »{said_by(one.reference)}"
            for one in offer.paper.dispensations
            if one.reason in offer.dispensations and not one.on_request
        ]
        if reasons:
            alike.setdefault(listed(reasons), []).append(offer)
    for why, found in alike.items():
        which = "cette épreuve"
        if len(found) > 1:
            which = listed([named(one.paper) for one in found])
        yield Breach(
            "dispense_possible",
            f"papers.{found[0].code}" if len(found) == 1 else "papers",
            f"Vous passez {which}, dont vous pouvez être dispensé(e) : {why}.",
        )


def _same_options(entered: Sequence[tuple[PaperOffer, Choice]]) -> Iterator[Breach]:
    """Find two épreuves in which the same thing was chosen."""
    seen: dict[str, PaperOffer] = {}
    for offer, choice in entered:
        option = offer.option_of(choice.option)
        if option in seen:
            yield Breach(
                "meme_option",
                f"papers.{offer.code}.option",
                f"{named(seen[option].paper)} et {named(offer.paper)} : vous avez choisi deux fois "
                f"« {option} ».",
            )
        elif option:
            seen[option] = offer
