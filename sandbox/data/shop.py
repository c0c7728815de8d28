"""A shop for people who like coffee: questions, carts, orders, parcels, and customers who return.

A cup costs less than lunch, a roaster as much as a car: the price decides how long people think.
The lives below are those in which nothing is forgotten; most stories are one of them, cut off or
with one thing left out.
"""

from journeysync.sandbox.data.house import House, Letter
from journeysync.sandbox.data.timetable import Life, Plot, Timetable, When, later, line

PRODUCTS = (
    (30, "Cup", "CUP-1", "18.00"),
    (31, "Beans, one kilo", "BEAN-1", "26.00"),
    (32, "Hand grinder", "GRIND-1", "64.00"),
    (33, "Espresso machine", "MACH-1", "1150.00"),
)
CUP, BEANS, GRINDER, MACHINE = (one[0] for one in PRODUCTS)
ROASTER, MONTHLY = 6_400, 24

LETTERS = {
    "answer": Letter("Your question to Copper & Bean", "This is the one we would take."),
    "anything-open": Letter("Did that help?", "Is anything still open?"),
    "order": Letter("Thank you for your order", "It will be there within a week.", automatic=True),
    "arrived": Letter("Is everything whole?", "And do you know how to begin?"),
    "feedback": Letter("Your feedback, please", "One score, one question.", automatic=True),
    "thanks": Letter("Thank you for your answer", "We read every word of it."),
    "review": Letter("Would you write a review?", "We are glad that you like it."),
    "goes-well": Letter("This goes well with it", "One thing, not the whole list."),
    "cart": Letter("Your cart is still here", "Fresh coffee tomorrow; one question?"),
    "news": Letter("New beans from Huila", "They taste of plums."),
    "monthly": Letter("Monthly beans?", "They come by themselves and cost less."),
    "special": Letter("An offer for you alone", "First choice of the new harvest."),
    "friend": Letter("Do you know a friend who likes coffee?", "Both of you get a bag."),
    "back": Letter("May we ask you something?", "What would bring you back?"),
    "year": Letter("A year together", "Thank you."),
    "welcome": Letter("Welcome to our list", "Recipes, no noise.", automatic=True),
    "newsletter": Letter("Copper & Bean newsletter", "What is new.", automatic=True),
    "this-month": Letter("Thank you: your beans of this month", "From Sidama.", automatic=True),
}

_ASKED = (
    line(0, "9:10", "enquired", by="form"),
    line(0, "10:30", "wrote", "answer", letter="answer"),
)
_WAITED = (line(3, "10:00", "wrote", "word after the answer", letter="anything-open"),)


def _bought(day: int, order: int, *items: tuple[int, int]) -> Timetable:
    """Buy on a Tuesday, and be looked after until the next time."""
    return later(
        day,
        (
            line(0, "10:00", "bought", order=order, items=items, promised=When(6, "17:00")),
            line(0, "10:05", "wrote", "thanks for the order", letter="order"),
            line(1, "15:00", "sent", "parcel", order=order, vital=True),
            line(2, "11:00", "arrived", "arrival", order=order, vital=True),
            line(6, "10:00", "wrote", "arrival check", letter="arrived"),
            line(9, "10:00", "wrote", "feedback", letter="feedback"),
            line(16, "10:00", "wrote", "add-on", letter="goes-well"),
        ),
    )


_ANSWERED = (
    line(11, "12:00", "scored", score=9),
    line(14, "10:00", "wrote", "thanks", letter="thanks"),
    line(16, "10:00", "wrote", "review", letter="review"),
)
_INVITED = (
    line(45, "10:00", "wrote", "invitation", letter="news"),
    line(106, "10:00", "wrote", "invitation", letter="news"),
    line(167, "10:00", "wrote", "invitation", letter="news"),
    line(285, "10:00", "wrote", "win-back", letter="back"),
    line(360, "10:00", "wrote", "year", letter="year"),
    line(380, "10:00", "wrote", "win-back", letter="back"),
)
FIRST = (*_ASKED, *_bought(1, 1, (CUP, 2)), *_ANSWERED)
ONCE = (*FIRST, *_INVITED)
REGULAR = (
    *FIRST,
    *_bought(43, 2, (BEANS, 1), (CUP, 1)),
    line(50, "10:00", "wrote", "monthly", letter="monthly"),
    *_bought(85, 3, (BEANS, 2)),
    line(92, "10:00", "wrote", "special offer", letter="special"),
    line(99, "10:00", "wrote", "friend", letter="friend"),
    *later(84, _INVITED[:3]),
)
LOOKED = (*_ASKED, *_WAITED)
LEFT_CART = (
    line(1, "19:30", "carted", order=1, items=((GRINDER, 1),)),
    line(2, "9:00", "wrote", "cart", letter="cart"),
    line(4, "10:00", "wrote", "cart", letter="anything-open"),
)
_MONTHS = range(33, 400, 30)
MONTHLY_BEANS = (
    line(3, "10:00", "subscribed", amount=MONTHLY),
    line(3, "10:05", "wrote", "thanks for the order", letter="order"),
    line(10, "10:00", "wrote", "feedback", letter="feedback"),
    *(line(day, "10:00", "renewed", amount=MONTHLY) for day in _MONTHS),
    *(line(day, "15:00", "wrote", "this month", letter="this-month") for day in _MONTHS),
)
BIG_CART = (
    *_ASKED,
    line(0, "11:00", "carted", order=1, items=((MACHINE, 1),)),
    line(0, "15:00", "wrote", letter="cart"),
    line(2, "10:00", "called", "big cart", topic="What is open about the machine?"),
)
ROASTERY = (
    *_ASKED,
    line(1, "10:00", "opened", deal=1, amount=ROASTER, called="roaster"),
    line(2, "14:00", "called", topic="Which roaster fits?"),
    line(4, "11:00", "deal_moved", deal=1, stage="offered"),
    line(9, "10:00", "called", "offer follow-up", topic="What is open about the roaster?"),
)
_UNTIL_ARRIVED = tuple(one for one in FIRST if one.when < When(11, "12:00"))
_UNTIL_LOVED = tuple(one for one in REGULAR if one.care not in {"special offer", "friend"})

PLOTS = (
    Plot("Asked, bought, was looked after, and is invited again from time to time.", -67, ONCE),
    Plot("Three orders, known by name, asked to tell a friend.", -109, REGULAR),
    Plot("Asked on Monday, was answered, and was asked whether that helped.", -4, LOOKED),
    Plot("Left a cart, was written to, and thinks it over.", -4, LEFT_CART),
    Plot("Asked through the form on Tuesday; no answer.", -4, later(1, _ASKED),
         without=("answer",)),
    Plot("Left a cart on Tuesday; nobody wrote.", -4, LEFT_CART, without=("cart",)),
    Plot("Left a cart with a machine; got a mail, but nobody has called.", -4, BIG_CART,
         without=("big cart",)),
    Plot("Has the offer for a roaster for two weeks; nobody has asked about it.", -18, ROASTERY,
         without=("offer follow-up",)),
    Plot("Bought on Tuesday and was not thanked.", -4, FIRST,
         without=("thanks for the order",)),
    Plot("Paid on Tuesday; the parcel has not left.", -4, FIRST, until=1,
         without=("parcel",)),
    Plot("Was promised the parcel by Monday; it is late, and nobody said so.", -11, FIRST,
         until=2),
    Plot("The card was refused on Tuesday; nobody told them.", -4,
         (*_ASKED, line(1, "10:00", "refused", order=1, items=((BEANS, 1),)))),
    Plot("Bought a machine on Tuesday; nobody has written a card.", -4,
         (*_ASKED, *_bought(1, 1, (MACHINE, 1)))),
    Plot("Has had the parcel for a week; nobody has asked whether all is well.", -11, FIRST,
         until=9, without=("arrival check",)),
    Plot("Has drunk from the cups for three weeks; nobody has asked how they like them.", -25,
         (*_ASKED, *_bought(1, 1, (CUP, 2))), without=("feedback",)),
    Plot("Gave 3 out of 10 on Wednesday; nobody has called.", -18,
         (*_UNTIL_ARRIVED, line(16, "12:00", "scored", score=3))),
    Plot("Wants to send something back since Monday; no answer.", -18,
         (*_UNTIL_ARRIVED, line(14, "10:00", "returned", order=1))),
    Plot("Got all the money back on Monday, without a word.", -18,
         (*_UNTIL_ARRIVED, line(14, "10:00", "refunded", order=1))),
    Plot("Gets beans every month; the last renewal came without a word.", -67, MONTHLY_BEANS,
         without=("this month",)),
    Plot("The third order two weeks ago; nobody has noticed how loyal they are.", -102,
         _UNTIL_LOVED),
    Plot("Is whom the shop is made for, joined the list a week ago; nobody said hello.", -11,
         (line(4, "10:00", "joined"),), about={"segment": "ideal"}),
    Plot("Has a care plan that ends in ten days; nobody has spoken about it.", -60,
         (line(0, "10:00", "imported"), line(0, "10:01", "plan_ends", ends=When(70, "0:00")))),
    Plot("Nine months without a sign of life; nobody asked what would bring them back.", -298,
         FIRST, until=10),
    Plot("A year without a sign of life; nobody asked what would bring them back.", -389, FIRST,
         until=10),
)  # fmt: skip

LIVES = (Life(5, ONCE), Life(4, REGULAR), Life(3, LOOKED), Life(2, LEFT_CART),
         Life(1, MONTHLY_BEANS), Life(1, BIG_CART))  # fmt: skip

SHOP = House(
    "Copper & Bean", "9 Harbour Row", "copperbean.example", products=PRODUCTS, letters=LETTERS,
    plots=PLOTS, lives=LIVES,
)  # fmt: skip
