"""A role that is proposed to somebody, new or not, and given by another person."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.models import Membership, RoleProposal
from sporades.accounts.permissions import Permission, Reach, reach_of
from sporades.accounts.states import ProposalState
from sporades.acts.agents import appointing, inviting
from sporades.acts.people.addressing import AddressKnown
from sporades.acts.people.known_addresses import TooManyKnown
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, local_day
from sporades.core.numbers import whole
from sporades.core.refusals import Refused
from sporades.exams.models import Domain
from sporades.web.layout.proofs import second_factor_first
from sporades.web.office.agents.closing import roles_of
from sporades.web.office.agents.forms import InviteForm, RefuseForm, RoleForm
from sporades.web.office.agents.roles import in_words

SHOWN_FOR = timedelta(days=30)
"""For how long what was decided is listed."""
KNOWN = (
    "Cette adresse est déjà celle d'un compte ou d'un candidat : un agent a la sienne. Si la personne "
    "travaille déjà ici, changez son rôle depuis « Agents »."
)
TOO_MANY = (
    "Vous avez indiqué trop d'adresses qui sont déjà celles de quelqu'un : aucune autre n'est acceptée "
    "de votre part pour le moment. Réessayez dans une heure."
)
TRAIL = [("Accueil", reverse_lazy("office:home")), ("Agents", reverse_lazy("office:agents"))]


def invite_agent(request: HttpRequest) -> HttpResponse:
    """Propose to invite somebody."""
    form = InviteForm(
        _posted(request), reach=request.reach, domains=_domains(), initial=_closed(request)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        answer = _proposed(request, form, email=said["adresse"], full_name=said["nom"])
        if answer is not None:
            return answer
    context = {"form": form, "trail": TRAIL}
    return render(request, "office/invite_agent.html", context, status=422 if form.errors else 200)


def _closed(request: HttpRequest) -> dict[str, Any]:
    """Return what is known of the agent whose access is to be given back, where the address names one."""
    agent = whole(request.GET.get("agent", ""))
    if agent is None:
        return {}
    try:
        last = roles_of(request, agent)[-1]
    except Http404:
        return {}
    return {"nom": last.full_name, "adresse": last.user.email, **RoleForm.typed(last)}


def change_agent(request: HttpRequest, agent: int) -> HttpResponse:
    """Propose another role to somebody who works here, within the perimeter."""
    roles = roles_of(request, agent)
    user = roles[0].user
    try:
        before = inviting.only_role(user, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:agents")
    initial = {**RoleForm.typed(before), "dernier_jour": before.ends_on}
    form = RoleForm(_posted(request), reach=request.reach, domains=_domains(), initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = _proposed(request, form, email=user.email, full_name=before.full_name, user=user)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "name": before.full_name,
        "email": user.email,
        "roles": in_words([before]),
        "trail": TRAIL,
    }
    return render(request, "office/change_agent.html", context, status=422 if form.errors else 200)


def _proposed(
    request: HttpRequest, form: RoleForm, *, email: str, full_name: str, user: Any = None
) -> HttpResponse | None:
    """Propose what was typed; say what is wrong with it on its form, and answer nothing then."""
    wanted = form.wanted(email=email, full_name=full_name)
    as_role = Membership(role=wanted.role, academies=wanted.academies, domains=wanted.domains)
    try:
        made = appointing.propose(
            wanted=wanted,
            user=user,
            reason=form.cleaned_data["motif"],
            sending=form.cleaned_data["envoi"],
            reach=request.reach,
            by=request.reach.author_of(reach_of([as_role])),
            at=request.arrived_at,
        )
    except TooManyKnown:
        form.add_error("adresse", TOO_MANY)
        return None
    except AddressKnown:
        form.add_error("adresse", KNOWN)
        return None
    except inviting.NotInvited as refusal:
        form.add_error("dernier_jour" if refusal.is_of_last_day else None, str(refusal))
        return None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    told = (
        "un mail prévient celles qui le peuvent."
        if appointing.approvers_of(made, at=request.arrived_at)
        else "aucune ne le peut ici. Voyez avec votre administrateur ou, s'il n'y en a pas d'autre, "
        f"avec qui exploite le service : {settings.DEPLOYER_NAME}."
    )
    messages.success(request, f"C'est proposé. Une autre personne doit l'approuver : {told}")
    return redirect("office:proposed_role", made.pk)


def proposed_role(request: HttpRequest, proposal: int) -> HttpResponse:
    """One proposal: what it would give, who may approve it, what became of it."""
    return _page(request, _proposal(request, proposal), RefuseForm())


def approve_role(request: HttpRequest, proposal: int) -> HttpResponse:
    """Give the role that somebody else proposed, with the second factor shown again (S-17)."""
    found = _proposal(request, proposal)
    page = reverse("office:proposed_role", args=[found.pk])
    first = second_factor_first(request, page=page, then="relisez, puis approuvez l'accès")
    if first:
        return first
    invited = "Le mail d'invitation est parti."
    said = invited if found.user is None else "Le nouveau rôle compte dès son prochain clic."
    give = partial(appointing.give, within=request.reach, seen=request.POST.get("vu", ""))
    return _done(request, found, give, said)


def refuse_role(request: HttpRequest, proposal: int) -> HttpResponse:
    """Refuse it, with the reason that whoever proposed it reads."""
    found = _proposal(request, proposal)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    refuse = partial(appointing.refuse, answer=form.cleaned_data["motif"])
    return _done(request, found, refuse, "La proposition est refusée.")


def drop_role(request: HttpRequest, proposal: int) -> HttpResponse:
    """Take back one's own proposal."""
    found = _proposal(request, proposal)
    if found.proposed_by_id != request.actor.identifier:
        messages.error(
            request, "Cette proposition n'est pas la vôtre : refusez-la, en disant pourquoi."
        )
        return redirect("office:proposed_role", found.pk)
    return _done(request, found, appointing.drop, "La proposition est retirée.")


def proposals_of(request: HttpRequest) -> dict[str, list[RoleProposal]]:
    """Return the proposals that await the reader's approval, and those that await another's."""
    read, given = (
        request.reaches(one) for one in (Permission.PROPOSE_ROLES, Permission.GIVE_ROLES)
    )
    found: dict[str, list[RoleProposal]] = {"to_give": [], "to_be_given": []}
    if not read:
        return found
    waiting = list(RoleProposal.objects.proposed())
    touched = appointing.touched_by(waiting, at=request.arrived_at) if waiting else {}
    for one in waiting:
        if not read.includes(touched[one.pk]):
            continue
        is_for_me = appointing.giver(one, given, touched=touched[one.pk]) is not None
        found["to_give" if is_for_me else "to_be_given"].append(one)
    return found


def decided_lately(request: HttpRequest) -> list[RoleProposal]:
    """Return what was decided in the last thirty days, as far as the reader reaches all of it."""
    read = request.reaches(Permission.PROPOSE_ROLES)
    if not read:
        return []
    found = list(RoleProposal.objects.decided_since(request.arrived_at - SHOWN_FOR))
    touched = appointing.touched_by(found, at=request.arrived_at) if found else {}
    return [one for one in found if read.includes(touched[one.pk])]


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _domains() -> dict[str, str]:
    return dict(Domain.objects.order_by("label", "code").values_list("code", "label"))


def _proposal(request: HttpRequest, pk: int) -> RoleProposal:
    """Return a proposal of which all is within the perimeter. Raises Http404."""
    found: RoleProposal = get_object_or_404(RoleProposal.objects.select_related("user"), pk=pk)
    if not request.reach.includes(_touched(request, found)):
        raise Http404
    return found


def _touched(request: HttpRequest, found: RoleProposal) -> Reach:
    return appointing.touched_by([found], at=request.arrived_at)[found.pk]


def _by(request: HttpRequest, found: RoleProposal) -> Actor:
    """Return as whom the reader acts on a proposal: in the role that may give it, if there is one."""
    touched = _touched(request, found)
    giver = appointing.giver(found, request.reach, touched=touched)
    return giver or request.reach.author_of(touched)


def _done(request: HttpRequest, found: RoleProposal, act: Any, said: str) -> HttpResponse:
    try:
        act(proposal=found, by=_by(request, found), at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("office:proposed_role", found.pk)


def _given_back(request: HttpRequest, found: RoleProposal) -> dict[str, Any]:
    """Return what is said of the closed account that an invitation gives back, as far as it is known here."""
    roles = appointing.given_back(found, at=request.arrived_at)
    if not roles:
        return {}
    is_known = request.reach.includes(reach_of(roles))
    return {
        "name": roles[-1].full_name if is_known else "",
        "roles": in_words(roles) if is_known else [],
    }


def _page(
    request: HttpRequest, found: RoleProposal, form: RefuseForm, *, status: int = 200
) -> HttpResponse:
    at = request.arrived_at
    touched = _touched(request, found)
    giving = request.reaches(Permission.GIVE_ROLES)
    waits = found.state == ProposalState.PROPOSED
    today = local_day(at, settings.TIME_ZONE)
    context = {
        "proposal": found,
        "roles": in_words([found.as_membership()]),
        "now": in_words(found.user.memberships_on(today)) if waits and found.user else [],
        "proposed": instant_in_words(found.proposed_at, settings.TIME_ZONE),
        "decided": instant_in_words(found.decided_at, settings.TIME_ZONE)
        if found.decided_at
        else "",
        "waits": waits,
        "seen": appointing.mark_of(found, at=at),
        "given_back": _given_back(request, found) if waits else {},
        "may_give": waits and appointing.giver(found, giving, touched=touched) is not None,
        "no_longer_proposed": ""
        if not waits or appointing.stands(found, touched=touched, at=at)
        else appointing.NoLongerProposed.message,
        "may_drop": waits and found.proposed_by_id == request.actor.identifier,
        "approvers": appointing.approvers_of(found, at=at) if waits else [],
        "form": form,
        "trail": TRAIL,
    }
    return render(request, "office/proposed_role.html", context, status=status)
