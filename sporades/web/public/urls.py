"""The addresses that anyone may open."""

from django.urls import path

app_name = "public"

urlpatterns = []
