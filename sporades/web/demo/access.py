"""Who may use the demo's routes. They exist in the demo only."""

from sporades.web.access import Route, Who

ROUTES = {
    "demo:mails": Route(Who.ANYONE),
    "demo:mail": Route(Who.ANYONE),
}
