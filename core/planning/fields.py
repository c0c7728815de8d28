"""Which fields journeysync keeps in a CRM, and which value stands for which place.

The same words in every CRM. Pure: the maps are arguments, the answer is a list of descriptions;
making the fields is the connector's work.
"""

from collections.abc import Sequence

from journeysync.core.language.model import Journey
from journeysync.core.ports import FieldSpec

STAGE = "journey_stage"
STAGE_SINCE = "journey_stage_since"
REASON = "journey_reason"
STATUS = "journey_status"
NEXT_TOUCHPOINT = "journey_next_touchpoint"
NEXT_DUE = "journey_next_due"
MISSED = "journey_missed"
NAME = "journey_name"
CUSTOMER_ID = "journey_customer_id"
OVERRIDE = "journey_override"
OVERRIDE_UNTIL = "journey_override_until"

STATUSES = (
    ("on_track", "On track"),
    ("behind", "Behind"),
    ("stuck", "Stuck"),
    ("done", "Done"),
)
"""Value and label of each status word."""


def stage_option(journeys: Sequence[Journey], journey: str, place: str) -> str:
    """Return the value that stands for a place of a journey in the CRM.

    The place's id; where an earlier map of the workspace gives that id another label, the place
    has an option of its own, `journey/place`. A map added at the end thus changes no value.
    """
    return stage_options(journeys)[journey, place]


def stage_options(journeys: Sequence[Journey]) -> dict[tuple[str, str], str]:
    """Return (journey, place) -> option of every place; equal id and label share one."""
    by_label: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    values = {}
    for journey in journeys:
        for place in journey.places:
            named = (place.id, place.title)
            if named not in by_label:
                own = f"{journey.journey}/{place.id}"
                by_label[named] = own if place.id in taken else place.id
                taken.add(place.id)
            values[journey.journey, place.id] = by_label[named]
    return values


def places_of_option(journeys: Sequence[Journey], value: str) -> tuple[tuple[str, str], ...]:
    """Return the (journey, place) pairs that a value in the CRM stands for, in map order."""
    return tuple(pair for pair, option in stage_options(journeys).items() if option == value)


def field_specs(journeys: Sequence[Journey]) -> tuple[FieldSpec, ...]:
    """Describe every field, the places of these journeys as the options of the stage."""
    places = _options(journeys)
    return (
        FieldSpec(
            STAGE,
            "Journey stage",
            "Where this customer stands on the customer journey. Kept by journeysync; a stage set "
            "by hand stays until the customer moves on.",
            "choice",
            places,
            _guidance(journeys),
        ),
        FieldSpec(STAGE_SINCE, "Journey stage since", "When they came to this stage.", "instant"),
        FieldSpec(REASON, "Journey reason", "What brought them to this stage.", "text"),
        FieldSpec(
            STATUS,
            "Journey status",
            "On track; Behind: a promised contact was missed; Stuck: longer in this stage than "
            "planned; Done: at the end of the path.",
            "choice",
            STATUSES,
        ),
        FieldSpec(
            NEXT_TOUCHPOINT, "Journey next touchpoint", "The contact they should get next.", "text"
        ),
        FieldSpec(NEXT_DUE, "Journey next due", "When the next contact is due.", "instant"),
        FieldSpec(
            MISSED,
            "Journey missed touchpoints",
            "How many promised contacts were missed and can still be made good.",
            "number",
        ),
        FieldSpec(NAME, "Journey name", "The journey map that the stage belongs to.", "text"),
        FieldSpec(
            CUSTOMER_ID,
            "Journey customer ID",
            "The id that joins the records of one customer across tools.",
            "text",
        ),
        FieldSpec(
            OVERRIDE,
            "Journey override",
            "For you to set: pins the stage, whatever the events say. journeysync only reads it.",
            "choice",
            places,
        ),
        FieldSpec(
            OVERRIDE_UNTIL,
            "Journey override until",
            "For you to set: the day on which the override ends; empty: it stays.",
            "date",
        ),
    )


def _options(journeys: Sequence[Journey]) -> tuple[tuple[str, str], ...]:
    """List (value, label), labels made unique: a CRM refuses two options of one label."""
    values = stage_options(journeys)
    options: dict[str, str] = {}
    for journey in journeys:
        for place in journey.places:
            value = values[journey.journey, place.id]
            if value in options:
                continue
            label = place.title
            if label in options.values():
                label = f"{label} ({journey.title})"
            if label in options.values():
                label = f"{place.title} ({value})"
            options[value] = label
    return tuple(options.items())


def _guidance(journeys: Sequence[Journey]) -> tuple[tuple[str, str], ...]:
    """List (value, text) of the places that say what to do; the first map that does counts."""
    values = stage_options(journeys)
    texts: dict[str, str] = {}
    for journey in journeys:
        for place in journey.places:
            if place.guidance:
                texts.setdefault(values[journey.journey, place.id], place.guidance.strip())
    return tuple(texts.items())
