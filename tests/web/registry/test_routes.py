"""The registry says of every route whom it is for; nothing else is opened."""

import os
import subprocess
import sys
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from config import urls
from sporades.web.registry import ACCESS
from tests.web.registry.routes import ANSWERS, names
from tests.web.registry.world import HOST, Role

SECRET = "ce que personne ne doit voir"


def undeclared():
    """Return the routes that nobody declared, and the declarations without a route."""
    found = list(names())
    return sorted(set(found) - set(ACCESS)), sorted(set(ACCESS) - set(found))


def test_every_route_is_declared_and_every_declaration_has_its_route():
    assert undeclared() == ([], [])


def test_no_two_routes_share_a_name():
    found = list(names())

    assert len(found) == len(set(found)) == len(ACCESS)


def careless_urls():
    """Return our addresses, with two that nobody declared, one of them without a name."""
    module = ModuleType("careless_urls")
    module.urlpatterns = [
        *urls.urlpatterns,
        path("tout-voir", lambda request: HttpResponse(SECRET), name="everything"),
        path("tout-voir/encore", lambda request: HttpResponse(SECRET)),
    ]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(module, name, getattr(urls, name))
    return module


@pytest.fixture
def careless():
    """Serve them."""
    with override_settings(ROOT_URLCONF=careless_urls()):
        yield


def test_an_undeclared_route_is_found_by_this_check(careless):
    assert undeclared() == (["(unnamed) tout-voir/encore", "everything"], [])


@pytest.mark.parametrize("address", ["/tout-voir", "/tout-voir/encore"])
@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OWNER, Role.ADMINISTRATOR])
def test_an_undeclared_route_shows_nothing_to_anybody(careless, world, address, role):
    response = world.browser(role, raise_request_exception=False).get(address)

    assert response.status_code == 500
    assert "Un problème est survenu de notre côté" in response.text
    assert SECRET not in response.text


def test_the_answers_expected_here_are_those_of_routes_that_exist():
    assert set(ANSWERS) <= set(ACCESS)


# --- The demo ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/demo/courriels/", "/demo/courriels/1", "/composants"])
@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OWNER, Role.ADMINISTRATOR])
def test_a_real_installation_has_nothing_of_the_demo(world, settings, address, role):
    response = world.browser(role).get(address)

    assert settings.DEMO is False
    assert response.status_code == 404
    assert [name for name in ACCESS if name.startswith("demo:") or "gallery" in name] == []


def test_in_the_demo_too_every_route_is_declared(settings, tmp_path):
    program = (
        "import django; django.setup();"
        "from sporades.web.registry import ACCESS; from tests.web.registry.routes import names;"
        "found = set(names()); assert found == set(ACCESS), found ^ set(ACCESS);"
        "print(sorted(name for name in found if name.startswith('demo:')))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
            "SPORADES_DEMO": "1",
            "MAIL_URL": f"eml://{tmp_path}",
            "SITE_URL": f"http://{HOST}",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (answer.stdout, answer.stderr) == ("['demo:mail', 'demo:mails']\n", "")
