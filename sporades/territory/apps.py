"""The room `territory`."""

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    """Academies, departments, communes, countries and managing services."""

    name = "sporades.territory"
    verbose_name = "Territoire"
