"""A company that sells to companies: a platform, which is set up, and advice, month by month.

Its customers are companies, standard and enterprise, with one or two people each. The lives below
are those in which nothing is forgotten; most stories are one of them, cut off or with one thing
left out.
"""

from journeysync.sandbox.data.house import House, Letter
from journeysync.sandbox.data.timetable import Entry, Life, Plot, Timetable, When, line

PLATFORM, ADVISORY = "platform", "advisory"
ENTERPRISE = {"segment": "enterprise"}

LETTERS = {
    "answer": Letter("Your question to Northgate", "Here are two times for a talk."),
    "security": Letter("Security: our answers", "For IT, security and procurement."),
    "example": Letter("Somebody like you", "One example, one question."),
    "reference": Letter("A client to talk to", "They have had it for two years."),
    "welcome": Letter("Welcome to Northgate", "This is who looks after you from now on."),
    "sponsor": Letter("Your sponsor at Northgate", "Somebody whom your sponsor can call."),
    "set-up": Letter("Your set-up is complete", "Accounts, data, connections: all there."),
    "plan": Letter("Our plan of work", "Three goals, and the rhythm of our meetings."),
    "checklist": Letter("Your onboarding checklist", "What is done, and what is open."),
    "hello": Letter("Hello from customer success", "This is how you reach me."),
    "idea": Letter("One idea for you", "It came up when we looked at how you work."),
    "feedback": Letter("Your opinion, please", "One score, one question.", automatic=True),
    "thanks": Letter("Thank you for your answer", "We will tell you what becomes of it."),
    "review": Letter("Would you write a review?", "You were kind about us."),
    "acted": Letter("You said, we did", "What we changed because of you."),
    "renewal": Letter("Your renewal for next year", "What you reached, and the new terms."),
    "stayed": Letter("Thank you for staying", "And what we mean to do better."),
    "introduction": Letter("One introduction?", "Three lines to pass on."),
    "quiet": Letter("A number from your trade", "No question about buying.", automatic=True),
    "update": Letter("Somebody is on it", "You hear from us tomorrow."),
}

_ASKED = (
    line(0, "9:10", "enquired", by="form"),
    line(0, "10:30", "called", "first response", topic="About your question"),
)
_AGAIN = (
    line(5, "10:00", "wrote", "offered again", letter="example"),
    line(12, "10:00", "called", "offered again", topic="Shall we talk?"),
    line(19, "10:00", "wrote", "offered again", letter="example"),
)
_TALKED = (line(3, "10:00", "met", topic="First talk", vital=True),)


def _considered(solution: str, amount: int) -> Timetable:
    """Be judged a fit, say what is needed, get a proposal, and be asked about it."""
    return (
        line(4, "13:00", "judged", "judgement", fits=True, vital=True),
        line(4, "14:00", "opened", "judgement", deal=1, amount=amount, called=solution,
             solution=solution, sort="newbusiness", vital=True),
        line(7, "10:00", "noted", "needs", text="What they want to reach, in their words."),
        line(9, "11:00", "wrote", "security", letter="security"),
        line(11, "14:00", "deal_moved", "proposal", deal=1, stage="offered", vital=True),
        line(15, "10:00", "called", "proposal follow-up", topic="What is unclear?"),
        line(21, "11:00", "wrote", "reason to decide", letter="reference"),
    )  # fmt: skip


def _started(own: tuple[Entry, ...]) -> Timetable:
    """Sign, be welcomed, start, and be handed over; `own` is what the solution needs."""
    return (
        line(23, "14:00", "won", deal=1, ends=When(388, "0:00")),
        line(23, "15:00", "wrote", "welcome", letter="welcome"),
        line(30, "10:00", "met", "kick-off", topic="Kick-off"),
        line(36, "10:00", "wrote", "sponsor", letter="sponsor"),
        *own,
        line(49, "10:00", "wrote", "checklist", letter="checklist"),
        line(56, "10:00", "met", "hand-over", topic="Hand-over to customer success", vital=True),
    )


_SET_UP = (line(37, "10:00", "wrote", "set-up", letter="set-up"),)
_PLANNED = (line(31, "10:00", "wrote", "plan of work", letter="plan"),)
_KEPT = (
    line(58, "10:00", "wrote", "hello", letter="hello"),
    line(70, "10:00", "met", "adoption check", topic="Adoption check"),
    *(line(day, "10:00", "met", "review meeting", topic="Review") for day in (133, 210)),
    line(200, "10:00", "wrote", "idea", letter="idea"),
    line(203, "10:00", "wrote", "feedback", letter="feedback"),
    line(205, "12:00", "scored", score=9),
    line(206, "10:00", "wrote", "thanks", letter="thanks"),
    line(209, "10:00", "wrote", "review", letter="review"),
    line(218, "10:00", "wrote", "acted", letter="acted"),
    line(299, "10:00", "met", "renewal talk", topic="Renewal"),
    line(340, "10:00", "wrote", "renewal offer", letter="renewal"),
)
_STAYED = (
    line(369, "10:00", "opened", deal=2, amount=24_000, called="renewal", sort="renewal"),
    line(370, "10:00", "won", deal=2),
    line(371, "10:00", "wrote", "renewal thanks", letter="stayed"),
    line(383, "10:00", "wrote", "introduction", letter="introduction"),
    line(388, "10:00", "met", "review meeting", topic="Review"),
    line(390, "10:00", "wrote", "idea", letter="idea"),
    line(391, "10:00", "wrote", "feedback", letter="feedback"),
)
_SOLD_PLATFORM = (*_ASKED, *_TALKED, *_considered(PLATFORM, 24_000), *_started(_SET_UP))
_SOLD_ADVISORY = (*_ASKED, *_TALKED, *_considered(ADVISORY, 18_000), *_started(_PLANNED))
ON_PLATFORM = (*_SOLD_PLATFORM, *_KEPT, *_STAYED)
ADVISED = (*_SOLD_ADVISORY, *_KEPT, *_STAYED)
ASKED_ONLY = (*_ASKED, *_AGAIN, line(9, "14:00", "judged", fits=False))
DECLINED = (
    *_ASKED, *_TALKED, *_considered(PLATFORM, 24_000)[:-1],
    line(16, "15:00", "lost", deal=1, reason="Chose another"),
    line(18, "10:00", "wrote", "word after the no", letter="thanks"),
)  # fmt: skip
LEFT = (
    *_SOLD_PLATFORM, *_KEPT,
    line(369, "10:00", "opened", deal=2, amount=24_000, called="renewal", sort="renewal"),
    line(380, "10:00", "lost", deal=2, reason="Budget"),
    line(382, "10:00", "met", "exit talk", topic="Looking back"),
)  # fmt: skip
_HANDED_OVER = tuple(one for one in ON_PLATFORM if one.when < When(71, "0:00"))

PLOTS = (
    Plot("On the platform since summer, nothing forgotten.", -74, ON_PLATFORM),
    Plot("A client of more than a year: reviewed, asked, thanked, renewed.", -396, ON_PLATFORM),
    Plot("Enterprise, advised: security answered, sponsor named, plan of work sent.", -60,
         ADVISED, about=ENTERPRISE),
    Plot("Asked through the form on Tuesday; nobody has called.", -4,
         (line(1, "9:10", "enquired", by="form"),)),
    Plot("Enterprise, asked yesterday at noon; nobody has called within two hours.", -4,
         (line(3, "12:00", "enquired", by="form"),), about=ENTERPRISE),
    Plot("Was called once and then not asked again.", -11, ASKED_ONLY, until=8,
         without=("offered again",)),
    Plot("Talked to us two weeks ago; nobody has said yes or no.", -18, ON_PLATFORM, until=3),
    Plot("Is a good fit for two weeks; nobody wrote down what they need.", -18, ON_PLATFORM,
         until=10, without=("needs",)),
    Plot("Is a good fit for three weeks and still waits for the proposal.", -25, ON_PLATFORM,
         until=10),
    Plot("Has the proposal for two weeks; nobody has asked about it.", -25, ON_PLATFORM,
         until=11),
    Plot("Signed on Wednesday and has heard nothing since.", -25, ON_PLATFORM, until=23,
         without=("welcome",)),
    Plot("Signed two weeks ago; the kick-off has not been held.", -39, ON_PLATFORM,
         without=("kick-off", "set-up"), until=36),
    Plot("Signed three weeks ago; nothing says that the platform is ready.", -46, ON_PLATFORM,
         without=("set-up",)),
    Plot("Bought advice two weeks ago; there is no plan of work.", -39, ADVISED,
         without=("plan of work",)),
    Plot("Enterprise, a month on board; nobody of our management has said hello.", -53,
         ON_PLATFORM, without=("sponsor",), about=ENTERPRISE),
    Plot("Started five weeks ago; nobody has gone through the checklist.", -60, ON_PLATFORM,
         without=("checklist", "hand-over"), until=57),
    Plot("Started six weeks ago; nobody has handed them over.", -67, ON_PLATFORM, until=49),
    Plot("Was handed over last week; customer success has not said hello.", -67, ON_PLATFORM,
         without=("hello",)),
    Plot("Uses it for five weeks; nobody has looked how they get on.", -95, ON_PLATFORM,
         without=("adoption check",)),
    Plot("Opened a ticket on Wednesday; no answer.", -81,
         (*_HANDED_OVER, line(79, "9:30", "asked_help", ticket=1))),
    Plot("Their ticket was answered, and is open for more than a week.", -81,
         (*_HANDED_OVER, line(72, "9:30", "asked_help", ticket=1),
          line(72, "11:00", "wrote", letter="update"))),
    Plot("Gave 3 out of 10 on Wednesday; nobody has called.", -81,
         (*_HANDED_OVER, line(79, "12:00", "scored", score=3))),
    Plot("The contract ends in eight weeks; nobody has asked whether they stay.", -333,
         ON_PLATFORM, without=("renewal talk",)),
    Plot("The contract ends in four weeks; no offer has gone out.", -361, ON_PLATFORM, until=339),
    Plot("Renewed two weeks ago, and got an invoice.", -382, ON_PLATFORM, until=370),
    Plot("Decided against us last week; nobody thanked them or asked why.", -25, DECLINED,
         without=("word after the no",)),
    Plot("Ended the contract last week; nobody has talked to them.", -389, LEFT,
         without=("exit talk",)),
    Plot("A colleague at the client of more than a year: works with it, asked nothing.", -300,
         (line(0, "10:00", "imported"),), about={"firm": 1}),
)  # fmt: skip

LIVES = (
    Life(4, ON_PLATFORM), Life(2, ADVISED), Life(1, ON_PLATFORM, ENTERPRISE),
    Life(1, ADVISED, ENTERPRISE), Life(3, ASKED_ONLY), Life(2, DECLINED), Life(1, LEFT),
)  # fmt: skip

VENDOR = House(
    "Northgate Systems", "21 Northgate", "northgate.example", letters=LETTERS, plots=PLOTS,
    lives=LIVES, sells_to_companies=True,
)  # fmt: skip
