"""Addresses of accounts, under the names that allauth gives them."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.urls import path

from sporades.web.account import (
    activating,
    claiming,
    editing,
    factors,
    franceconnect,
    joining,
    places,
    proving,
    resetting,
    sessions,
    signing,
)

FACTORS = "mon-compte/double-authentification"

urlpatterns = [
    path("creer-mon-compte", joining.sign_up, name="account_signup"),
    path(
        "creer-mon-compte/mail-envoye",
        joining.activation_sent,
        name="account_email_verification_sent",
    ),
    path("creer-mon-compte/code", claiming.claim, name="account_claim"),
    path("creer-mon-compte/franceconnect", franceconnect.sign_up, name="socialaccount_signup"),
    path("activer-mon-compte/<str:key>", activating.activate, name="account_confirm_email"),
    path("communes", places.communes, name="account_communes"),
    # Signing in and out
    path("connexion", signing.sign_in, name="account_login"),
    path("connexion/code", mfa.authenticate, name="mfa_authenticate"),
    path("connexion/cle", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("connexion/compte-desactive", account.account_inactive, name="account_inactive"),
    path("connexion/abandonnee", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("connexion/impossible", social.login_error, name="socialaccount_login_error"),
    path("connexion/par/<slug:provider_id>", franceconnect.sign_in, name="openid_connect_login"),
    path(
        "connexion/par/<slug:provider_id>/retour",
        franceconnect.callback,
        name="openid_connect_callback",
    ),
    path("deconnexion", franceconnect.sign_out, name="account_logout"),
    path("session", sessions.extend_session, name="account_extend_session"),
    # Forgotten password
    path("mot-de-passe-oublie", account.password_reset, name="account_reset_password"),
    path(
        "mot-de-passe-oublie/mail-envoye",
        resetting.link_sent,
        name="account_reset_password_done",
    ),
    path(
        "mot-de-passe-oublie/change",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "nouveau-mot-de-passe/<slug:uidb36>/<str:key>",
        resetting.choose_new_password,
        name="account_reset_password_from_key",
    ),
    # « Modifier mon compte »
    path("mon-compte", editing.edit, name="account_edit"),
    path("mon-compte/completer", editing.complete, name="account_complete"),
    path("mon-compte/adresse", editing.address, name="account_email"),
    path("mon-compte/adresse/<str:key>", editing.confirm_address, name="account_confirm_address"),
    path("ce-n-etait-pas-moi/<str:key>", editing.undo_address, name="account_undo_address"),
    path("mon-compte/mot-de-passe", editing.password, name="account_change_password"),
    path("mon-compte/premier-mot-de-passe", editing.first_password, name="account_set_password"),
    path("mon-compte/c-est-bien-moi", proving.by_password, name="account_reauthenticate"),
    path("mon-compte/sessions", sessions.sessions, name="usersessions_list"),
    path("mon-compte/franceconnect", franceconnect.connections, name="socialaccount_connections"),
    # Second factor
    path(FACTORS, factors.index, name="mfa_index"),
    path(f"{FACTORS}/c-est-bien-moi", proving.by_code, name="mfa_reauthenticate"),
    path(f"{FACTORS}/application", factors.activate_totp, name="mfa_activate_totp"),
    path(f"{FACTORS}/application/remplacer", factors.replace_totp, name="mfa_replace_totp"),
    path(f"{FACTORS}/application/retirer", factors.deactivate_totp, name="mfa_deactivate_totp"),
    path(f"{FACTORS}/secours", factors.view_codes, name="mfa_view_recovery_codes"),
    path(
        f"{FACTORS}/secours/nouveaux",
        factors.generate_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        f"{FACTORS}/secours/fichier",
        factors.download_codes,
        name="mfa_download_recovery_codes",
    ),
    path(f"{FACTORS}/cles", factors.list_webauthn, name="mfa_list_webauthn"),
    path(f"{FACTORS}/cles/ajouter", factors.add_webauthn, name="mfa_add_webauthn"),
    path(
        f"{FACTORS}/cles/c-est-bien-moi",
        proving.by_key,
        name="mfa_reauthenticate_webauthn",
    ),
    path(f"{FACTORS}/cles/<int:pk>/retirer", factors.remove_webauthn, name="mfa_remove_webauthn"),
    path(f"{FACTORS}/cles/<int:pk>/nommer", factors.edit_webauthn, name="mfa_edit_webauthn"),
]
