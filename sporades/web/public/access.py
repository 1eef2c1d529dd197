"""Who may use the public pages: anyone."""

from django.conf import settings

from sporades.web.access import Route, Who

ROUTES = {
    **{
        f"public:{name}": Route(Who.ANYONE)
        for name in (
            "home",
            "services",
            "help",
            "legal",
            "accessibility",
            "privacy",
            "cookies",
            "sitemap",
            "contact",
        )
    },
    **{
        f"public:{name}": Route(Who.ANYONE, page=False)
        for name in ("services_calendar", "alive", "ready")
    },
    **({"public:gallery": Route(Who.ANYONE)} if settings.DEMO else {}),
}
