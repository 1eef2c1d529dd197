"""The office's addresses, under `/gestion/`."""

from django.urls import path

from sporades.web.office import views

app_name = "office"

urlpatterns = [
    path("", views.home, name="home"),
]
