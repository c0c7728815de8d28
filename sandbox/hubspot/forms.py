"""The endpoints about forms: which there are, and what was sent with them, the latest first."""

from typing import Any

from journeysync.sandbox.hubspot.answers import Missing, answer
from journeysync.sandbox.hubspot.definitions import BORN
from journeysync.sandbox.hubspot.objects import Call
from journeysync.sandbox.wire import Answer

MAX_FORMS = 500
MAX_SUBMISSIONS = 50


def forms(call: Call) -> Answer:
    """Answer `GET /marketing/v3/forms`."""
    limit, start = call.number("limit", 20, MAX_FORMS), _start(call)
    known = [] if call.flag("archived") else [_form(*one) for one in call.portal.forms.items()]
    body: dict[str, Any] = {"results": known[start : start + limit]}
    if len(known) > start + limit:
        body["paging"] = _next(call, start + limit)
    return answer(200, body)


def submissions(call: Call, number: str) -> Answer:
    """Answer `GET /form-integrations/v1/submissions/forms/{number}`."""
    if number not in call.portal.forms:
        raise Missing
    limit, start = call.number("limit", 20, MAX_SUBMISSIONS), _start(call)
    sent = [one for one in call.portal.submissions if one.form == number]
    sent.sort(key=lambda one: (-one.at, one.email))
    rows = [
        {
            "conversionId": f"{one.at:012x}-{sum(one.email.encode()):04x}-{number[:8]}",
            "submittedAt": one.at,
            "values": [
                {"name": "email", "value": one.email, "objectTypeId": "0-1"},
                {"name": "message", "value": "Do you have time for me?", "objectTypeId": "0-1"},
            ],
            "pageUrl": f"https://{call.portal.domain}/contact?email={one.email}",
        }
        for one in sent
    ]
    body: dict[str, Any] = {"results": rows[start : start + limit]}
    if len(rows) > start + limit:
        body["paging"] = _next(call, start + limit)
    return answer(200, body)


def _start(call: Call) -> int:
    text = call.one("after", "0")
    return int(text) if text.isdecimal() else 0


def _next(call: Call, start: int) -> dict[str, Any]:
    return {"next": {"after": str(start), "link": call.link(after=str(start))}}


def _form(number: str, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "createdAt": BORN,
        "updatedAt": BORN,
        "archived": False,
        "formType": "hubspot",
        "fieldGroups": [],
        "configuration": {
            "language": "en",
            "cloneable": True,
            "editable": True,
            "archivable": True,
            "recaptchaEnabled": False,
            "notifyContactOwner": False,
            "notifyRecipients": [],
            "createNewContactForNewEmail": False,
            "prePopulateKnownValues": True,
            "allowLinkToResetKnownValues": False,
            "postSubmitAction": {"type": "thank_you", "value": "Thank you!"},
            "lifecycleStages": [],
        },
        "displayOptions": {
            "renderRawHtml": False,
            "theme": "default_style",
            "submitButtonText": "Send",
            "style": {},
            "cssClass": "",
        },
        "legalConsentOptions": {"type": "none"},
    }
