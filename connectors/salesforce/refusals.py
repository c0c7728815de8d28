"""What Salesforce's error codes mean for a row, whichever of its dialects says them. Pure.

`[{errorCode, message, fields}]` refuses a request, `{success, errors: [{statusCode, …}]}` a row,
and `CODE:message:fields--` a row of a bulk job. A message may quote what was sent: it is looked at
and never shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from journeysync.core.addresses import masked_email
from journeysync.core.ports import Outcome

Do = Literal["again", "in another order", "report"]

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
"""A rule's text may say whom to ask: an address is shortened, as everywhere."""

LOCKED = "UNABLE_TO_LOCK_ROW"
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
CONVERTED = "CANNOT_UPDATE_CONVERTED_LEAD"
NO_FIELD = "INVALID_FIELD"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a code."""

    do: Do
    step: str


_AGAIN = Verdict("again", "The next run tries again.")
_TAKEN = Verdict(
    "report", "Another record has that value already: merge the two in Salesforce, or correct one."
)
_SEE = (
    "The field is missing, or the user of journeysync may not see or edit it: run `journeysync "
    "check`, then `journeysync provision` or assign the permission set Journey Sync."
)
_RIGHTS = Verdict(
    "report",
    "Let the user of journeysync edit this record: by its profile, the permission set Journey Sync "
    "or a sharing rule.",
)
_GONE = Verdict("report", "It was deleted or merged in Salesforce; the next run takes that over.")
_AUTOMATION = Verdict(
    "report",
    "A flow or trigger of the org failed: ask an administrator to look at it (Setup > Flows, or "
    "the debug log). The next run tries again.",
)

VERDICTS: Mapping[str, Verdict] = {
    LOCKED: Verdict(
        "in another order", "Another program held the record; the next run tries again."
    ),
    "SERVER_UNAVAILABLE": _AGAIN,
    "REQUEST_RUNNING_TOO_LONG": _AGAIN,
    "QUERY_TIMEOUT": _AGAIN,
    "API_TEMPORARILY_UNAVAILABLE": _AGAIN,
    "UNKNOWN_EXCEPTION": _AGAIN,
    "TXN_SECURITY_METERING_ERROR": _AGAIN,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": _AGAIN,
    "PROCESSING_HALTED": _AGAIN,
    NO_FIELD: Verdict("report", _SEE),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Verdict("report", _SEE),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Verdict(
        "report", "Run `journeysync provision`, which adds missing values."
    ),
    "STRING_TOO_LONG": Verdict("report", "Shorten the text in the journey map."),
    RULE: Verdict(
        "report", "Change the record so that the validation rule allows it, or change the rule."
    ),
    "REQUIRED_FIELD_MISSING": Verdict("report", "Fill the field in, in Salesforce."),
    "FIELD_FILTER_VALIDATION_EXCEPTION": Verdict(
        "report", "A lookup filter of the org refuses the record; correct it in Salesforce."
    ),
    "DUPLICATES_DETECTED": Verdict(
        "report",
        "A duplicate rule of the org refuses it: merge the records in Salesforce, or change "
        "the rule.",
    ),
    "DUPLICATE_VALUE": _TAKEN,
    "DUPLICATE_EXTERNAL_ID": _TAKEN,
    "INVALID_CROSS_REFERENCE_KEY": _GONE,
    "ENTITY_IS_DELETED": _GONE,
    "NOT_FOUND": _GONE,
    "MALFORMED_ID": _GONE,
    CONVERTED: Verdict(
        "report", "The lead was converted; the next run writes to its contact instead."
    ),
    "INACTIVE_OWNER_OR_USER": Verdict(
        "report", "Give the record or the department an active owner."
    ),
    "INVALID_OWNER": Verdict("report", "Give the record or the department an active owner."),
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": Verdict(
        "report", "This user cannot own tasks; give the department another owner."
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": _AUTOMATION,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": _AUTOMATION,
    "APEX_ERROR": _AUTOMATION,
    "STORAGE_LIMIT_EXCEEDED": Verdict("report", "The org is full: free storage in Salesforce."),
    "ENTITY_IS_LOCKED": Verdict(
        "report", "An approval process locks the record; the next run tries again."
    ),
}  # fmt: skip
"""A code that is not here, and does not begin as one below, is reported as it is."""

_BEGINNINGS: Sequence[tuple[str, Verdict]] = (
    ("INSUFFICIENT_ACCESS", _RIGHTS),
    ("CANNOT_UPDATE_", _RIGHTS),
    ("FIELD_INTEGRITY_EXCEPTION", Verdict("report", "Look at the record in Salesforce.")),
)
_OTHER = Verdict("report", "Look at the record in Salesforce; the next run tries again.")
_WRAPPED = (LOCKED, "unable to obtain exclusive access")
"""A flow or trigger that meets a lock gives it out as its own failure."""


class Told(msgspec.Struct):
    """One error of a row or a request: both dialects."""

    statusCode: str = ""  # noqa: N815  the names Salesforce uses
    errorCode: str = ""  # noqa: N815
    message: str = ""
    fields: list[str] | None = None

    @property
    def code(self) -> str:
        """The code, wherever it stands."""
        return self.statusCode or self.errorCode or "REFUSED"


_BULK = re.compile(
    r"(?P<code>[A-Z][A-Z0-9_]+):(?P<message>.*?)(?::(?P<fields>[^:]*)--)?", re.DOTALL
)
_COLUMN = re.compile(r"No such column '(\w+)'")
_HOLDER = re.compile(r"record with id: ?([a-zA-Z0-9]{15,18})")
_several = msgspec.json.Decoder(list[Told], strict=False).decode


def of_request(body: bytes) -> Told:
    """Read why a request was refused; an unreadable answer says nothing."""
    try:
        return (_several(body) or [Told()])[0]
    except msgspec.MsgspecError:
        return Told()


def of_bulk(text: str) -> Told:
    """Read why a bulk job refused a row."""
    found = _BULK.fullmatch(text)
    if found is None:
        return Told(message=text)
    fields = [name for one in (found["fields"] or "").split(",") if (name := one.strip())]
    return Told(found["code"], "", found["message"], fields)


def verdict(told: Told) -> Verdict:
    """Say what follows from an error: by its code first, then by what it wraps."""
    known = VERDICTS.get(told.code)
    if known is None:
        known = next((one for start, one in _BEGINNINGS if told.code.startswith(start)), _OTHER)
    if known is _AUTOMATION and any(one in told.message for one in _WRAPPED):
        return VERDICTS[LOCKED]
    return known


def columns(told: Told) -> frozenset[str]:
    """Name the fields that a request named and the org does not show."""
    return frozenset(_COLUMN.findall(told.message)) if told.code == NO_FIELD else frozenset()


def holder(told: Told) -> str:
    """Return the id of the record that has a unique value already; empty where it is not said."""
    found = _HOLDER.search(told.message)
    return found[1] if found and told.code == "DUPLICATE_VALUE" else ""


def _masked(address: re.Match[str]) -> str:
    return masked_email(address[0])


def failed(key: str, record: str, told: Told, *, rule: str = "") -> Outcome:
    """Make the outcome of a refused row; `rule` is a validation rule's own text."""
    what = verdict(told)
    fields = ", ".join(f"`{name}`" for name in sorted(told.fields or columns(told)))
    about = f" for {fields}" if fields else ""
    says = f" “{_ADDRESS.sub(_masked, rule)}”" if rule else ""
    temporary = what.do != "report"
    code = LOCKED if what.do == "in another order" else told.code
    sentence = f"Salesforce answered {code}{about}.{says} {what.step}"
    return Outcome(key, "failed", record, code, sentence, temporary)


def unknown(key: str, record: str) -> Outcome:
    """Make the outcome of a row that was sent and not answered."""
    return Outcome(
        key,
        "unknown",
        record,
        "NO_ANSWER",
        "Salesforce did not answer whether this was written; it is read back before the next try.",
        temporary=True,
    )


def later(key: str, record: str, why: str) -> Outcome:
    """Make the outcome of a row that was not sent any more."""
    return Outcome(key, "failed", record, "TOOL_DOWN", why, temporary=True)
