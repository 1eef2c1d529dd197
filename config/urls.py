"""Every address of the service, by audience."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("sporades.web.public.urls")),
    path("", include("sporades.web.account.urls")),
    path("", include("sporades.web.candidate.urls")),
    path("gestion/", include("sporades.web.office.urls")),
    path("medecin/", include("sporades.web.doctor.urls")),
]

if settings.DEMO:
    urlpatterns += [path("demo/", include("sporades.web.demo.urls"))]

handler400 = "sporades.web.layout.errors.bad_request"
handler403 = "sporades.web.layout.errors.forbidden"
handler404 = "sporades.web.layout.errors.not_found"
handler500 = "sporades.web.layout.errors.server_error"
