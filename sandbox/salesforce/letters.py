"""What the studio writes to its customers: the same subjects and templates in every tool."""

from typing import NamedTuple


class Letter(NamedTuple):
    template: str
    subject: str


LETTERS = {
    "answered": Letter("101", "Your question to Willow Street Studio"),
    "confirmed": Letter("102", "Your booking is confirmed: welcome to Willow Street Studio"),
    "reminded": Letter("103", "Reminder: your visit to Willow Street Studio"),
    "checked_in": Letter("104", "How are you after your visit?"),
    "feedback_asked": Letter("105", "Your feedback: how was your visit?"),
    "thanked": Letter("106", "Thank you for your feedback"),
    "nudged": Letter("107", "Time for your next visit?"),
    "move_confirmed": Letter("108", "Your new time at Willow Street Studio"),
    "offered_next": Letter("109", "Our offer for your next visit"),
    "review_asked": Letter("110", "Would you recommend us?"),
    "anniversary": Letter("111", "A year together"),
    "won_back": Letter("112", "May we ask you something?"),
    "followed_up": Letter("113", "Is there anything still open?"),
    "newsletter": Letter("114", "Willow Street newsletter"),
}
"""By what happened."""
