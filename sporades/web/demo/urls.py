"""The demo's addresses: its post."""

from django.urls import path

from sporades.web.demo import views

app_name = "demo"

urlpatterns = [
    path("courriels/", views.mails, name="mails"),
    path("courriels/<int:number>", views.mail, name="mail"),
]
