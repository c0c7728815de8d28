"""What the businesses other than the studio have in their HubSpot accounts, as plain tables."""

from collections.abc import Mapping

from journeysync.sandbox.hubspot.setting import FORMS, Setting

QUESTIONNAIRE = ("c2d9f7a6-41b0-4f53-9e1d-6a8b0c7d5e21", "Project questionnaire")
_WON, _LOST = "1.0", "0.0"

SETTINGS: Mapping[str, Setting] = {
    "consultancy": Setting(
        "larkfield.example",
        (
            (
                "default",
                "Projects",
                (
                    ("appointmentscheduled", "Talking", "0.2"),
                    ("presentationscheduled", "Offer sent", "0.4"),
                    ("contractsent", "Agreed", "0.8"),
                    ("231550001", "Deposit asked", "0.9"),
                    ("231550002", "Deposit paid", "0.9"),
                    ("231550003", "Invoice sent", "0.9"),
                    ("closedwon", "Paid", _WON),
                    ("closedlost", "Declined", _LOST),
                ),
            ),
        ),
        forms=(*FORMS, QUESTIONNAIRE),
    ),
    "shop": Setting(
        "copperbean.example",
        (
            (
                "default",
                "Roasteries",
                (
                    ("appointmentscheduled", "Talking", "0.3"),
                    ("presentationscheduled", "Offer sent", "0.6"),
                    ("closedwon", "Sold", _WON),
                    ("closedlost", "Not now", _LOST),
                ),
            ),
        ),
        properties=(
            ("contacts", "segment", "Segment", "string"),
            ("contacts", "renewal_date", "Care plan ends", "date"),
        ),
    ),
    "vendor": Setting(
        "northgate.example",
        (
            (
                "default",
                "New business",
                (
                    ("appointmentscheduled", "Needs", "0.2"),
                    ("presentationscheduled", "Proposal sent", "0.5"),
                    ("closedwon", "Signed", _WON),
                    ("closedlost", "Lost", _LOST),
                ),
            ),
            (
                "94120077",
                "Renewals",
                (
                    ("194120001", "Talking", "0.5"),
                    ("194120002", "Renewed", _WON),
                    ("194120003", "Ended", _LOST),
                ),
            ),
        ),
        properties=(
            ("companies", "segment", "Segment", "string"),
            ("deals", "solution", "Solution", "string"),
            ("deals", "contract_end_date", "Contract ends", "date"),
        ),
    ),
}

STAGES: Mapping[tuple[str, str], str] = {
    # The business, and what the stories call it: the stage.
    ("consultancy", "offered"): "presentationscheduled",
    ("consultancy", "agreed"): "contractsent",
    ("consultancy", "deposit asked"): "231550001",
    ("consultancy", "deposit paid"): "231550002",
    ("consultancy", "billed"): "231550003",
    ("shop", "offered"): "presentationscheduled",
    ("vendor", "offered"): "presentationscheduled",
}
RENEWALS, RENEWAL_TALK, RENEWED, ENDED = "94120077", "194120001", "194120002", "194120003"
