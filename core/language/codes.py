"""Every code a problem of a map or workspace file can have, with what it stands for.

`docs/journey-language-codes.md` is this table. A code never changes its meaning; a new rule gets
a new code. JS1xx: how a file is written; JS2xx: names that lead nowhere; JS3xx: what has no
meaning; JS4xx: warnings, the map can be used; JS5xx: the workspace file; JS6xx: its keys; JS8xx:
field mappings.
"""

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "JS100": "The file as a whole cannot be used: it is empty, too large, not UTF-8, or no "
    "mapping of keys.",
    "JS101": "The text is no YAML.",
    "JS102": "A key stands twice in one mapping.",
    "JS103": "The file uses a part of YAML that has no place here: anchors and aliases, tags, "
    "several documents, keys that are no plain words, or very deep nesting.",
    "JS104": "A key is not known where it stands.",
    "JS105": "A key that is needed is missing.",
    "JS106": "A key has no value.",
    "JS107": "A value is of the wrong type: text, number, true or false, list or mapping.",
    "JS108": "A value is none of the words that are possible.",
    "JS109": "An id is not written with small letters, digits, `-` and `_`.",
    "JS110": "An event kind is not written `noun.verb`.",
    "JS111": "A duration cannot be read.",
    "JS112": "A number or share is out of range.",
    "JS113": "The calendar's days or hours cannot be read.",
    "JS114": "A condition says nothing.",
    "JS115": "The map is written in a format that this version does not know.",
    "JS201": "A condition reads a field that journeysync writes itself; our own fields are never "
    "inputs.",
    "JS202": "An event kind is nearly, but not quite, a known one.",
    "JS203": "No stage or exit has this id.",
    "JS204": "No state has this id.",
    "JS205": "No route has this id.",
    "JS206": "No touchpoint has this id.",
    "JS207": "No time zone has this name.",
    "JS208": "No public holidays are known for this code.",
    "JS209": "A task's text names a variable that does not exist, or is not a closed `{{ name }}`.",
    "JS210": "An id is given twice; stages and exits share their ids.",
    "JS301": "A touchpoint needs exactly one anchor: `after`, `before` or `entering`.",
    "JS302": "A touchpoint expects nothing.",
    "JS303": "A touchpoint with `after` or `entering` has neither `within` nor `every`.",
    "JS304": "A series repeats after no time at all.",
    "JS305": "Two keys of a touchpoint exclude each other.",
    "JS306": "A key has no meaning without another one.",
    "JS307": "A pattern has `sum` together with `count` or `within`.",
    "JS308": "A `sum` does not name exactly one attribute.",
    "JS309": "A pattern has `within` without `count`.",
    "JS310": "A target says nothing, or several things at once.",
    "JS311": "A target leads backwards.",
    "JS312": "A route is called `default`, which stands for all customers on no route.",
    "JS401": "An event kind is in nobody's vocabulary; it can only come from files or a mapping.",
    "JS402": "A touchpoint opens after its deadline, so it never exists.",
    "JS403": "`last` is longer than `every`, so windows overlap.",
    "JS404": "Nothing leads to a stage or exit.",
    "JS405": "A state is used nowhere.",
    "JS406": "A route is never reached, because an earlier one takes all its customers.",
    "JS407": "Nobody answers for a touchpoint: neither it nor its stage has an `owner`.",
    "JS408": "Two places, or two touchpoints, have one label.",
    "JS409": "An attribute is nearly, but not quite, one that this event kind has.",
    "JS410": "`only`, `except` and `within` leave no route.",
    "JS411": "A touchpoint with `before` has no `at_least`, so it is in time until the anchor "
    "itself.",
    "JS412": "A series repeats several times an hour and has no `limit`.",
    "JS501": "The workspace names a tool that is not among its `tools`.",
    "JS502": "A country or currency code is not known.",
    "JS503": "A date or instant cannot be read.",
    "JS504": "A department's key is not `TOOL_owner`.",
    "JS505": "An address of the workspace cannot be used: state or clock.",
    "JS506": "The workspace names no journey, or one twice.",
}

ELSEWHERE: Mapping[str, str] = {
    "JS601": "A secret stands in the workspace file.",
    "JS602": "A file of keys is not UTF-8.",
    "JS603": "Other users of the machine can read the keys (a warning).",
    "JS604": "A key belongs to no tool of the workspace (a warning).",
    "JS605": "Two tools would share the names of their keys.",
    "JS606": "A line of `.env` cannot be read.",
    "JS801": "A field mapping does not say what a field mapping can say.",
}
"""Codes that others report: `running.secrets` and the connectors' mappings."""
