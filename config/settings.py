"""Settings: one file, everything from the environment, safe by default."""

from datetime import timedelta
from pathlib import Path

from django.utils.csp import CSP

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What the deployer says ------------------------------------------------------------
DEMO = environment.demo("SPORADES_DEMO")
environment.required(
    *("SECRET_KEY", "DATABASE_URL", "SITE_URL", "MAIL_URL", "FILES_URL"),
    *("MEDICAL_FILES_URL", "MEDICAL_KEYS"),
    *(() if DEMO else ("DEPLOYER_NAME", "MAIL_FROM")),
)
REHEARSAL = environment.rehearsal("SPORADES_REHEARSAL")
COPY = environment.text("SPORADES_COPY", "")
SECRET_KEY = environment.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.secrets("SECRET_KEY_FALLBACKS")
SITE_URL = environment.site("SITE_URL", demo=DEMO)
SERVICE_NAME = environment.text("SERVICE_NAME", "Sporades")
DEPLOYER_NAME = environment.text("DEPLOYER_NAME", "Autorité de démonstration" if DEMO else None)
# What « Mentions légales », « Données personnelles » and « Accessibilité » owe their readers by law.
DEPLOYER_ADDRESS = environment.text(
    "DEPLOYER_ADDRESS", "1, place de l'Exemple, 00000 Exemple" if DEMO else ""
)
PUBLICATION_DIRECTOR = environment.text(
    "PUBLICATION_DIRECTOR", "une personne fictive, pour la démonstration" if DEMO else ""
)
HOST_NAME = environment.text(
    "HOST_NAME", "la machine qui fait tourner la démonstration" if DEMO else ""
)
PRIVACY_CONTACT = environment.contact("PRIVACY_CONTACT", "donnees@demo.test" if DEMO else "")
ACCESSIBILITY_SCHEME_URL = environment.page("ACCESSIBILITY_SCHEME_URL")
ACCESSIBILITY_PLAN_URL = environment.page("ACCESSIBILITY_PLAN_URL")
DATABASES = {"default": environment.database("DATABASE_URL")}
MAILERS = {"default": environment.mailer("MAIL_URL")}
DEFAULT_FROM_EMAIL = environment.sender(
    "MAIL_FROM", "Sporades <ne-pas-repondre@demo.test>" if DEMO else None
)
environment.apart("MEDICAL_FILES_URL", "FILES_URL")
MEDICAL_KEYS = environment.medical_keys("MEDICAL_KEYS")
CLAMD = environment.antivirus("CLAMD_URL")
HIDE_KNOWN_ADDRESSES = environment.flag("HIDE_KNOWN_ADDRESSES")
TRUSTED_PROXIES = environment.machines("TRUSTED_PROXIES")
PROXY_SAYS_ARRIVAL = environment.flag("PROXY_SAYS_ARRIVAL")
SEAL_KEY_FILE, SEAL_KEY_PASSWORD = environment.together("SEAL_KEY_FILE", "SEAL_KEY_PASSWORD")
FRANCECONNECT_URL, FRANCECONNECT_CLIENT_ID, FRANCECONNECT_CLIENT_SECRET = environment.together(
    "FRANCECONNECT_URL", "FRANCECONNECT_CLIENT_ID", "FRANCECONNECT_CLIENT_SECRET"
)
FRANCECONNECT_LEVEL = environment.one_of("FRANCECONNECT_LEVEL", "eidas1", "eidas2", "eidas3")
RETENTION_ACTIVE_YEARS = environment.number("RETENTION_ACTIVE_YEARS", "2", least=1)
RETENTION_ARCHIVE_YEARS = environment.number("RETENTION_ARCHIVE_YEARS", "8", least=0)
RETENTION_STAFF_YEARS = environment.number("RETENTION_STAFF_YEARS", "1", least=1)
RETENTION_ACTS_YEARS = environment.number("RETENTION_ACTS_YEARS", "3", least=1)
RETENTION_WITHOUT_NAMES = environment.flag("RETENTION_WITHOUT_NAMES")
# An authorised deployer's own look: a folder laid over the neutral style sheet, the words of a block.
BRAND_FOLDER = environment.brand("BRAND_FOLDER")
BRAND_WORDS = [
    line.strip() for line in environment.text("BRAND_WORDS", "").split("|") if line.strip()
]

# --- The program -------------------------------------------------------------------------
DEBUG = False
SITE_HOST = SITE_URL.split("://", 1)[1].split(":", 1)[0]
SITE_IS_ENCRYPTED = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", "[::1]"] if DEMO else [SITE_HOST]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "django_linear_migrations",
    "procrastinate.contrib.django",
    "sporades.core",
    "sporades.intake",
    "sporades.journal",
    "sporades.mail",
    "sporades.territory",
    "sporades.exams",
    "sporades.notices",
    "sporades.accounts",
    "sporades.documents",
    "sporades.candidates",
    "sporades.drawers",
    "sporades.registrations",
    "sporades.letters",
    "sporades.threads",
    "sporades.doubles",
    "sporades.evidence",
    "sporades.medical",
    "sporades.accommodations",
    "sporades.statistics",
    "sporades.searches",
    "sporades.exchanges",
    "sporades.mailings",
    "sporades.batches",
    "sporades.publications",
    "sporades.trials",
    "sporades.retention",
    "sporades.personal",
    "sporades.acts",
    "sporades.cli",
    "sporades.web",
]

MIDDLEWARE = [
    "sporades.web.layout.middleware.health_by_any_name",
    "sporades.web.layout.middleware.arrival",
    "sporades.web.layout.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sporades.web.layout.breaches.breaches",
    "sporades.web.layout.bodies.carried",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sporades.web.layout.admission.admission",
    "sporades.web.layout.middleware.outages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sporades.web.layout.typography.typography",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sporades.web.layout.middleware.session_ends",
    "sporades.web.layout.bodies.admitted",
    "sporades.web.layout.middleware.access",
    "sporades.web.layout.busy.busy",
    "sporades.web.layout.only_reading.only_reading",
    "sporades.web.layout.middleware.refusals",
    "sporades.web.layout.refilling.refilled",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((BASE_DIR / "sporades/web").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sporades.web.layout.context.layout",
            ],
            "builtins": [
                "django.templatetags.static",
                "sporades.web.components.errors",
                "sporades.web.components.tables",
                "sporades.web.layout.readers",
                "sporades.web.layout.markup",
            ],
        },
    },
    {
        # Mails are plain text: an apostrophe in a name stays an apostrophe.
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "autoescape": False,
            "builtins": ["sporades.core.alike", "sporades.mail.filters"],
        },
    },
]
FORM_RENDERER = "sporades.web.layout.forms.Renderer"

# --- Accounts ------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "sporades.web.layout.backend.Backend",
]
PASSWORD_HASHERS = [
    "sporades.accounts.hashers.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "candidate:home"
ACCOUNT_ADAPTER = "sporades.web.account.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split("://", 1)[0]
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "sporades.accounts.tokens.ResetTokens"  # noqa: S105 - a class
# Tries are counted by accounts.guessing, those of the second factor too, by account and place.
# Nothing is counted by network: a whole school stands behind one; nor by account alone: whoever holds
# a stolen session would keep its owner from a new password, and from all that asks for the present one.
ACCOUNT_RATE_LIMITS = dict.fromkeys(
    [
        "login",
        "signup",
        "reset_password",
        "reset_password_from_key",
        "confirm_email",
        "manage_email",
        "login_failed",
        "change_password",
        "reauthenticate",
    ]
)
ACCOUNT_FORMS = {
    "login": "sporades.web.account.forms.LoginForm",
    "reset_password": "sporades.web.account.forms.ResetPasswordForm",
    "reset_password_from_key": "sporades.web.account.forms.ResetPasswordKeyForm",
    "change_password": "sporades.web.account.forms.ChangePasswordForm",
    "set_password": "sporades.web.account.forms.SetPasswordForm",
    "reauthenticate": "sporades.web.account.forms.ReauthenticateForm",
}
MFA_ADAPTER = "sporades.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO and not SITE_IS_ENCRYPTED
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_FORMS = {
    "authenticate": "sporades.web.account.factor_forms.SecondFactorForm",
    "reauthenticate": "sporades.web.account.factor_forms.SecondFactorAgainForm",
    "activate_totp": "sporades.web.account.factor_forms.ActivateTOTPForm",
    "login_webauthn": "sporades.web.account.factor_forms.LoginWebAuthnForm",
    "authenticate_webauthn": "sporades.web.account.factor_forms.SecondWebAuthnForm",
    "reauthenticate_webauthn": "sporades.web.account.factor_forms.WebAuthnAgainForm",
    "add_webauthn": "sporades.web.account.factor_forms.AddWebAuthnForm",
    "edit_webauthn": "sporades.web.account.factor_forms.EditWebAuthnForm",
}
SOCIALACCOUNT_ADAPTER = "sporades.web.account.franceconnect.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
FRANCECONNECT_SCOPE = [
    "openid",
    "given_name",
    "family_name",
    "preferred_username",
    "gender",
    "birthdate",
    "birthplace",
    "birthcountry",
    "email",
]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "franceconnect",
                "name": "FranceConnect",
                "client_id": FRANCECONNECT_CLIENT_ID,
                "secret": FRANCECONNECT_CLIENT_SECRET,
                "settings": {
                    "server_url": FRANCECONNECT_URL,
                    "token_auth_method": "client_secret_post",
                    "scope": FRANCECONNECT_SCOPE,
                },
            }
        ]
        if FRANCECONNECT_URL
        else []
    }
}

# --- Sessions and cookies ------------------------------------------------------------------
COOKIE_PREFIX = "__Host-" if SITE_IS_ENCRYPTED else ""
SESSION_ENGINE = "sporades.web.layout.sessions"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = SITE_IS_ENCRYPTED
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_OF_STAFF = timedelta(hours=10)
SESSION_IDLE = timedelta(minutes=30)
SESSION_WARNING = timedelta(minutes=5)
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = SITE_IS_ENCRYPTED
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sporades.web.layout.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Headers ---------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    # A form that leads to FranceConnect is followed there by a redirect.
    "form-action": [CSP.SELF, *environment.origins("FRANCECONNECT_URL")],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    # The first for browsers that know the second no more, or not yet.
    "report-uri": ["/-/politique"],
    "report-to": ["politique"],
}
SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds()) if SITE_IS_ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_IS_ENCRYPTED
SECURE_HSTS_PRELOAD = SITE_IS_ENCRYPTED
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- Language, time, files -------------------------------------------------------------------
LANGUAGE_CODE = "fr"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

STORAGES = {
    "default": environment.file_store("FILES_URL"),
    "medical": environment.file_store("MEDICAL_FILES_URL"),
    "staticfiles": {"BACKEND": "sporades.web.layout.static.Storage"},
}
STATIC_URL = "static/"
STATICFILES_DIRS = [("brand", BRAND_FOLDER)] if BRAND_FOLDER else []
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(BASE_DIR / "var/static")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# Only a route that says so takes files (`takes_files`): elsewhere they are read by nobody.
FILE_UPLOAD_HANDLERS: list[str] = []

# Rate limits must be shared by every process: the cache is a table of the same database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# A job done leaves nothing behind: some carry an address.
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}
PROCRASTINATE_ON_APP_READY = "sporades.core.silent.watch"

# W008: encryption ends at the proxy, which answers http by itself.
SILENCED_SYSTEM_CHECKS = ["security.W008"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "sporades.web.logs.Discreet",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
    "filters": {
        "jobs": {"()": "sporades.core.job_logs.WithoutArguments"},
        "in_one_line": {"()": "sporades.web.logs.InOneLine"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["jobs"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.security.DisallowedHost": {"filters": ["in_one_line"]},
        "django.security.RequestDataTooBig": {"filters": ["in_one_line"]},
        "django.security.SuspiciousMultipartForm": {"filters": ["in_one_line"]},
        "django.security.TooManyFieldsSent": {"filters": ["in_one_line"]},
        "django.security.TooManyFilesSent": {"filters": ["in_one_line"]},
        "django.server": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
