import pytest
from django.conf import settings
from django.core.cache.backends.db import DatabaseCache


@pytest.mark.django_db
def test_what_is_shared_by_every_process_has_its_table():
    cache = DatabaseCache("shared_cache", {})

    cache.set("mfa", [1, 2], 60)

    assert cache.get("mfa") == [1, 2]


def test_a_real_installation_shares_its_cache_through_the_database():
    import config.settings

    assert config.settings.CACHES["default"]["LOCATION"] == "shared_cache"
    assert settings.CACHES["default"]["BACKEND"].endswith("LocMemCache")
