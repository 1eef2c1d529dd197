"""An OpenID Connect provider of its own process: `python identity_provider.py FOLDER CALLBACK`.

django-oauth-toolkit, with the habits of FranceConnect: its scopes and claims, a nonce asked for,
user data as a signed token. It prints its port when it is ready and serves until it is ended.
"""

import base64
import json
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings

FOLDER, CALLBACK, SIGNED_OUT = sys.argv[1:4]
CLIENT, SECRET = "sporades-essai", "un-secret-d-essai-assez-long-pour-lui"
PEOPLE = {
    "angela": {
        "given_name": "Angela Claire",
        "family_name": "DUBOIS",
        "preferred_username": "",
        "gender": "female",
        "birthdate": "1998-08-24",
        "birthplace": "59350",
        "birthcountry": "99100",
        "email": "angela@exemple.test",
    },
    "karim": {
        "given_name": "Karim",
        "family_name": "Saïdi",
        "gender": "male",
        "birthdate": "2001-01-02",
        "birthplace": "",
        "birthcountry": "99352",
        "email": "karim@exemple.test",
    },
}
# What comes of their sign-in is signed by nobody, by somebody else, or meant for another service.
FORGED = ("unsigned", "by_another", "for_another")
PEOPLE |= {name: PEOPLE["karim"] | {"email": f"{name}@exemple.test"} for name in FORGED}
PAGE = """<!doctype html><html lang="fr"><title>Fournisseur</title><form method="post">
<label>Nom <input name="username"></label><label>Mot de passe <input name="password"></label>
<button>Continuer</button></form>"""
SCOPES = [
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


def private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


settings.configure(
    SECRET_KEY="essai-" * 12,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="__main__",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SESSION_COOKIE_NAME="provider",
    CSRF_COOKIE_NAME="provider-csrf",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER}/base"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    LOGIN_URL="/login",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": private_key(),
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
        "OAUTH2_VALIDATOR_CLASS": "__main__.Validator",
        "PKCE_REQUIRED": False,
        "SCOPES": {scope: scope for scope in SCOPES},
    },
)
django.setup()

from django.contrib.auth import authenticate, login  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from jwcrypto import jwk, jwt  # noqa: E402
from oauth2_provider.models import get_application_model  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402
from oauth2_provider.settings import oauth2_settings  # noqa: E402
from oauth2_provider.utils import jwk_from_pem  # noqa: E402
from oauth2_provider.views import UserInfoView  # noqa: E402


class Validator(OAuth2Validator):
    oidc_claim_scope = {"sub": "openid", "acr": "openid"} | {scope: scope for scope in SCOPES[1:]}

    def get_additional_claims(self, request):
        return {"acr": "eidas1"} | PEOPLE[request.user.username]

    def finalize_id_token(self, id_token, token, token_handler, request):
        """Give the token of the specification; some people get another one."""
        right = super().finalize_id_token(id_token, token, token_handler, request)
        return forged(right, request.user.username)


def forged(right, name):
    """Return the token that somebody gets in the place of the right one."""
    if name not in FORGED:
        return right
    header, claims = (json.loads(decoded(part)) for part in right.split(".")[:2])
    if name == "unsigned":
        return f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}."
    key = jwk_from_pem(oauth2_settings.OIDC_RSA_PRIVATE_KEY)
    if name == "by_another":
        key = jwk.JWK.generate(kty="RSA", size=2048)
    else:
        claims["aud"] = "un-autre-service"
    made = jwt.JWT(header=header, claims=claims)
    made.make_signed_token(key)
    return made.serialize()


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encoded(thing):
    return base64.urlsafe_b64encode(json.dumps(thing).encode()).decode().rstrip("=")


def user_info(request):
    """Answer as FranceConnect does: claims in a token signed by the provider."""
    plain = UserInfoView.as_view()(request)
    if plain.status_code != 200:
        return plain
    key = jwk_from_pem(oauth2_settings.OIDC_RSA_PRIVATE_KEY)
    claims = json.loads(plain.content) | {
        "iss": oauth2_settings.oidc_issuer(request),
        "aud": CLIENT,
    }
    token = jwt.JWT(header={"alg": "RS256", "kid": key.thumbprint()}, claims=claims)
    token.make_signed_token(key)
    return HttpResponse(token.serialize(), content_type="application/jwt")


def sign_in(request):
    """Sign a person in, then go on."""
    if request.method != "POST":
        return HttpResponse(PAGE)
    user = authenticate(username=request.POST["username"], password=request.POST["password"])
    login(request, user)
    return HttpResponseRedirect(request.GET["next"])


urlpatterns = [
    path("login", sign_in),
    path("o/userinfo/", user_info),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    owner = None
    for name in PEOPLE:
        owner = User.objects.create_user(name, password=name)
    get_application_model().objects.create(
        name="Sporades",
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        redirect_uris=CALLBACK,
        post_logout_redirect_uris=SIGNED_OUT,
        skip_authorization=True,
        user=owner,
    )
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()
