"""Who may use the pages of accounts."""

from typing import Any

from sporades.web.access import Route, Who

_FORM = ("GET", "POST")


def _open(*methods: str, **more: Any) -> Route:
    return Route(Who.ANYONE, methods or _FORM, **more)


def _own(*methods: str, **more: Any) -> Route:
    return Route(Who.SIGNED_IN, methods or _FORM, **more)


ROUTES = {
    "account_signup": _open(),
    "account_email_verification_sent": _open(),
    "account_claim": _open(),
    "account_confirm_email": _open(opened_by="key"),
    "account_communes": _open("GET", page=False),
    "account_login": _open(while_reading=True),
    "account_logout": _open(while_reading=True),
    "account_inactive": _open("GET"),
    "account_reset_password": _open(),
    "account_reset_password_done": _open("GET"),
    "account_reset_password_from_key": _open(opened_by="key"),
    "account_reset_password_from_key_done": _open("GET"),
    "account_extend_session": _own("POST", page=False, while_reading=True),
    "account_reauthenticate": _own(while_reading=True),
    "account_edit": _own(),
    "account_complete": _own(),
    "account_email": _own(),
    "account_confirm_address": _own(opened_by="key"),
    "account_undo_address": _open(opened_by="key"),
    "account_change_password": _own(),
    "account_set_password": _own(),
    "usersessions_list": _own(),
    "mfa_index": _own("GET"),
    "mfa_authenticate": _open(while_reading=True),
    "mfa_reauthenticate": _own(while_reading=True),
    "mfa_activate_totp": _own(),
    "mfa_replace_totp": _own(),
    "mfa_deactivate_totp": _own(),
    "mfa_view_recovery_codes": _own("GET"),
    "mfa_generate_recovery_codes": _own(),
    "mfa_download_recovery_codes": _own("GET", page=False),
    "mfa_list_webauthn": _own("GET"),
    "mfa_add_webauthn": _own(),
    "mfa_reauthenticate_webauthn": _own(while_reading=True),
    "mfa_remove_webauthn": _own(owned="authenticator"),
    "mfa_edit_webauthn": _own(owned="authenticator"),
    "mfa_login_webauthn": _open(page=False, while_reading=True),
    "socialaccount_login_cancelled": _open("GET"),
    "socialaccount_login_error": _open("GET"),
    "socialaccount_signup": _open(),
    "socialaccount_connections": _own(),
    "openid_connect_login": _open(while_reading=True),
    "openid_connect_callback": _open("GET", page=False),
}
