"""The addresses that anyone may open."""

from django.conf import settings
from django.urls import path

from sporades.web.components.gallery import gallery
from sporades.web.layout import breaches, health
from sporades.web.public import alerts, pages, security_txt, services, verify
from sporades.web.public import help as helping

app_name = "public"

urlpatterns = [
    path("", pages.home, name="home"),
    path("ouverture-des-services", services.services, name="services"),
    path("ouverture-des-services/agenda.ics", services.calendar, name="services_calendar"),
    path("ouverture-des-services/<int:service>/me-prevenir", alerts.ask, name="ask_alert"),
    path("ouverture-des-services/alerte/<str:key>", alerts.confirm, name="alert"),
    path("verifier", verify.verify, name="verify"),
    path("verifier/<str:code>", verify.verify_document, name="verify_document"),
    path("aide", helping.help_page, name="help"),
    path("mentions-legales", pages.legal, name="legal"),
    path("accessibilite", pages.accessibility, name="accessibility"),
    path("donnees-personnelles", pages.privacy, name="privacy"),
    path("cookies", pages.cookies, name="cookies"),
    path("plan-du-site", pages.sitemap, name="sitemap"),
    path("contact", pages.contact, name="contact"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("-/politique", breaches.receive, name="breaches"),
    path("-/vivant", health.alive, name="alive"),
    path("-/pret", health.ready, name="ready"),
]

if settings.DEMO:
    urlpatterns += [path("composants", gallery, name="gallery")]
