"""« Reprendre les papiers déposés pour l'inscription n°… »: what a withdrawn registration had (E8, H3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.contesting import papers_until_once_withdrawn
from sporades.accommodations.queries import cases_of, last_case_of
from sporades.acts.medical import confiding, taking_up
from sporades.acts.medical.taking_up import Offered, Taken
from sporades.core.french import day_in_words, listed
from sporades.core.refusals import Refused
from sporades.medical import sealing
from sporades.medical.models import Compartment, Paper, Remark
from sporades.medical.queries import compartment
from sporades.registrations.fields import Hinted, ask_if_called_for
from sporades.registrations.models import Registration
from sporades.retention.categories import confided_until
from sporades.web.candidate.accommodations.confided import erased_from, has_confided
from sporades.web.candidate.accommodations.health_shown import (
    label_of,
    name_of,
    still_to_send,
    written_in_words,
)
from sporades.web.candidate.own import own_registration
from sporades.web.layout.sent import taking

OFFERED = (
    "vous pourrez reprendre ces papiers et ces commentaires à la page « Papiers de santé » de la "
    "nouvelle inscription."
)
"""What becomes of what was confided for a registration that is left, once there is another."""
CONFIDED = "Les papiers de santé et les commentaires que vous avez déposés"
NOTHING_LEFT = "Ce que vous aviez déposé pour cette inscription est déjà repris, ou effacé."
NOTHING_TICKED = "Cochez au moins un papier ou un commentaire."
UNREAD = (
    "{many} ne {can} pas être lu{s} en ce moment, et n{are} pas repris : réessayez plus tard, ou "
    "déposez de nouveau ce qui manque."
)
SHOWN_OF_A_REMARK = 300
"""How many signs of a comment are shown beside its box: its own page has it whole."""


class TakeUpForm(forms.Form):
    """Which papers and comments are taken up: every paper, unless one is unticked, and no comment."""

    rule = NOTHING_TICKED

    def __init__(self, *args: Any, offered: Offered, **options: Any) -> None:
        """Propose what there is.

        Args:
            args: as a form has them.
            offered: what may be taken up. What is taken up already is taken from a page that was
                shown before, and proposed by none.
            options: as a form has them.
        """
        super().__init__(*args, **options)
        papers = offered.papers if self.is_bound else offered.papers_left
        remarks = offered.remarks if self.is_bound else offered.remarks_left
        registration = offered.registration
        if papers:
            self.fields["papiers"] = forms.MultipleChoiceField(
                label="Papiers",
                choices=[(str(one.pk), _paper(one, registration)) for one in papers],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[str(one.pk) for one in papers],
            )
            ask_if_called_for(self.fields["papiers"])  # of both together, one thing at least is due
        if remarks:
            self.fields["commentaires"] = forms.MultipleChoiceField(
                label="Commentaires",
                help_text="Un commentaire qui est repris ne se retire plus",
                choices=[(str(one.pk), _remark(one, registration)) for one in remarks],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            ask_if_called_for(self.fields["commentaires"])

    def label_of(self, name: str) -> str:
        """Return what comes before the fault of a field: nothing, it is of both."""
        return ""

    def clean(self) -> None:
        """Refuse what takes nothing up."""
        if not self.errors and not (self.papers or self.remarks):
            self.add_error(next(iter(self.fields), None), NOTHING_TICKED)

    @property
    def papers(self) -> list[UUID]:
        """The keys of the papers that are ticked."""
        return [UUID(one) for one in self.cleaned_data.get("papiers", ())]

    @property
    def remarks(self) -> list[UUID]:
        """The keys of the comments that are ticked."""
        return [UUID(one) for one in self.cleaned_data.get("commentaires", ())]


def take_up(request: HttpRequest, number: str, former: str) -> HttpResponse:
    """Choose what is taken up of a registration that was withdrawn, and confide it for this one."""
    found, left = own_registration(request, number), own_registration(request, former)
    offered = taking_up.offered_by(left, found)
    try:
        confiding.check_awaited(found)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:health", number)
    posted = request.method == "POST"
    if offered is None or not (posted or offered.papers_left or offered.remarks_left):
        messages.error(request, NOTHING_LEFT)
        return redirect("candidate:health", number)
    form = TakeUpForm(request.POST if posted else None, offered=offered)
    if posted and form.is_valid():
        with taking(form, None):
            done = taking_up.take_up(
                registration=found,
                left=left,
                papers=form.papers,
                remarks=form.remarks,
                by=request.actor,
                at=request.arrived_at,
            )
            _tell(request, found, done)
        if not form.errors:
            return redirect("candidate:health", number)
    context = {
        "registration": found,
        "form": form,
        "title": act_in_words(offered),
        "until": until_in_words(left, f"Ce qui reste à l'inscription n°{left.number} est effacé"),
        "infected": offered.infected,
    }
    return render(request, "candidate/take_up_health.html", context, status=422 if posted else 200)


def _tell(request: HttpRequest, registration: Registration, done: Taken) -> None:
    if done.papers or done.remarks:
        many = done.papers + done.remarks > 1
        said = [f"{counted(done.papers, done.remarks)} {'sont' if many else 'est'} repris."]
        if done.papers:
            said.append(f"L'antivirus {'les' if done.papers > 1 else 'le'} vérifie.")
        said.append(still_to_send(registration, last_case_of(registration)))
        messages.success(request, " ".join(filter(None, said)))
    elif not done.unread and done.why is None:
        messages.success(request, "Ce que vous avez coché est déjà repris.")
    if done.unread:
        many = done.unread > 1
        messages.error(
            request,
            UNREAD.format(
                many=f"{done.unread} papiers ou commentaires"
                if many
                else "Un papier ou un commentaire",
                can="peuvent" if many else "peut",
                s="s" if many else "",
                are="e sont" if many else "'est",
            ),
        )
    if done.why is not None:
        rest = "Le reste n'est pas repris. " if done.papers or done.remarks else ""
        messages.error(request, f"{rest}{done.why}")


# --- In words ---------------------------------------------------------------------------------


def counted(papers: int, remarks: int) -> str:
    """Return « 2 papiers et 1 commentaire »."""
    named = [(papers, "papier"), (remarks, "commentaire")]
    return listed([f"{many} {what}{'s' if many > 1 else ''}" for many, what in named if many])


def act_in_words(offered: Offered) -> str:
    """Return what the button and the page that takes something up are called."""
    what = "papiers" if offered.papers_left or not offered.remarks_left else "commentaires"
    return f"Reprendre les {what} déposés pour l'inscription n°{offered.registration.number}"


def until_in_words(left: Registration, what: str = "Tout y est effacé") -> str:
    """Say from which day what was confided for a registration that was left is erased; or nothing.

    Args:
        left: the one that was.
        what: the beginning of the sentence.
    """
    found = compartment(left)
    until = erased_from(found, left, cases_of(registration=left.pk)) if found else None
    if until is None:
        return ""
    return f"{what} à partir du {day_in_words(confided_until(until, left))}."


def again_in_words(left: Registration, standing: Registration | None, *, at: datetime) -> str:
    """Say how what was confided for a registration that was withdrawn may serve again; or nothing.

    Args:
        left: the one that was, something of which is left.
        standing: what `standing_to_take_up` finds.
        at: the instant.
    """
    if standing is not None:
        return f"Ce qui sert encore se reprend dans l'inscription n°{standing.number}."
    if taking_up.standing_for(left) is not None or not left.service.accepts(at):
        return ""
    return f"Si vous vous réinscrivez d'ici là, {OFFERED}"


def if_left(registration: Registration, *, at: datetime) -> str:
    """Say what becomes of what was confided for a registration if it is withdrawn now; of nothing, nothing."""
    if not has_confided(registration):
        return ""
    cases = cases_of(registration=registration.pk)
    until = papers_until_once_withdrawn(registration, cases, at=at)
    if until is None:
        return f"{CONFIDED} restent : si vous vous réinscrivez, {OFFERED}"
    day = day_in_words(confided_until(until, registration))
    return (
        f"{CONFIDED} seront effacés à partir du {day}. Si vous vous réinscrivez avant ce jour, {OFFERED} "
        "Téléchargez avant ce jour ceux dont vous voulez une copie."
    )


def once_left(registration: Registration, *, at: datetime) -> list[str]:
    """Say what becomes of what was confided for one that was withdrawn; of nothing, nothing."""
    if registration.withdrawn_at is None or not has_confided(registration):
        return []
    standing = standing_to_take_up(registration)
    until = until_in_words(registration, f"{CONFIDED} seront effacés")
    said = until, again_in_words(registration, standing, at=at)
    return [one for one in said if one] or [f"{CONFIDED} sont encore là."]


def offers_to(
    registration: Registration, left: Iterable[Compartment] | None = None
) -> list[dict[str, Any]]:
    """Return what pages say of what may be taken up, of each registration that was left.

    Args:
        registration: the one that stands.
        left: the compartments of those, where they are read already.
    """
    return [
        {
            "number": one.registration.number,
            "what": counted(len(one.papers_left), len(one.remarks_left)),
            "names": [name_of(paper) for paper in one.papers_left],
            "until": until_in_words(one.registration),
            "act": act_in_words(one),
        }
        for one in taking_up.offered_to(registration, left)
    ]


def standing_to_take_up(left: Registration) -> Registration | None:
    """Return the registration that may still take up something of one that was withdrawn, if one may."""
    standing = taking_up.standing_for(left)
    offered = taking_up.offered_by(left, standing) if standing else None
    has_left = offered is not None and (offered.papers_left or offered.remarks_left)
    return standing if has_left else None


def _paper(one: Paper, registration: Registration) -> Hinted:
    zone = registration.service.zone
    waits = "" if one.is_clean else ". L'antivirus ne l'a pas encore vérifié"
    told = f"{label_of(registration, one.kind)}. {one.size_in_words}, déposé le {one.given_in_words(zone)}"
    return Hinted(name_of(one), f"{told}{waits}")


def _remark(one: Remark, registration: Registration) -> Hinted:
    try:
        text = " ".join(one.text.split())
    except sealing.Unreadable:
        text = sealing.UNREADABLE
    shown = text if len(text) <= SHOWN_OF_A_REMARK else f"{text[:SHOWN_OF_A_REMARK]}…"
    when = written_in_words(one, registration.service.zone)
    return Hinted(f"Commentaire du {when}", shown)
