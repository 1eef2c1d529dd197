"""« Messages »: the thread of a registration with its managing service (M2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.acts.writing import messaging
from sporades.core.refusals import Refused
from sporades.threads.forms import MessageForm
from sporades.threads.queries import page_of
from sporades.web.candidate.own import own_registration
from sporades.web.layout.kept import forget, typed_before

_KEPT = (
    "Votre session s'était terminée. Votre message est là, il n'est pas envoyé : vérifiez-le, puis "
    "envoyez-le."
)


class WritingForm(MessageForm):
    """What a candidate writes."""

    def __init__(self, *args: object, **options: object) -> None:
        """Say what is not to be written here."""
        super().__init__(*args, **options)
        self.fields["texte"].help_text = (
            "2 000 signes au plus. N'écrivez rien sur votre santé : toutes les personnes du service qui "
            "gèrent votre dossier lisent ces messages."
        )


def thread(request: HttpRequest, number: str) -> HttpResponse:
    """Read the thread, from the first answer that was not read unless a page is asked for, and write."""
    found = own_registration(request, number)
    posted = request.method == "POST"
    form = WritingForm(request.POST) if posted else _writing(request)
    if posted and form.is_valid():
        try:
            messaging.write(
                registration=found,
                text=form.cleaned_data["texte"],
                sending=form.sending,
                by=request.actor,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("texte", str(refusal))
        else:
            forget(request)
            messages.success(
                request, "Votre message est envoyé. La réponse viendra ici ; un mail vous le dira."
            )
            return redirect("candidate:thread", found.number)
    page = page_of(found, request.GET.get("page"), to_read=True)
    context = {
        "registration": found,
        "page": page,
        "base": f"{reverse('candidate:thread', args=[found.number])}?page=",
        "form": form,
    }
    response = render(request, "candidate/thread.html", context, status=422 if form.errors else 200)
    messaging.read(page.object_list, by_candidate=True, at=request.arrived_at)
    return response


def _writing(request: HttpRequest) -> WritingForm:
    """Return the form with the message that was sent once the session had ended, if one was."""
    if typed := typed_before(request):
        messages.warning(request, _KEPT)
    return WritingForm(initial=typed)
