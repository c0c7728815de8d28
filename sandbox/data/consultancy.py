"""A consultancy: people ask, talk, choose, are prepared, pay a deposit, are served, pay the rest.

The project below is one in which nothing is forgotten; most stories are it, cut off or with one
thing left out.
"""

from journeysync.sandbox.data.house import House, Letter
from journeysync.sandbox.data.timetable import Life, Plot, When, later, line

DISCOVERY, CONSULT, WORKSHOP = range(3)
SERVICES = (("Discovery call", 30, 0), ("Onboarding consult", 60, 0), ("Workshop", 180, 1_200))
DEPOSIT, REST = 1_200, 3_600

LETTERS = {
    "answer": Letter("Your question to Larkfield & Hale", "Here is how we work, and two times."),
    "invitation": Letter("Shall we find a time to talk?", "Thursday or Friday would suit us."),
    "summary": Letter("What we took from our call", "This is what we understood."),
    "welcome": Letter("Welcome to Larkfield & Hale", "We are glad that you chose us."),
    "questionnaire": Letter("A short questionnaire", "Ten questions, so that we can prepare."),
    "plan": Letter("Your plan, on one page", "Who does what, and until when."),
    "receipt": Letter("Your dates are kept", "Your deposit has arrived.", automatic=True),
    "reminder": Letter("A reminder of our appointment", "We look forward to it.", automatic=True),
    "moved": Letter("Your new time", "It is noted.", automatic=True),
    "check-in": Letter("Did it go well?", "Is anything unclear after our day together?"),
    "paid": Letter("Thank you for the payment", "It has arrived."),
    "feedback": Letter("Your feedback on our work", "One score, one question.", automatic=True),
    "thanks": Letter("Thank you for your answer", "We read every word of it."),
    "review": Letter("Would you recommend us?", "You were kind about our work."),
    "idea": Letter("An idea for you", "We thought of you when we read this."),
}

_ASKED = (
    line(0, "9:10", "enquired", by="form"),
    line(0, "10:30", "wrote", "answer", letter="answer"),
)
_INVITED = (
    line(4, "10:00", "called", "invitation", topic="Is anything still open?"),
    line(11, "10:00", "wrote", "invitation", letter="invitation"),
    line(18, "10:00", "called", "invitation", topic="Shall we leave it at that?"),
)
_BOOKED = (
    line(1, "11:00", "booked", visit=1, starts=When(3, "10:00"), service=DISCOVERY, by="page"),
    line(1, "15:00", "wrote", "reminder", letter="reminder", channel="sms"),
)
_TALKED = (
    line(3, "10:40", "ended", visit=1, outcome="COMPLETED"),
    line(3, "11:30", "opened", deal=1, amount=DEPOSIT + REST, called="project", vital=True),
    line(3, "15:00", "wrote", "summary", letter="summary"),
    line(4, "15:00", "deal_moved", "offer", deal=1, stage="offered", vital=True),
)
_CHOSEN = (
    line(8, "10:00", "called", "offer follow-up", topic="Is anything open about the offer?"),
    line(9, "14:00", "deal_moved", deal=1, stage="agreed"),
    line(9, "15:00", "wrote", "welcome", letter="welcome"),
)
_CONSULTED = (
    line(9, "15:30", "booked", "consult", visit=2, starts=When(15, "10:00"), service=CONSULT,
         by="desk", vital=True),
    line(9, "16:00", "wrote", "questionnaire", letter="questionnaire"),
    line(11, "10:00", "wrote", "reminder", letter="reminder", channel="sms"),
    line(11, "12:00", "filled_in", "answers"),
    line(15, "11:10", "ended", visit=2, outcome="COMPLETED"),
    line(16, "10:00", "wrote", "plan", letter="plan"),
)  # fmt: skip
_DEPOSIT_PAID = (
    line(16, "11:00", "invoiced", "deposit", invoice=1, amount=DEPOSIT, deposit=True, deal=1,
         vital=True),
    line(18, "12:00", "settled", invoice=1, deposit=True, deal=1),
    line(18, "15:00", "wrote", "receipt", letter="receipt"),
    line(18, "15:30", "booked", "first date", visit=3, starts=When(25, "10:00"),
         service=WORKSHOP, by="desk", vital=True),
)  # fmt: skip
_SERVED = (
    line(23, "10:00", "wrote", "last reminder", letter="reminder", channel="sms"),
    line(25, "13:10", "ended", visit=3, outcome="COMPLETED"),
    line(28, "10:00", "wrote", "check-in", letter="check-in"),
)
_BILLED = (
    line(30, "11:00", "invoiced", "final invoice", invoice=2, amount=REST, deal=1, vital=True),
    line(39, "11:00", "settled", invoice=2, deal=1),
    line(42, "10:00", "wrote", "thanks for paying", letter="paid"),
)
_FOLLOWED_UP = (
    line(43, "10:00", "wrote", "feedback", letter="feedback"),
    line(44, "12:00", "scored", score=9),
    line(45, "10:00", "wrote", "thanks", letter="thanks"),
    line(46, "10:00", "wrote", "review", letter="review"),
    line(65, "11:00", "called", "follow-up call", topic="What became of it?"),
    *(line(day, "10:00", "wrote", "idea", letter="idea") for day in (115, 206, 297, 388)),
)
PROJECT = (
    *_ASKED, *_BOOKED, *_TALKED, *_CHOSEN, *_CONSULTED, *_DEPOSIT_PAID, *_SERVED, *_BILLED,
    *_FOLLOWED_UP,
)  # fmt: skip
ASKED_ONLY = (*_ASKED, *_INVITED)
DECLINED = (
    *_ASKED, *_BOOKED, *_TALKED, _CHOSEN[0],
    line(10, "12:00", "lost", deal=1, reason="Too expensive"),
)  # fmt: skip
STAYED_AWAY = (
    *_ASKED, *_BOOKED,
    line(3, "10:40", "ended", visit=1, outcome="NO_SHOW"),
    line(3, "14:00", "called", "no-show care", topic="Is everything all right?"),
)  # fmt: skip
MOVED = (
    *_ASKED, *_BOOKED,
    line(1, "15:30", "moved", visit=1, starts=When(10, "10:00")),
    line(1, "16:00", "wrote", "moved", letter="moved", channel="sms"),
    line(8, "10:00", "wrote", "second reminder", letter="reminder", channel="sms"),
    *later(7, (*_TALKED, *_CHOSEN, *_CONSULTED, *_DEPOSIT_PAID, *_SERVED, *_BILLED)),
    *later(7, _FOLLOWED_UP),
)  # fmt: skip
PREPAID = (
    *_ASKED, *_BOOKED, *_TALKED, *_CHOSEN,
    line(9, "15:30", "booked", visit=2, starts=When(15, "10:00"), service=CONSULT, by="page",
         paid=DEPOSIT),
    line(9, "16:00", "wrote", "questionnaire", letter="questionnaire"),
    line(10, "10:00", "wrote", "receipt", letter="receipt"),
    line(11, "10:00", "booked", "first date", visit=3, starts=When(25, "10:00"),
         service=WORKSHOP, by="desk", vital=True),
    *_CONSULTED[2:], *_SERVED, *_BILLED, *_FOLLOWED_UP,
)  # fmt: skip
_UNTIL_PAID = tuple(one for one in PROJECT if one.when <= When(18, "12:00"))
_UNTIL_ASKED = tuple(one for one in PROJECT if one.when < When(44, "12:00"))

PLOTS = (
    Plot("A whole project, nothing forgotten, down to the call a month later.", -67, PROJECT),
    Plot("In the middle of a project: the workshop is today, everything kept.", -25, PROJECT),
    Plot("Moved the discovery call, was told the new time, and has the offer.", -18, MOVED,
         until=11),
    Plot("Paid the deposit when booking the consult, which was on Tuesday.", -18, PREPAID),
    Plot("Said no, after a call, an offer and a talk about it.", -18, DECLINED),
    Plot("Asked through the form on Monday; no answer.", -4, _ASKED, until=3,
         without=("answer",)),
    Plot("Was answered and then never asked again.", -11, ASKED_ONLY, without=("invitation",)),
    Plot("Did not come to the discovery call; nobody asked why.", -11, STAYED_AWAY,
         without=("no-show care",)),
    Plot("Moved the discovery call; nobody confirmed the new time.", -4, MOVED,
         without=("moved",)),
    Plot("Talked to us last week and still waits for the offer.", -11, PROJECT, until=3),
    Plot("Has the offer for two weeks; nobody has asked what they think.", -18, PROJECT,
         until=4),
    Plot("Chose us on Wednesday and was not thanked.", -11, PROJECT, without=("welcome",)),
    Plot("Chose us last week; no onboarding consult is in the diary.", -18, PROJECT, until=9,
         without=("consult", "questionnaire")),
    Plot("Booked the consult and got no questionnaire.", -11, PROJECT,
         without=("questionnaire", "answers")),
    Plot("Was at the consult on Tuesday; what was agreed is nowhere in writing.", -18, PROJECT,
         without=("plan",)),
    Plot("Was at the consult on Tuesday; no deposit has been asked for.", -18, PROJECT, until=16,
         without=("deposit",)),
    Plot("Has not paid the deposit; nobody reminded them.", -25, PROJECT, until=16),
    Plot("Paid the deposit a week ago and has heard nothing.", -25,
         (*_UNTIL_PAID, line(18, "15:30", "booked", visit=3, starts=When(36, "10:00"),
                             service=WORKSHOP, by="desk"))),
    Plot("Paid the deposit two weeks ago; no date is in the diary.", -32, PROJECT, until=18,
         without=("first date",)),
    Plot("Comes to the workshop this morning; nobody has reminded them.", -25, PROJECT,
         without=("last reminder",)),
    Plot("Had the workshop a week ago; nobody has asked how it was.", -32, PROJECT,
         without=("check-in",)),
    Plot("Had the workshop two weeks ago; no final invoice has gone out.", -39, PROJECT,
         until=28),
    Plot("Owes the final invoice since last week; nobody wrote.", -53, PROJECT, until=30),
    Plot("Paid last week and was not thanked.", -46, PROJECT, until=41),
    Plot("Paid two weeks ago and was not asked what they think.", -53, PROJECT, until=42),
    Plot("Gave 3 out of 10 on Wednesday; nobody has called.", -46,
         (*_UNTIL_ASKED, line(44, "12:00", "scored", score=3))),
    Plot("Was served in summer; nobody has asked what became of it.", -81, PROJECT,
         without=("follow-up call",)),
    Plot("A year without a sign of life; nobody asked what would bring them back.", -431,
         PROJECT, until=46),
)  # fmt: skip

LIVES = (Life(6, PROJECT), Life(2, ASKED_ONLY), Life(2, DECLINED), Life(1, STAYED_AWAY),
         Life(1, MOVED), Life(2, PREPAID))  # fmt: skip

CONSULTANCY = House(
    "Larkfield & Hale", "3 Market Yard", "larkfield.example", SERVICES, letters=LETTERS,
    plots=PLOTS, lives=LIVES,
)  # fmt: skip
