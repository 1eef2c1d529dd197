"""What a person reads in each mail about an account."""

import re

import pytest

from sporades.mail.operations import render

SITE = "https://inscriptions.exemple.test"
SIGN_IN, RESET, SIGN_UP = (
    f"{SITE}/connexion",
    f"{SITE}/mot-de-passe-oublie",
    f"{SITE}/creer-mon-compte",
)
WHEN = "mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)"
CHANGED = {"old": "a@exemple.test", "new": "b@exemple.test", "when": WHEN, "help_page": SITE}

MAILS = [
    (
        "activation",
        {"link": f"{SITE}/activer-mon-compte/clé", "deadline": WHEN, "has_password": True},
        "Activez votre compte Sporades",
        [
            "Un compte Sporades vient d'être créé avec votre adresse mail.",
            "ouvrez ce lien, tapez le mot de passe choisi, puis cliquez",
            f"Activer mon compte : {SITE}/activer-mon-compte/clé",
            (
                f"Vous avez 48 heures, jusqu'au {WHEN}. Passé ce délai, le compte et ses données sont "
                "supprimés, et il faudra recommencer."
            ),
        ],
    ),
    (
        "activation",
        {
            "link": f"{SITE}/activer-mon-compte/clé",
            "deadline": WHEN,
            "has_password": True,
            "is_forgotten": True,
        },
        "Activez votre compte Sporades",
        [
            "Un nouveau mot de passe a été demandé pour le compte Sporades créé avec votre adresse",
            "Ce compte n'est pas encore activé. Pour l'activer, ouvrez ce lien, tapez le mot de passe choisi",
            (
                "Si vous ne connaissez plus le mot de passe choisi, ouvrez le lien et choisissez "
                "« Recommencer la création de mon compte »."
            ),
        ],
    ),
    (
        "activation",
        {
            "link": f"{SITE}/activer-mon-compte/clé",
            "deadline": WHEN,
            "has_password": True,
            "is_forgotten": True,
            "has_code": True,
        },
        "Activez votre compte Sporades",
        ["ouvrez le lien et choisissez « Recommencer avec mon code ».\n\nVous avez 48 heures"],
    ),
    (
        "activation",
        {"link": f"{SITE}/activer-mon-compte/clé", "deadline": WHEN, "is_forgotten": True},
        "Activez votre compte Sporades",
        [
            "ouvrez ce lien, identifiez-vous avec FranceConnect, puis cliquez",
            "clé\n\nVous avez 48 heures",
        ],
    ),
    (
        "address_known",
        {"has_account": True, "sign_in": SIGN_IN, "reset": RESET, "sign_up": SIGN_UP},
        "Cette adresse mail existe déjà dans l'application Sporades",
        [
            "Rien n'a été créé ni changé.",
            f"Pour vous connecter : {SIGN_IN}",
            f"Si vous ne connaissez plus votre mot de passe : {RESET}",
        ],
    ),
    (
        "address_known",
        {"has_account": False, "claim": f"{SIGN_UP}/code", "sign_up": SIGN_UP},
        "Cette adresse mail existe déjà dans l'application Sporades",
        [
            f"son code vous donne ce dossier et cette adresse : {SIGN_UP}/code",
            f"Sinon, pour créer un compte, utilisez une autre adresse : {SIGN_UP}",
        ],
    ),
    (
        "address_known",
        {
            "has_account": False,
            "undo": f"{SITE}/ce-n-etait-pas-moi/clé",
            "left": WHEN,
            "deadline": WHEN,
            "sign_in": SIGN_IN,
            "help_page": SITE,
        },
        "Cette adresse mail existe déjà dans l'application Sporades",
        [
            f"Votre compte Sporades avait cette adresse jusqu'au {WHEN}.",
            f"Si vous l'avez changée vous-même, connectez-vous avec la nouvelle : {SIGN_IN}",
            f"Ce n'était pas moi : {SITE}/ce-n-etait-pas-moi/clé",
            f"Il est valable jusqu'au {WHEN}. Ensuite, prévenez le service des examens et concours",
        ],
    ),
    (
        "password_reset",
        {"link": f"{SITE}/nouveau-mot-de-passe/1/clé"},
        "Votre nouveau mot de passe Sporades",
        [
            f"Créer un nouveau mot de passe : {SITE}/nouveau-mot-de-passe/1/clé",
            (
                "Il sert une fois, pendant une heure. Si vous vous connectez d'ici là, ou si vous en "
                "demandez un autre, ce lien n'est plus valable."
            ),
            "Si vous n'avez rien demandé, ne faites rien : votre mot de passe reste le même.",
        ],
    ),
    (
        "password_changed",
        {"when": WHEN, "reset": RESET, "help_page": f"{SITE}/contact"},
        "Votre mot de passe Sporades a changé",
        [
            f"Le mot de passe de votre compte a été changé le {WHEN}.",
            f"Si ce n'était pas vous, choisissez tout de suite un autre mot de passe : {RESET}",
        ],
    ),
    (
        "address_change",
        {"link": f"{SITE}/mon-compte/adresse/clé", "deadline": WHEN},
        "Confirmez votre nouvelle adresse mail",
        [
            "Un compte Sporades demande à utiliser cette adresse.",
            "connectez-vous avec votre adresse mail d'avant le changement si la page le demande",
            f"Confirmer cette adresse : {SITE}/mon-compte/adresse/clé",
            f"Il est valable jusqu'au {WHEN}.",
        ],
    ),
    (
        "address_changed",
        CHANGED | {"undo": "", "deadline": WHEN},
        "L'adresse mail de votre compte Sporades a changé",
        [
            f"Jusqu'au {WHEN}, un lien reçu à l'ancienne adresse peut annuler ce changement",
            f"Le {WHEN}, l'adresse de votre compte est passée de a@exemple.test à b@exemple.test.",
            f"prévenez tout de suite le service des examens et concours : {SITE}",
        ],
    ),
    (
        "address_changed",
        CHANGED | {"undo": f"{SITE}/ce-n-etait-pas-moi/clé", "deadline": WHEN},
        "L'adresse mail de votre compte Sporades a changé",
        [
            f"Le {WHEN}, l'adresse de votre compte a changé : a@exemple.test ne sert plus à vous",
            f"Ce n'était pas moi : {SITE}/ce-n-etait-pas-moi/clé",
            f"Il est valable jusqu'au {WHEN}.",
        ],
    ),
    (
        "address_moved",
        CHANGED | {"is_left": True, "new": ""},
        "Votre compte Sporades a une nouvelle adresse mail",
        [
            f"Le {WHEN}, le service des examens et concours a changé l'adresse de votre compte",
            "a@exemple.test ne sert plus à vous connecter",
            f"Si ce n'était pas vous, prévenez-le tout de suite : {SITE}",
        ],
    ),
    (
        "address_moved",
        CHANGED | {"is_left": False, "ways": ""},
        "Votre compte Sporades a une nouvelle adresse mail",
        [
            "lisait a@exemple.test, a donné à votre compte l'adresse b@exemple.test.",
            "Le nouveau mot de passe sera le seul moyen de se connecter.",
            "Regardez ensuite vos inscriptions",
        ],
    ),
    (
        "address_moved",
        CHANGED | {"is_left": False, "ways": "clé d'accès"},
        "Votre compte Sporades a une nouvelle adresse mail",
        ["Restent pour se connecter, avec le nouveau mot de passe : clé d'accès."],
    ),
    (
        "address_restored",
        CHANGED | {"is_back": True, "ways": "clé d'accès et FranceConnect", "held_until": WHEN},
        "Votre compte Sporades a retrouvé son adresse",
        [
            f"Le {WHEN}, l'adresse de votre compte est revenue de a@exemple.test à b@exemple.test",
            (
                f"Jusqu'au {WHEN}, le compte ne peut ni changer d'adresse, ni se désinscrire, ni retirer "
                "une demande, un papier déposé ou un recours."
            ),
            "avec le nouveau mot de passe : clé d'accès et FranceConnect.",
        ],
    ),
    (
        "address_restored",
        CHANGED | {"is_back": True, "ways": "", "held_until": WHEN},
        "Votre compte Sporades a retrouvé son adresse",
        [
            "Le nouveau mot de passe sera le seul moyen de se connecter.",
            "Regardez ensuite vos inscriptions : qui tenait le compte a pu les modifier, ou retirer une",
        ],
    ),
    (
        "address_restored",
        CHANGED | {"is_back": False, "ways": "clé d'accès", "held_until": WHEN},
        "Votre compte Sporades a retrouvé son adresse",
        [
            f"prévenez avant cette date le service des examens et concours, qui peut vous le rendre : {SITE}"
        ],
    ),
    (
        "new_device",
        {"device": "Firefox sur Windows", "when": WHEN, "reset": RESET, "sessions": SITE},
        "Connexion à votre compte Sporades depuis un nouvel appareil",
        [
            (
                f"Votre compte a été ouvert le {WHEN} depuis un appareil qu'il ne connaissait pas : "
                "Firefox sur Windows."
            ),
            f"choisissez tout de suite un autre mot de passe : {RESET}",
        ],
    ),
    (
        "sign_in_changed",
        {
            "news": "une clé d'accès a été ajoutée",
            "when": WHEN,
            "undo": f"{SITE}/ce-n-etait-pas-moi/clé",
            "deadline": WHEN,
            "reset": RESET,
            "help_page": SITE,
        },
        "Un changement dans la connexion à votre compte Sporades",
        [
            f"Le {WHEN}, une clé d'accès a été ajoutée.",
            "Si ce n'était pas vous, un nouveau mot de passe ne suffit pas",
            f"Ce n'était pas moi : {SITE}/ce-n-etait-pas-moi/clé",
            f"Il est valable jusqu'au {WHEN}.",
        ],
    ),
    (
        "sign_in_changed",
        {
            "news": "une clé d'accès a été retirée",
            "when": WHEN,
            "undo": "",
            "deadline": "",
            "reset": RESET,
            "help_page": SITE,
        },
        "Un changement dans la connexion à votre compte Sporades",
        [
            f"choisissez tout de suite un autre mot de passe : {RESET}",
            f"prévenez aussi le service des examens et concours : {SITE}",
        ],
    ),
    (
        "member_invited",
        {
            "name": "Camille Petit",
            "role": "Gestionnaire",
            "link": f"{SITE}/nouveau-mot-de-passe/1/clé",
            "reset": RESET,
        },
        "Votre accès à Sporades",
        [
            "Votre rôle : Gestionnaire.",
            f"Choisissez votre mot de passe, d'au moins 16 caractères : {SITE}/nouveau-mot-de-passe/1/clé",
            f"demandez-en un autre avec « Mot de passe oublié » : {RESET}",
        ],
    ),
    (
        "account_unused",
        {"day": "27 mai 2027", "sign_in": SIGN_IN},
        "Votre compte Sporades sera effacé le 27 mai 2027",
        [f"Pour le garder, il suffit de vous connecter avant cette date : {SIGN_IN}"],
    ),
]


@pytest.mark.parametrize(("kind", "context", "subject", "sentences"), MAILS)
def test_a_mail_says_what_happened_what_to_do_and_what_if_it_was_not_you(
    kind, context, subject, sentences
):
    said, body = render(kind, context)

    assert said == subject
    assert re.match(r"Bonjour( Camille Petit)?,\n\n", body)
    assert [sentence for sentence in sentences if sentence not in body] == []
    assert "\n\n\n" not in body
    assert not {"{{", "}}", "{%", "&#x27;", "None"} & set(body.split())


def test_only_activation_reset_and_change_carry_a_link_that_opens_something():
    links = {kind for kind, context, *_ in MAILS if context.keys() & {"link", "undo"}}

    assert links == {
        "activation",
        "password_reset",
        "address_change",
        "address_changed",
        # To an address that an account has just left: the way back that it has already.
        "address_known",
        "member_invited",
        "sign_in_changed",
    }
