"""The one registry of routes: it is enforced, and it drives the tests."""

from django.conf import settings

from sporades.web.access import Route
from sporades.web.account.access import ROUTES as ACCOUNT
from sporades.web.candidate.access import ROUTES as CANDIDATE
from sporades.web.demo.access import ROUTES as DEMO
from sporades.web.doctor.access import ROUTES as DOCTOR
from sporades.web.office.access import ROUTES as OFFICE
from sporades.web.public.access import ROUTES as PUBLIC

ACCESS: dict[str, Route] = {
    **PUBLIC,
    **ACCOUNT,
    **CANDIDATE,
    **OFFICE,
    **DOCTOR,
    **(DEMO if settings.DEMO else {}),
}
