"""What the libraries tell people, in sentences that say what to do."""

from typing import Final

ACCOUNTS: Final = {
    "account_inactive": "This account is closed. Ask an administrator of your organisation.",
    "cannot_remove_primary_email": "This address is in use. Choose another one to use first.",
    "duplicate_email": "You have this address already. Give another one.",
    "email_password_mismatch": "Mail address and password do not belong together. Check both and "
    "try again.",
    "email_taken": "Another account uses this address. Give another one, or sign in with that "
    "account.",
    "enter_current_password": "Give your current password.",
    "incorrect_code": "This code is not right. Check it, or ask for a new one.",
    "incorrect_password": "This is not your password. Try again.",
    "invalid_or_expired_key": "This link is over. Ask for a new one.",
    "invalid_login": "This is not a mail address. Write it like ada@example.com.",
    "invalid_password_reset": "This link is over. Ask for a new one.",
    "max_email_addresses": "You can have %d addresses at most. Remove one first.",
    "too_many_login_attempts": "There were too many tries. Wait a few minutes, then try again, or "
    "use a passkey.",
    "unknown_email": "No account has this address. Check how it is written.",
    "unverified_primary_email": "Confirm the address first, then use it.",
    "same_as_current": "This is what you have already. Give another one.",
    "rate_limited": "There were too many tries. Wait a few minutes, then try again.",
}
FACTORS: Final = {
    "add_email_blocked": "An account with a second step keeps its address. Remove the second step "
    "first, or ask an administrator.",
    "cannot_delete_authenticator": "Your organisation asks for this. Add another passkey or app "
    "first, then remove this one.",
    "cannot_generate_recovery_codes": "Recovery codes go with a passkey or an app. Add one of them "
    "first.",
    "incorrect_code": "This did not work. Use a fresh code, or try the passkey once more.",
    "unverified_email": "Confirm your mail address first, then come back.",
}
SCOPES: Final = {
    "openid": "know that it is you",
    "email": "see your mail address",
    "profile": "see your name",
}
"""After "It may"."""
