"""How the pretend Calendly's answers look: addresses for ids, six digits after the second."""

from typing import Any

from journeysync.sandbox.calendly.book import CLASS, USERS, Cancellation, Invitee, Meeting
from journeysync.sandbox.data.house import House
from journeysync.sandbox.world import iso

API = "https://api.calendly.com"
PAGES = "https://calendly.com/willow-street"
ORGANIZATION = f"{API}/organizations/0b3b5c1e-6d5e-4f0a-9a55-3f4f8f0c2a10"
OPENED = "2024-01-08T09:00:00.000000Z"
QUESTIONS = ("Is this your first visit?", "How did you hear about us?")


def user_uri(number: int) -> str:
    return f"{API}/users/5a1f0c3e-0000-4000-8000-{number + 1:012d}"


def type_uri(service: int) -> str:
    return f"{API}/event_types/7c2e9d4b-0000-4000-8000-{service + 1:012d}"


def event_uri(number: str) -> str:
    return f"{API}/scheduled_events/{number}"


def invitee_uri(invitee: Invitee) -> str:
    return f"{event_uri(invitee.event)}/invitees/{invitee.id}"


def micros(at: int) -> str:
    return f"{iso(at)[:-1]}000Z"


def user(number: int) -> dict[str, Any]:
    name, slug = USERS[number]
    return {
        "uri": user_uri(number),
        "name": name,
        "slug": slug,
        "email": f"{slug}@willowstreet.example",
        "scheduling_url": f"https://calendly.com/{slug}",
        "timezone": "Europe/London",
        "avatar_url": None,
        "created_at": OPENED,
        "updated_at": OPENED,
        "current_organization": ORGANIZATION,
    }


def membership(number: int) -> dict[str, Any]:
    shown = user(number)
    del shown["current_organization"]
    return {
        "uri": f"{API}/organization_memberships/9e4d7a10-0000-4000-8000-{number + 1:012d}",
        "role": "owner" if number == 0 else "user",
        "user": shown,
        "organization": ORGANIZATION,
        "updated_at": OPENED,
        "created_at": OPENED,
    }


def event_type(house: House, service: int) -> dict[str, Any]:
    name, minutes, _ = house.services[service]
    slug = name.lower().replace(" ", "-")
    questions = QUESTIONS if service == 0 else ()
    return {
        "uri": type_uri(service),
        "name": name,
        "active": True,
        "booking_method": "instant",
        "slug": slug,
        "scheduling_url": f"{PAGES}/{slug}",
        "duration": minutes,
        "kind": "group" if service == CLASS else "solo",
        "pooling_type": None,
        "kind_description": "Group" if service == CLASS else "One-on-One",
        "type": "StandardEventType",
        "color": "#4f7f4f",
        "created_at": OPENED,
        "updated_at": OPENED,
        "internal_note": None,
        "description_plain": None,
        "description_html": None,
        "profile": {"type": "User", "name": USERS[0][0], "owner": user_uri(0)},
        "secret": False,
        "deleted_at": None,
        "admin_managed": False,
        "custom_questions": [
            {
                "name": text,
                "type": "string",
                "position": position,
                "enabled": True,
                "required": False,
                "answer_choices": [],
                "include_other": False,
            }
            for position, text in enumerate(questions)
        ],
    }


def cancellation(given: Cancellation) -> dict[str, Any]:
    return {
        "canceled_by": given.by,
        "reason": given.reason,
        "canceler_type": given.kind,
        "created_at": micros(given.at),
    }


def event(meeting: Meeting) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "uri": event_uri(meeting.id),
        "name": meeting.offer[0],
        "status": "canceled" if meeting.canceled else "active",
        "start_time": micros(meeting.start),
        "end_time": micros(meeting.end),
        "event_type": type_uri(meeting.service),
        "location": {"type": "physical", "location": meeting.place},
        "invitees_counter": {
            "total": len(meeting.invitees),
            "active": len(meeting.active),
            "limit": meeting.seats,
        },
        "created_at": micros(meeting.created),
        "updated_at": micros(meeting.updated),
        "event_memberships": [{"user": user_uri(meeting.user)}],
        "event_guests": [],
        "calendar_event": {"kind": "google", "external_id": meeting.entry},
    }
    if meeting.canceled:
        shown["cancellation"] = cancellation(meeting.canceled)
    return shown


def invitee(one: Invitee) -> dict[str, Any]:
    source, campaign = one.campaign
    shown: dict[str, Any] = {
        "uri": invitee_uri(one),
        "email": one.email,
        "first_name": None,
        "last_name": None,
        "name": f"{one.first} {one.last}",
        "status": "canceled" if one.canceled else "active",
        "questions_and_answers": [
            {"question": question, "answer": answer, "position": position}
            for position, (question, answer) in enumerate(one.answers.items())
        ],
        "timezone": one.zone,
        "event": event_uri(one.event),
        "created_at": micros(one.created),
        "updated_at": micros(one.updated),
        "tracking": {
            "utm_campaign": campaign or None,
            "utm_source": source or None,
            "utm_medium": None,
            "utm_content": None,
            "utm_term": None,
            "salesforce_uuid": one.salesforce or None,
        },
        "text_reminder_number": one.phone or None,
        "rescheduled": one.rescheduled,
        "old_invitee": invitee_uri(one.old) if one.old else None,
        "new_invitee": invitee_uri(one.new) if one.new else None,
        "cancel_url": f"https://calendly.com/cancellations/{one.id}",
        "reschedule_url": f"https://calendly.com/reschedulings/{one.id}",
        "routing_form_submission": None,
        "payment": None,
        "no_show": None,
        "reconfirmation": None,
    }
    if one.paid:
        shown["payment"] = {
            "external_id": f"ch_{one.id.replace('-', '')[:24]}",
            "provider": "stripe",
            "amount": one.paid,
            "currency": "GBP",
            "terms": None,
            "successful": True,
        }
    if one.no_show is not None:
        mark = f"{API}/invitee_no_shows/{one.id}"
        shown["no_show"] = {"uri": mark, "created_at": micros(one.no_show)}
    if one.canceled:
        shown["cancellation"] = cancellation(one.canceled)
    return shown
