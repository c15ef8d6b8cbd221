"""Identity's part of Django's settings."""

from typing import Any, Final

INSTALLED_APPS: Final = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.idp.oidc",
    "ringwall.identity",
]
MIDDLEWARE: Final = [
    "ringwall.identity.recording.who.Acting",
    "ringwall.identity.middleware.OwnHost",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ringwall.identity.middleware.Guards",
    "ringwall.identity.middleware.Cookies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ringwall.identity.middleware.Sessions",
    "ringwall.identity.signing.Evenly",
    "ringwall.identity.slowing.Slowing",
    "ringwall.identity.enforcing.Enrolment",
]
AUTH_USER_MODEL: Final = "identity.User"
AUTHENTICATION_BACKENDS: Final = ["ringwall.identity.signing.ByPassword"]
PASSWORD_HASHERS: Final = ["ringwall.identity.passwords.Argon2id"]
AUTH_PASSWORD_VALIDATORS: Final[list[dict[str, Any]]] = [
    {"NAME": "ringwall.identity.passwords.Acceptable"}
]
TEMPLATES: Final[list[dict[str, Any]]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["ringwall.identity.loading.OwnFirst"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ringwall.identity.context.identity",
            ],
        },
    }
]
FORM_RENDERER: Final = "ringwall.identity.forms.Fields"
STATIC_URL: Final = "/static/"
WHITENOISE_USE_FINDERS: Final = True
WHITENOISE_AUTOREFRESH: Final = False
WHITENOISE_MAX_AGE: Final = 3600

SESSION_ENGINE: Final = "ringwall.identity.browser_sessions"
SESSION_COOKIE_NAME: Final = "__Host-ringwall-id"
SESSION_COOKIE_SECURE: Final = True
SESSION_COOKIE_HTTPONLY: Final = True
SESSION_COOKIE_SAMESITE: Final = "Lax"
SESSION_COOKIE_AGE: Final = 30 * 86400
"""Ringwall's own session, which the cookie leads to, is over long before."""
CSRF_COOKIE_NAME: Final = "__Host-ringwall-csrf"
CSRF_COOKIE_SECURE: Final = True
CSRF_COOKIE_HTTPONLY: Final = True
CSRF_COOKIE_SAMESITE: Final = "Lax"
CSRF_FAILURE_VIEW: Final = "ringwall.identity.pages.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER: Final = ("HTTP_X_FORWARDED_PROTO", "https")
LOGIN_URL: Final = "account_login"
LOGIN_REDIRECT_URL: Final = "/"
PASSWORD_RESET_TIMEOUT: Final = 3600
EMAIL_BACKEND: Final = "ringwall.identity.mailing.Outbox"
DATA_UPLOAD_MAX_MEMORY_SIZE: Final = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS: Final = 200
CACHES: Final = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

ACCOUNT_ADAPTER: Final = "ringwall.identity.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD: Final = None
ACCOUNT_LOGIN_METHODS: Final = {"email"}
ACCOUNT_SIGNUP_FIELDS: Final = ["email*", "password1*"]
ACCOUNT_FORMS: Final = {
    "signup": "ringwall.identity.signing.SignUp",
    "reset_password": "ringwall.identity.signing.ResetPassword",
}
ACCOUNT_EMAIL_VERIFICATION: Final = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: Final = True
ACCOUNT_EMAIL_NOTIFICATIONS: Final = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS: Final = True
ACCOUNT_PREVENT_ENUMERATION: Final = True
ACCOUNT_RATE_LIMITS: Final = False
"""These count in the memory of one process: ours (``slowing``) stand before all pages."""
MFA_RATE_LIMITS: Final = False
ACCOUNT_REAUTHENTICATION_REQUIRED: Final = True
ACCOUNT_REAUTHENTICATION_TIMEOUT: Final = 300
ACCOUNT_SESSION_REMEMBER: Final = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE: Final = False
MFA_ADAPTER: Final = "ringwall.identity.adapters.Factors"
MFA_SUPPORTED_TYPES: Final = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED: Final = True
MFA_PASSKEY_SIGNUP_ENABLED: Final = False
MFA_WEBAUTHN_USER_VERIFICATION: Final = "required"
MFA_RECOVERY_CODE_COUNT: Final = 10
MFA_FORMS: Final = {
    "activate_totp": "ringwall.identity.factors.ActivateApp",
    "add_webauthn": "ringwall.identity.passkeys.Add",
    "authenticate_webauthn": "ringwall.identity.passkeys.SecondStep",
    "login_webauthn": "ringwall.identity.passkeys.SignIn",
    "reauthenticate_webauthn": "ringwall.identity.passkeys.Again",
}
MFA_RECOVERY_CODES_SHOW_ONCE: Final = True
MFA_TOTP_TOLERANCE: Final = 1
SOCIALACCOUNT_ADAPTER: Final = "ringwall.identity.sso.adapter.Connections"
SOCIALACCOUNT_EMAIL_AUTHENTICATION: Final = False
IDP_OIDC_ADAPTER: Final = "ringwall.identity.adapters.Provider"
