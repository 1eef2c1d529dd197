"""What is for one registration: prepared, deposited, taken back; and PDFs deposited by thousands (I5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.core.files import OutOfReach, key_of
from sporades.core.refusals import Refused
from sporades.documents.operations import AlreadyPrepared
from sporades.intake.reading import Unready
from sporades.publications.attestation import ATTESTATION
from sporades.publications.operations import depositing, preparing
from sporades.publications.queries import lines_to_come, lines_to_withdraw
from sporades.publications.refusals import NoAppeal
from sporades.registrations.models import Registration
from sporades.web.layout.presses import press_of
from sporades.web.office.documents.publishing import LIST_TRAIL, readable
from sporades.web.office.documents.publishing_forms import (
    ArchiveForm,
    DepositForm,
    DepositManyForm,
    WithdrawForm,
)
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL as FILES_TRAIL
from sporades.web.office.registrations.files import registration_of

OUT_OF_REACH = "Le fichier ne peut pas être lu et gardé en ce moment : réessayez plus tard."


def deposit_many(request: HttpRequest) -> HttpResponse:
    """Deposit an archive of PDFs made elsewhere."""
    posted = request.method == "POST"
    form = DepositManyForm(request.POST, request.FILES) if posted else DepositManyForm()
    if posted and form.is_valid():
        member = request.reach.perimeters[0].member
        archive = form.cleaned_data["archive"].read()
        try:
            made = depositing.deposit_many(
                kind=depositing.deposited(form.cleaned_data["nature"]),
                archive=archive,
                name=form.cleaned_data["archive"].name,
                reach=request.reach,
                by=request.user,
                author=member,
                at=request.arrived_at,
                decision=form.decision,
                sending=press_of(request, key_of(archive, suffix=".zip")),
            )
        except Refused as refusal:
            form.add_error("archive", str(refusal))
        except (OutOfReach, Unready):
            form.add_error(None, OUT_OF_REACH)
        else:
            return redirect("office:publication", made.pk)
    context = {"form": form, "trail": LIST_TRAIL}
    status = 422 if form.errors else 200
    return render(request, "office/deposit_many.html", context, status=status)


def add_archive(request: HttpRequest, publication: str) -> HttpResponse:
    """Add an archive to what one has deposited, before it is proposed."""
    found = readable(request, publication)
    page = reverse("office:publication", args=[found.pk])
    posted = request.method == "POST"
    try:
        depositing.check_takes_archives(found, request.user)
    except Refused as refusal:
        if posted:  # else the page says where it stands, and reading changes nothing
            messages.error(request, str(refusal))
        return redirect(page)
    form = ArchiveForm(request.POST, request.FILES) if posted else ArchiveForm()
    if posted and form.is_valid():
        try:
            depositing.deposit_more(
                publication=found,
                archive=form.cleaned_data["archive"].read(),
                name=form.cleaned_data["archive"].name,
                reach=request.reach,
                by=request.user,
                author=request.reach.perimeters[0].member,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("archive", str(refusal))
        except (OutOfReach, Unready):
            form.add_error(None, OUT_OF_REACH)
        else:
            return redirect(page)
    context = {
        "publication": found,
        "form": form,
        "trail": [*LIST_TRAIL, (found.publishes.title, page)],
    }
    status = 422 if form.errors else 200
    return render(request, "office/add_archive.html", context, status=status)


def deposit_one(request: HttpRequest, number: str) -> HttpResponse:
    """Deposit a PDF made elsewhere for one registration."""
    found = registration_of(request, number)
    posted = request.method == "POST"
    form = DepositForm(request.POST, request.FILES) if posted else DepositForm()
    if posted and form.is_valid():
        content = form.cleaned_data["fichier"].read()
        try:
            made = depositing.deposit_one(
                registration=Registration.objects.whole().get(pk=found.pk),
                kind=depositing.deposited(form.cleaned_data["nature"]),
                content=content,
                reach=request.reach,
                by=request.user,
                author=author_on(request, found),
                at=request.arrived_at,
                decision=form.decision,
                sending=press_of(request, key_of(content, suffix=".pdf")),
            )
        except NoAppeal as refusal:
            form.add_error("recours", str(refusal))
        except Refused as refusal:
            form.add_error("fichier", str(refusal))
        except (OutOfReach, Unready):
            form.add_error(None, OUT_OF_REACH)
        else:
            return redirect("office:publication", made.pk)
    context = {
        "registration": found,
        "form": form,
        "trail": [*FILES_TRAIL, (found.number, reverse("office:documents", args=[found.number]))],
    }
    return render(request, "office/deposit.html", context, status=422 if form.errors else 200)


def prepare_attestation(request: HttpRequest, number: str) -> HttpResponse:
    """Prepare the attestation of one registration, and show it: it is published by another act.

    Where one waits already, pressed twice among others, that one is shown.
    """
    found = registration_of(request, number)
    try:
        made = preparing.prepare_alone(
            kind=ATTESTATION,
            registration=Registration.objects.whole().get(pk=found.pk),
            by=request.user,
            author=author_on(request, found),
            reach=request.reach,
            at=request.arrived_at,
        )
    except AlreadyPrepared as refusal:
        waiting = lines_to_come(found, at=request.arrived_at)
        line = waiting.filter(publication__kind=ATTESTATION.slug).first()
        if line is not None and line.publication.is_within(request.reach):
            return redirect("office:publication", line.publication_id)
        messages.error(request, str(refusal))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        return redirect("office:publication", made.pk)
    return redirect("office:documents", found.number)


def withdraw_document(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Take one document back, with a reason."""
    found = registration_of(request, number)
    lines = lines_to_withdraw(found, at=request.arrived_at)
    line = get_object_or_404(lines, publication__kind=kind)
    posted = request.method == "POST"
    form = WithdrawForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            preparing.withdraw_one(
                line=line,
                reason=form.cleaned_data["motif"],
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Le document est retiré, le candidat est prévenu.")
        return redirect("office:documents", found.number)
    context = {
        "registration": found,
        "version": line.version,
        "form": form,
        "trail": [*FILES_TRAIL, (found.number, reverse("office:documents", args=[found.number]))],
    }
    status = 422 if form.errors else 200
    return render(request, "office/withdraw_document.html", context, status=status)
