"""The room `exams`."""

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    """Exams and competitions, what they ask, and when one may register."""

    name = "sporades.exams"
    verbose_name = "Examens"
