"""HubSpot's object types and the numbers of the links between them.

Facts of the tool as plain tables; nothing here keeps state.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type: its names, its clocks and what it shows when nothing is asked for."""

    name: str
    singular: str
    type_id: str
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    shown: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    """The properties in which `query` of a search looks."""
    required: tuple[str, ...] = ()
    link_name: str = ""
    """How the old association types call it, where that is not the singular."""

    @property
    def upper(self) -> str:
        return self.singular.upper()

    @property
    def activity(self) -> bool:
        """Something logged on a record, as opposed to a record of its own."""
        return "hs_timestamp" in self.required


_ACTIVITY = ("hs_timestamp",)
_ALL = (
    Kind(
        "contacts", "contact", "0-1", "createdate", "lastmodifieddate",
        ("email", "firstname", "lastname"), ("email", "firstname", "lastname", "phone", "company"),
    ),
    Kind(
        "companies", "company", "0-2", "createdate", "hs_lastmodifieddate",
        ("domain", "name"), ("domain", "name", "phone", "website"),
    ),
    Kind(
        "deals", "deal", "0-3", "createdate", "hs_lastmodifieddate",
        ("amount", "closedate", "dealname", "dealstage", "pipeline"), ("dealname", "description"),
        ("dealname", "dealstage"),
    ),
    Kind(
        "tickets", "ticket", "0-5", "createdate", "hs_lastmodifieddate",
        ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category",
         "hs_ticket_priority", "subject"),
        ("subject", "content"), ("subject", "hs_pipeline_stage"),
    ),
    Kind(
        "meetings", "meeting", "0-47", searched=("hs_meeting_title", "hs_meeting_body"),
        required=_ACTIVITY, link_name="meeting_event",
    ),
    Kind("calls", "call", "0-48", searched=("hs_call_title", "hs_call_body"), required=_ACTIVITY),
    Kind("emails", "email", "0-49", searched=("hs_email_subject",), required=_ACTIVITY),
    Kind(
        "communications", "communication", "0-18",
        searched=("hs_communication_body",), required=_ACTIVITY,
    ),
    Kind("notes", "note", "0-46", searched=("hs_note_body",), required=_ACTIVITY),
    Kind("tasks", "task", "0-27", searched=("hs_task_subject",), required=_ACTIVITY),
    Kind(
        "leads", "lead", "0-136", shown=("hs_lead_name", "hs_pipeline", "hs_pipeline_stage"),
        searched=("hs_lead_name",), required=("hs_lead_name",),
    ),
    Kind(
        "line_items", "line_item", "0-8", "createdate", "hs_lastmodifieddate",
        ("amount", "hs_product_id", "name", "price", "quantity"), ("name",),
    ),
    Kind(
        "feedback_submissions", "feedback_submission", "0-19",
        shown=("hs_response_group", "hs_survey_name", "hs_survey_type", "hs_value"),
        searched=("hs_survey_name",),
    ),
    Kind("users", "user", "0-115"),
)  # fmt: skip

KINDS = {kind.name: kind for kind in _ALL}
_BY_ALIAS = {
    alias: kind
    for kind in _ALL
    for alias in (kind.name, kind.singular, kind.type_id, kind.link_name)
    if alias
}

# (from, to): the plain link; (from, to, "Primary"): the labelled one.
_PAIRS = {
    ("contact", "company"): (279, 280), ("deal", "contact"): (3, 4),
    ("deal", "company"): (341, 342), ("ticket", "contact"): (16, 15),
    ("ticket", "company"): (339, 340), ("ticket", "deal"): (28, 27),
    ("call", "contact"): (194, 193), ("call", "company"): (182, 181), ("call", "deal"): (206, 205),
    ("call", "ticket"): (220, 219), ("email", "contact"): (198, 197),
    ("email", "company"): (186, 185), ("email", "deal"): (210, 209),
    ("email", "ticket"): (224, 223),
    ("meeting", "contact"): (200, 199), ("meeting", "company"): (188, 187),
    ("meeting", "deal"): (212, 211), ("meeting", "ticket"): (226, 225),
    ("note", "contact"): (202, 201), ("note", "company"): (190, 189), ("note", "deal"): (214, 213),
    ("note", "ticket"): (228, 227), ("task", "contact"): (204, 203),
    ("task", "company"): (192, 191),
    ("task", "deal"): (216, 215), ("task", "ticket"): (230, 229),
    ("communication", "contact"): (81, 82), ("communication", "company"): (87, 88),
    ("communication", "deal"): (85, 86), ("communication", "ticket"): (84, 83),
    ("call", "meeting"): (399, 400), ("contact", "contact"): (449, 449),
    ("company", "company"): (450, 450), ("deal", "deal"): (451, 451),
    ("deal", "line_item"): (19, 20), ("lead", "contact"): (608, 609),
    ("feedback_submission", "contact"): (98, 97), ("feedback_submission", "ticket"): (100, 99),
}  # fmt: skip
_PRIMARY = {
    ("contact", "company"): (1, 2), ("deal", "company"): (5, 6), ("ticket", "company"): (26, 25),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkType:
    """One numbered kind of link, seen from one side."""

    id: int
    source: str
    target: str
    label: str | None = None

    @property
    def old_name(self) -> str:
        """Name it as v3 does: `contact_to_company_unlabeled` beside `contact_to_company`."""
        ends = [KINDS[end].link_name or KINDS[end].singular for end in (self.source, self.target)]
        plain = (
            self.label is None
            and tuple(KINDS[end].singular for end in (self.source, self.target)) in _WITH_PRIMARY
        )
        return "_to_".join(ends) + ("_unlabeled" if plain else "")


_WITH_PRIMARY = frozenset(_PRIMARY) | frozenset((b, a) for a, b in _PRIMARY)


def _table() -> tuple[dict[tuple[str, str], dict[int, LinkType]], dict[int, int]]:
    types: dict[tuple[str, str], dict[int, LinkType]] = {}
    inverse: dict[int, int] = {}
    for label, pairs in ((None, _PAIRS), ("Primary", _PRIMARY)):
        for (a, b), (there, back) in pairs.items():
            one, two = _BY_ALIAS[a].name, _BY_ALIAS[b].name
            types.setdefault((one, two), {})[there] = LinkType(there, one, two, label)
            types.setdefault((two, one), {})[back] = LinkType(back, two, one, label)
            inverse[there], inverse[back] = back, there
    return types, inverse


LINK_TYPES, INVERSE = _table()
PLAIN = {
    pair: next(link.id for link in links.values() if link.label is None)
    for pair, links in LINK_TYPES.items()
}
PRIMARY = {
    pair: link.id for pair, links in LINK_TYPES.items() for link in links.values() if link.label
}


def find_kind(name: str) -> Kind | None:
    """Find an object type by any of its names; HubSpot takes them all."""
    return _BY_ALIAS.get(name.lower())
