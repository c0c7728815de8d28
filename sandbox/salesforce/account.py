"""What an org says of itself: versions, resources, limits."""

from journeysync.sandbox.salesforce.answers import answer
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.wire import Answer

FIRST, LAST = 31, 67
_SEASONS = ("Winter", "Spring", "Summer")


def _label(version: int) -> str:
    """Versions come three a year: 67 is that of Summer '26."""
    year, season = divmod(version - 29, 3)
    return f"{_SEASONS[season]} '{14 + year:02d}"


def offered(version: str) -> bool:
    return version.endswith(".0") and FIRST <= int(version[:-2]) <= LAST


def versions() -> Answer:
    return answer(200, [
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(FIRST, LAST + 1)
    ])  # fmt: skip


def resources(call: Call) -> Answer:
    names = ("tooling", "composite", "query", "queryAll", "sobjects", "limits", "jobs")
    found = {name: f"{call.base()}/{name}" for name in names}
    number = next(iter(call.org.records["Organization"]))
    found["identity"] = f"https://login.salesforce.com/id/{number}/{call.org.user}"
    return answer(200, found)


def limits(call: Call, used: int) -> Answer:
    most = call.org.switches.daily_limit
    return answer(200, {
        "DailyApiRequests": {"Max": most, "Remaining": max(most - used, 0)},
        "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
        "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
        "DataStorageMB": {"Max": 10_240, "Remaining": 9_900},
    })  # fmt: skip
