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
    "public:verify": Route(Who.ANYONE, ("GET", "POST"), while_reading=True),
    "public:verify_document": Route(Who.ANYONE, opened_by="code"),
    "public:ask_alert": Route(Who.ANYONE, ("GET", "POST")),
    "public:alert": Route(Who.ANYONE, ("GET", "POST"), opened_by="key"),
    **{
        f"public:{name}": Route(Who.ANYONE, page=False)
        for name in ("services_calendar", "security_txt", "alive", "ready")
    },
    "public:breaches": Route(
        Who.ANYONE, ("POST",), page=False, while_reading=True, without_token=True
    ),
    **({"public:gallery": Route(Who.ANYONE)} if settings.DEMO else {}),
}
