"""What the templates of mails may do to a word, beside what Django's own do."""

from django.template import Library

from sporades.core import text

register = Library()


@register.filter
def shortened(said: object, most: int) -> str:
    """Return how something is called, in no more than some signs (`core.text.shortened`)."""
    return text.shortened(str(said), most)
