"""What a newcomer does with an account to make, to activate, to open."""

import re

from django.urls import reverse

from tests.jobs import work
from tests.web.account import owner

PASSWORD = "quatre mots sans rapport"
ANSWERS = {
    "civility": "mme",
    "birth_name": "Marchand",
    "usage_name": "",
    "first_names": "Inès Léa",
    "nationality": "99100",
    "birth_date_day": "14",
    "birth_date_month": "3",
    "birth_date_year": "2008",
    "birth_country": "99100",
    "birth_department": "59",
    "birth_place": "lille",
    "birth_commune": "",
    "email": "ines@exemple.test",
    "password": PASSWORD,
}


def sign_up(client, *, follow=False, **answers):
    return client.post(reverse("account_signup"), {**ANSWERS, **answers}, follow=follow)


def link_in(message):
    return re.search(r"https://inscriptions\.exemple\.test(/\S+)", message.body)[1]


def mails(to="ines@exemple.test"):
    return owner.mails(to)


def sign_in(client, email="ines@exemple.test", password=PASSWORD, **headers):
    return owner.sign_in(client, email, password, **headers)


def without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def ask_activation_again(client):
    answer = client.post(
        reverse("account_email_verification_sent"), {"email": "ines@exemple.test"}, follow=True
    )
    work()
    return answer
