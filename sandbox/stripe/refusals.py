"""What the pretend Stripe says to a request that it does not take."""

from typing import Any


class Refusal(Exception):
    """The request ends here with an error of Stripe."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": "invalid_request_error", **more}}
        if code := more.get("code"):
            self.body["error"]["doc_url"] = f"https://stripe.com/docs/error-codes/{code}".replace(
                "_", "-"
            )


def unknown_parameter(name: str) -> Refusal:
    """Refuse a parameter that the endpoint does not have: Stripe ignores none."""
    message = f"Received unknown parameter: {name}"
    return Refusal(400, message, code="parameter_unknown", param=name)


def missing(kind: str, number: str, status: int = 404, param: str = "id") -> Refusal:
    """Refuse an id that nothing has."""
    shown = kind.replace(".", " ")
    return Refusal(status, f"No such {shown}: '{number}'", code="resource_missing", param=param)


def unknown_key(key: str) -> Refusal:
    """Refuse a key."""
    return Refusal(401, f"Invalid API Key provided: {key[:8]}****")
