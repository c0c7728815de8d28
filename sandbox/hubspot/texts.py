"""What the studio writes to its customers. Subjects and template ids are what mappings go by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    template: str
    subject: str
    body: str
    call_type: str
    """What a call is filed under that takes the place of this text."""
    automatic: bool = True

    def fill(self, first: str) -> str:
        return self.body.format(first=first)


ANSWER = Text(
    "101",
    "Your question to Willow Street Studio",
    "Hello {first}, thank you for asking. Here is when we are free and how to book.",
    "Enquiry",
    automatic=False,
)
WELCOME = Text(
    "102",
    "Your booking is confirmed: welcome to Willow Street Studio",
    "Hello {first}, this is where to find us, where to park, how to prepare, "
    "and how to move or cancel.",
    "Enquiry",
)
REMINDER = Text(
    "103",
    "Reminder: your visit to Willow Street Studio",
    "Hello {first}, we look forward to seeing you. Reply MOVE if the time does not suit.",
    "Reminder",
)
CHECK_IN = Text(
    "104",
    "How are you after your visit?",
    "Hello {first}, how are you feeling after yesterday?",
    "Check-in",
)
FEEDBACK = Text(
    "105",
    "Your feedback: how was your visit?",
    "Hello {first}, how likely are you to recommend us, from 0 to 10?",
    "Feedback",
)
THANKS = Text(
    "106",
    "Thank you for your feedback",
    "Hello {first}, thank you for taking the time. It helps us.",
    "Feedback",
)
NUDGE = Text(
    "107",
    "Time for your next visit?",
    "Hello {first}, it has been a while. Shall we find you a time?",
    "Check-in",
)
MOVED = Text(
    "108",
    "Your new time at Willow Street Studio",
    "Hello {first}, your new time is noted. Thank you for telling us.",
    "Reminder",
)
OFFER = Text(
    "109",
    "Our offer for your next visit",
    "Hello {first}, it was good to see you. This is what would fit next, and how to book it.",
    "Check-in",
    automatic=False,
)
REVIEW = Text(
    "110",
    "Would you recommend us?",
    "Hello {first}, we are glad you liked it. Would you write a short review?",
    "Feedback",
)
ANNIVERSARY = Text(
    "111",
    "A year together",
    "Hello {first}, you first came a year ago. Thank you.",
    "Check-in",
)
WIN_BACK = Text(
    "112",
    "May we ask you something?",
    "Hello {first}, we have not seen you for half a year. What would bring you back?",
    "Check-in",
)
FOLLOW_UP = Text(
    "113",
    "Is there anything still open?",
    "Hello {first}, may we offer you a time?",
    "Enquiry",
)
NEWSLETTER = Text(
    "114",
    "Willow Street newsletter",
    "Hello {first}, this is what is new at the studio.",
    "Enquiry",
)
