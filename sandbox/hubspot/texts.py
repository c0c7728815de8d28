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
    "Would you tell us how it was?",
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
