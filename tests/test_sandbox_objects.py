"""Records of the pretend HubSpot: listing, history, archive, merges, links, batches."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Running, running

CONTACTS = "/crm/v3/objects/contacts"
KEY = {
    "name": "our_key", "label": "Key", "type": "string", "fieldType": "text",
    "groupName": "task", "hasUniqueValue": True,
}  # fmt: skip
DUE = "2026-11-21T10:00:00Z"


@pytest.fixture
def box() -> Iterator[Running]:
    with running() as started:
        yield started


def get(box: Running, number: int | str, *names: str, kind: str = "contacts") -> Any:
    path = f"/crm/v3/objects/{kind}/{number}?properties={','.join(names)}"
    return box.hubspot("GET", path).body["properties"]


def test_pages_come_in_the_order_of_numbers() -> None:
    """Ten a page unless asked; ids cross from five to six digits, so text order would differ."""
    with running(60) as larger:
        first = larger.hubspot("GET", CONTACTS).body
        assert len(first["results"]) == 10
        told, after = [], "0"
        while after:
            page = larger.hubspot("GET", f"{CONTACTS}?limit=23&after={after}").body
            told += [row["id"] for row in page["results"]]
            after = page.get("paging", {}).get("next", {}).get("after", "")
    assert told == sorted(told, key=int)
    assert told != sorted(told)
    assert len(told) == len(set(told)) > 55


def test_asked_for_but_empty_is_null_and_undefined_is_absent(box: Running) -> None:
    shown = get(box, 99975, "city", "birthday", "nonsense")
    assert shown["birthday"] is None
    assert "nonsense" not in shown
    assert {"createdate", "lastmodifieddate", "hs_object_id"} < set(shown)


def test_both_forms_of_a_path_and_all_names_of_a_type(box: Running) -> None:
    told = [
        box.hubspot("GET", path).body
        for path in (
            "/crm/v3/objects/contacts/99951", "/crm/objects/2026-03/contacts/99951",
            "/crm/objects/2026-09/0-1/99951", "/crm/v3/objects/contact/99951",
        )
    ]  # fmt: skip
    assert all(body == told[0] for body in told)


def test_history_tells_who_and_when_newest_first(box: Running) -> None:
    box.hubspot("PATCH", f"{CONTACTS}/99951", {"properties": {"city": "App town"}})
    box.edit(object="contact", id="99951", action="set", properties={"city": "Person town"})
    box.edit(
        object="contact", id="99951", action="set", properties={"city": "Robot town"},
        by="automation",
    )  # fmt: skip
    body = box.hubspot("GET", f"{CONTACTS}/99951?propertiesWithHistory=city").body
    versions = body["propertiesWithHistory"]["city"]
    assert [(row["value"], row["sourceType"]) for row in versions] == [
        ("Robot town", "AUTOMATION_PLATFORM"),
        ("Person town", "CRM_UI"),
        ("App town", "INTEGRATION"),
        ("Brighton", "FORM"),
    ]
    assert versions[1]["updatedByUserId"] == 1001
    instants = [row["timestamp"] for row in versions]
    assert instants == sorted(instants, reverse=True)


def test_a_write_touches_the_record_even_where_nothing_differs(box: Running) -> None:
    before = get(box, 99951, "lastmodifieddate")["lastmodifieddate"]
    box.hubspot("PATCH", f"{CONTACTS}/99951", {"properties": {"firstname": "Maya"}})
    after = get(box, 99951, "lastmodifieddate")["lastmodifieddate"]
    assert before < after < "2026-11-20T09:00:00.000Z"


def test_a_logged_activity_touches_its_contact(box: Running) -> None:
    before = get(box, 99951, "lastmodifieddate", "notes_last_updated")
    make_task(box, "99951")
    after = get(box, 99951, "lastmodifieddate", "notes_last_updated")
    assert before["lastmodifieddate"] < after["lastmodifieddate"]
    assert before["notes_last_updated"] < after["notes_last_updated"]


def make_task(box: Running, contact: str, **properties: str) -> Any:
    link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}
    body = {
        "properties": {"hs_timestamp": DUE, "hs_task_subject": "Call", **properties},
        "associations": [{"to": {"id": contact}, "types": [link]}],
    }
    reply = box.hubspot("POST", "/crm/v3/objects/tasks", body)
    assert reply.status == 201
    return reply.body


def test_a_task_past_its_date_is_overdue_until_it_is_done(box: Running) -> None:
    made = make_task(box, "99951", hs_timestamp="2026-11-19T10:00:00Z")
    assert made["properties"]["hs_task_status"] == "NOT_STARTED"
    assert get(box, made["id"], "hs_task_is_overdue", kind="tasks")["hs_task_is_overdue"] == "true"
    box.edit(object="task", id=made["id"], action="complete")
    shown = get(
        box, made["id"], "hs_task_is_overdue", "hs_task_status", "hs_task_completion_date",
        kind="tasks",
    )  # fmt: skip
    assert shown["hs_task_is_overdue"] == "false"
    assert shown["hs_task_status"] == "COMPLETED"
    assert shown["hs_task_completion_date"]


def test_a_person_deletes_a_task_found_by_its_subject(box: Running) -> None:
    made = make_task(box, "99951", hs_task_subject="Find me")
    box.edit(object="task", property="hs_task_subject", value="Find me", action="delete")
    assert box.hubspot("GET", f"/crm/v3/objects/tasks/{made['id']}").status == 404


def test_the_archive_is_kept_for_ninety_days(box: Running) -> None:
    def archived() -> list[str]:
        rows = box.hubspot("GET", f"{CONTACTS}?archived=true").body["results"]
        return [row["id"] for row in rows]

    assert archived() == ["99976"]
    assert box.hubspot("DELETE", f"{CONTACTS}/99975").status == 204
    assert archived() == ["99975", "99976"]
    shown = box.hubspot("GET", f"{CONTACTS}/99975?archived=true").body
    assert (shown["archived"], shown["archivedAt"][:10]) == (True, "2026-11-20")
    box.admin("POST", "/advance", {"days": 85})
    assert archived() == ["99975"]


def test_a_privacy_deletion_leaves_nothing(box: Running) -> None:
    body = {"objectId": "maya.okafor@example.com", "idProperty": "email"}
    assert box.hubspot("POST", f"{CONTACTS}/gdpr-delete", body).status == 204
    assert box.hubspot("GET", f"{CONTACTS}/99951").status == 404
    assert box.hubspot("GET", f"{CONTACTS}/99951?archived=true").status == 404


def test_a_merge_leads_from_the_old_id_to_the_kept_one(box: Running) -> None:
    """Values and links move over; the old id is not archived, it is somebody else now."""
    box.edit(object="contact", id="99952", action="merge", other="99953")
    shown = box.hubspot("GET", f"{CONTACTS}/99953?properties=hs_merged_object_ids").body
    assert (shown["id"], shown["properties"]["hs_merged_object_ids"]) == ("99952", "99953")
    rows = box.hubspot("GET", f"{CONTACTS}?limit=100").body["results"]
    assert "99953" not in {row["id"] for row in rows}
    meetings = box.hubspot("GET", "/crm/v4/objects/contacts/99952/associations/meetings").body
    assert len(meetings["results"]) == 2
    by_email = box.hubspot("GET", f"{CONTACTS}/aisha.rahman@example.net?idProperty=email").body
    assert by_email["id"] == "99952"


def test_a_merge_may_make_a_new_record(box: Running) -> None:
    made = box.edit(object="contact", id="99952", action="merge", other="99953", new_id=True)
    assert int(made["id"]) > 99_976
    for old in ("99952", "99953"):
        assert box.hubspot("GET", f"{CONTACTS}/{old}").body["id"] == made["id"]
    assert made["properties"]["hs_merged_object_ids"] == "99953;99952"
    batch = {"inputs": [{"id": "99952"}, {"id": "99953"}], "properties": ["email"]}
    rows = box.hubspot("POST", f"{CONTACTS}/batch/read", batch).body["results"]
    assert [row["id"] for row in rows] == [made["id"]]


def test_a_primary_company_comes_twice_among_inline_associations(box: Running) -> None:
    body = box.hubspot("GET", f"{CONTACTS}/99969?associations=companies").body
    assert body["associations"]["companies"]["results"] == [
        {"id": "8000001", "type": "contact_to_company"},
        {"id": "8000001", "type": "contact_to_company_unlabeled"},
    ]


def test_links_are_read_many_at_a_time(box: Running) -> None:
    """Records without links are rows of errors in a 207, which is no failure."""
    body = {"inputs": [{"id": "99969"}, {"id": "99951"}]}
    path = "/crm/associations/2026-03/contacts/companies/batch/read"
    reply = box.hubspot("POST", path, body)
    assert reply.status == 207
    assert reply.body["results"] == [
        {
            "from": {"id": "99969"},
            "to": [
                {
                    "toObjectId": 8_000_001,
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
                        {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
                    ],
                }
            ],
        }
    ]
    (error,) = reply.body["errors"]
    assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert error["context"]["fromObjectId"] == ["99951"]


def test_old_paths_answer_links_in_the_old_shape(box: Running) -> None:
    body = box.hubspot("GET", f"{CONTACTS}/99969/associations/companies").body
    assert body["results"][0] == {"id": "8000001", "type": "contact_to_company"}


def update(box: Running, *rows: dict[str, Any]) -> Any:
    return box.hubspot("POST", f"{CONTACTS}/batch/update", {"inputs": list(rows)})


GOOD = {"id": "99951", "properties": {"city": "Good"}}
BAD = {"id": "99952", "properties": {"newsletter": "perhaps"}}
LOST = {"id": "5", "properties": {"city": "Lost"}}


def test_one_bad_row_fails_a_batch(box: Running) -> None:
    assert update(box, GOOD, BAD).status == 400
    assert get(box, 99951, "city")["city"] == "Brighton"


def test_traced_rows_fail_one_by_one(box: Running) -> None:
    """The answer names the failed row by its trace id."""
    rows = [{**row, "objectWriteTraceId": str(n)} for n, row in enumerate((GOOD, BAD, LOST))]
    reply = update(box, *rows)
    assert (reply.status, reply.body["numErrors"]) == (207, 2)
    assert [row["id"] for row in reply.body["results"]] == ["99951"]
    traces = {error["context"]["objectWriteTraceId"][0] for error in reply.body["errors"]}
    assert traces == {"1", "2"}
    assert get(box, 99951, "city")["city"] == "Good"


def test_a_row_that_is_not_there_is_an_error_of_its_own(box: Running) -> None:
    reply = update(box, GOOD, LOST)
    assert (reply.status, reply.body["errors"][0]["category"]) == (207, "OBJECT_NOT_FOUND")
    assert reply.body["errors"][0]["context"] == {"ids": ["5"]}


def test_the_same_id_twice_fails_the_batch(box: Running) -> None:
    reply = update(box, GOOD, {**GOOD, "properties": {"city": "Twice"}})
    assert reply.status == 400
    assert reply.body["message"].startswith("Duplicate IDs found in batch input: [99951]")


def test_a_batch_has_a_hundred_rows_at_most(box: Running) -> None:
    rows = [{"id": str(99_951 + n), "properties": {}} for n in range(101)]
    assert update(box, *rows).status == 400


def test_results_come_in_another_order(box: Running) -> None:
    asked = [str(99_951 + n) for n in range(10)]
    body = {"inputs": [{"id": id_} for id_ in asked], "properties": []}
    told = [
        row["id"] for row in box.hubspot("POST", f"{CONTACTS}/batch/read", body).body["results"]
    ]
    assert told != asked
    assert sorted(told) == sorted(asked)


def test_upsert_by_our_own_key_makes_once(box: Running) -> None:
    assert box.hubspot("POST", "/crm/v3/properties/tasks", KEY).status == 201
    row = {
        "id": "k1", "idProperty": "our_key",
        "properties": {"hs_timestamp": DUE, "hs_task_subject": "Call"},
    }  # fmt: skip
    path = "/crm/v3/objects/tasks/batch/upsert"
    first = box.hubspot("POST", path, {"inputs": [row]}).body["results"]
    again = box.hubspot("POST", path, {"inputs": [row]}).body["results"]
    assert [rows[0]["new"] for rows in (first, again)] == [True, False]
    assert first[0]["id"] == again[0]["id"]


def test_a_key_that_is_taken_is_told_with_its_holder(box: Running) -> None:
    box.hubspot("POST", "/crm/v3/properties/tasks", KEY)
    made = make_task(box, "99951", our_key="k1")
    rows = [
        {
            "properties": {"hs_timestamp": DUE, "our_key": key},
            "objectWriteTraceId": key,
        }
        for key in ("k1", "k2")
    ]
    reply = box.hubspot("POST", "/crm/v3/objects/tasks/batch/create", {"inputs": rows})
    assert reply.status == 207
    (error,) = reply.body["errors"]
    assert error["context"] == {"existingId": [made["id"]], "objectWriteTraceId": ["k1"]}


def test_a_batch_is_read_by_any_unique_property(box: Running) -> None:
    body = {
        "idProperty": "email", "properties": [],
        "inputs": [{"id": "Maya.Okafor@example.com"}, {"id": "nobody@example.com"}],
    }  # fmt: skip
    reply = box.hubspot("POST", f"{CONTACTS}/batch/read", body)
    assert [row["id"] for row in reply.body["results"]] == ["99951"]
    assert reply.body["errors"][0]["context"] == {"ids": ["nobody@example.com"]}


def test_a_person_logs_what_they_did(box: Running) -> None:
    """`create` with links: what a colleague does in the CRM."""
    made = box.edit(
        object="call", action="create", to=[{"object": "contact", "id": "99954"}],
        properties={"hs_timestamp": "2026-11-20T08:00:00Z", "hs_call_title": "Checked in"},
    )  # fmt: skip
    linked = box.hubspot("GET", "/crm/v4/objects/contacts/99954/associations/calls").body
    assert [str(row["toObjectId"]) for row in linked["results"]] == [made["id"]]


def test_instants_lose_a_fraction_of_zero(box: Running) -> None:
    made = make_task(box, "99951", hs_timestamp="2026-11-21T10:00:00.000Z")
    assert made["properties"]["hs_timestamp"] == "2026-11-21T10:00:00Z"
    made = make_task(box, "99951", hs_timestamp="2026-11-21T10:00:00.5Z")
    assert made["properties"]["hs_timestamp"] == "2026-11-21T10:00:00.500Z"
