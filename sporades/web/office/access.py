"""Who may use the office's routes."""

from sporades.web.access import Route, Who

ROUTES = {
    "office:home": Route(Who.STAFF),
}
