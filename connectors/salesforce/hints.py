"""What a person does when an org refuses us: one sentence for each reason that is known. Pure."""

from collections.abc import Mapping

from journeysync.connectors.http import Answer
from journeysync.connectors.salesforce.answers import failures, oauth_failure
from journeysync.connectors.salesforce.settings import NEEDS, Settings, secret_name

_SIGNING_IN: Mapping[str, str] = {
    "hasn't approved this consumer": "Pre-authorise the integration user: External Client App > "
    "Policies > Permitted Users, and give the user the permission set named there.",
    "no client credentials user enabled": "Name the user it runs as: External Client App > "
    "Policies > Client Credentials Flow > Run As.",
    "not supported on this domain": "Set `base_url` to the My Domain address (Setup > My Domain).",
    "expired access/refresh token": "The sign-in has run out: make a new key for the app.",
    "inactive organization": "The org is locked or was deleted: ask Salesforce, or correct "
    "`base_url`.",
    "inactive user": "The integration user is inactive: activate it, or choose another.",
    "user is not admin approved": "Pre-authorise the integration user: External Client App > "
    "Policies > Permitted Users.",
    "audience is invalid": "Set `audience` to `test` for a sandbox org, `login` for any other.",
    "invalid assertion": "The private key does not belong to the certificate of the app, or this "
    "machine's clock is wrong.",
    "invalid_client": "The app does not know these keys: copy consumer key and secret anew.",
    "authentication failure": "The user may not sign in, or from another network only: see Setup > "
    "Login History.",
    "soap api login() is disabled": "This org refuses sign-in by password: use an External Client "
    "App (`sign_in: client_credentials`).",
    "login_must_use_security_token": "Add the user's security token, or trust this network.",
    "invalid_login": "Username, password or security token is wrong, or the user is locked: see "
    "Setup > Login History.",
    "login rate exceeded": "The user signed in too often: wait an hour.",
}
"""A part of what is said, in small letters -> what to do."""

_AT_WORK: Mapping[str, str] = {
    "API_DISABLED_FOR_ORG": "The org's edition or the user's profile has no API access: turn on "
    "`API Enabled` for the integration user.",
    "INSUFFICIENT_ACCESS": "Give the integration user the right to this object.",
    "FUNCTIONALITY_NOT_ENABLED": "The org has this turned off.",
}

_HIGH_ASSURANCE = "The org asks for a high-assurance session: exempt the integration user (Setup > \
Session Settings)."


def hint_for(tool: str, settings: Settings) -> str:
    """Say what a person does when a token is refused."""
    named = " and ".join(secret_name(tool, name) for name in NEEDS[settings.sign_in])
    if settings.sign_in == "session":
        return f"The session has ended and cannot be renewed: put a new one into {named}."
    return f"Look at Setup > Login History of the integration user, then at {named}."


def advise(answer: Answer) -> str:
    """Read from a refusal what a person does; empty where the reason is unknown."""
    for one in failures(answer):
        if "not valid for use with" in one.message:
            return _HIGH_ASSURANCE
        for code, what in _AT_WORK.items():
            if one.code.startswith(code):
                return what
    said = oauth_failure(answer)
    text = f"{said.error} {said.error_description}".strip()
    text = (text or answer.body.decode("utf-8", "replace")).casefold()
    return next((what for part, what in _SIGNING_IN.items() if part in text), "")


def verdict(answer: Answer) -> bool:
    """Whether a 5xx is a refusal to sign in, which would only lock the user when repeated."""
    return b"exceptionCode" in answer.body or b"faultcode" in answer.body
