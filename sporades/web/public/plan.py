"""The names of pages, as « Plan du site » gives them.

A page that stands in the registry of routes, has an address of its own and is not a step of
another one has its name here: a test compares the two.
"""

TITLES = {
    "public:home": "Accueil",
    "public:services": "Ouverture des services",
    "public:help": "J'ai besoin d'aide",
    "public:verify": "Vérifier un document",
    "public:contact": "Contact",
    "public:sitemap": "Plan du site",
    "public:legal": "Mentions légales",
    "public:accessibility": "Accessibilité",
    "public:privacy": "Données personnelles",
    "public:cookies": "Cookies",
    "account_login": "Me connecter",
    "account_signup": "Créer mon compte",
    "account_claim": "J'ai reçu un code",
    "account_reset_password": "Mot de passe oublié, réinitialisation du mot de passe",
    "account_edit": "Modifier mon compte",
    "account_email": "Changer d'adresse mail",
    "account_change_password": "Changer de mot de passe",
    "usersessions_list": "Mes appareils connectés",
    "mfa_index": "Ma double authentification",
    "candidate:home": "Mon espace",
    "candidate:choose": "M'inscrire",
    "candidate:registrations": "Mes inscriptions",
    "candidate:documents": "Mes documents",
    "candidate:drawer": "Mon porte-documents",
    "candidate:my_data": "Mes données",
    "office:home": "Gestion",
    "doctor:home": "Demandes d'aménagement",
}

# Pages that are a moment of another one, and mean nothing by themselves.
STEPS = frozenset(
    {
        "account_logout",
        "account_inactive",
        "account_email_verification_sent",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_reauthenticate",
        "account_complete",
        "account_set_password",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_replace_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "socialaccount_connections",
        "candidate:ask_correction",
        "candidate:complete_correction",
    }
)
