"""Asks the schedules of an installed Prefect 3.8 (with its croniter and dateutil) for dates.

    python make-golden.py expressions > cron-expressions.jsonl
    python make-golden.py dates > schedule-dates.jsonl

expressions: [expression, day_or, start, next six walls or null when invalid], in wall-clock seconds.
dates: [schedule, start, end, max, instants in microseconds], around the days when clocks change.

Left out on purpose: dates before the start (a stock server can give them in the hour that clocks show twice), rules
that take Python longer than a second, and what a stock server fails on.
"""

import calendar
import datetime as dt
import json
import random
import signal
import sys

from prefect._vendor.croniter import croniter
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

UTC = dt.timezone.utc
random.seed(20260103)
pick = random.choice

CHANGES = {
    "Europe/Berlin": [(2031, 3, 30), (2031, 10, 26)],
    "America/New_York": [(2031, 3, 9), (2031, 11, 2)],
    "Australia/Lord_Howe": [(2031, 4, 6), (2031, 10, 5)],
    "America/St_Johns": [(2031, 3, 9), (2031, 11, 2)],
    "America/Santiago": [(2031, 4, 6), (2031, 9, 7)],
    "Pacific/Chatham": [(2031, 4, 6), (2031, 9, 28)],
    "Asia/Kolkata": [(2031, 5, 5)],
    "UTC": [(2031, 1, 1)],
}


def micros(moment):
    moment = moment.astimezone(UTC)
    return calendar.timegm(moment.timetuple()) * 1_000_000 + moment.microsecond


# --- cron expressions ---------------------------------------------------------------------------------------------

RANGES = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7), (0, 59), (2024, 2040)]
DAYS = "sun mon tue wed thu fri sat".split()
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def item(index):
    low, high = RANGES[index]
    a, b = sorted((random.randint(low, high), random.randint(low, high)))
    step = random.randint(1, 9)
    usual = [str(a), str(b), f"{a}-{b}", f"{b}-{a}", f"*/{step}", f"{a}/{step}", f"{a}-{b}/{step}", "*"]
    special = {
        2: ["l", "L", "?", "31", "30", "l,15", "1-l"],
        3: [pick(MONTHS), f"{pick(MONTHS)}-{pick(MONTHS)}", f"{pick(MONTHS)}-{pick(MONTHS)}/{step}"],
        4: [pick(DAYS), f"{pick(DAYS)}-{pick(DAYS)}", f"l{random.randint(0, 7)}", f"{a}#{random.randint(0, 6)}", "mon-wed#2", "?", "FRI#1,TUE#3"],
    }
    broken = ["x", "-1", "1--2", "5-", "/5", "99", "1,", "*/", "*-5", "1-5-7", "*/0", "h"]
    kind = random.random()
    if kind < 0.02:
        return pick(broken)
    return pick(special[index]) if kind < 0.35 and index in special else pick(usual)


def field(index):
    return "*" if random.random() < 0.45 else ",".join(item(index) for _ in range(pick([1, 1, 1, 2, 3])))


def expressions():
    count = 0
    while count < 600:
        expression = " ".join(field(index) for index in range(pick([5, 5, 5, 5, 5, 6, 7])))
        if random.random() < 0.03:
            expression = pick(["@daily", "@hourly", "@WEEKLY", "@yearly", "@monthly", "@midnight", "@annually", "@reboot", "", "* * * *", "* * * * * * * *"])
        day_or = random.random() < 0.75
        start = dt.datetime(pick([2024, 2027, 2028, 2031]), random.randint(1, 12), random.randint(1, 28), random.randint(0, 23), random.randint(0, 59), pick([0, 13, 59]))
        walls = None
        try:
            if croniter.is_valid(expression):
                schedule = croniter(expression, start - dt.timedelta(seconds=1), day_or=day_or)
                walls = [calendar.timegm(schedule.get_next(dt.datetime).timetuple()) for _ in range(6)]
        except ValueError as error:
            if "find next date" in str(error):
                continue
        print(json.dumps([expression, day_or, calendar.timegm(start.timetuple()), walls]))
        count += 1


# --- schedules ----------------------------------------------------------------------------------------------------

WEEKDAYS = "MO TU WE TH FR SA SU".split()


def numbers(low, high, most=3):
    return ",".join(str(random.randint(low, high)) for _ in range(random.randint(1, most)))


def rule(frequency):
    parts = [f"FREQ={frequency}"]
    options = [
        (0.5, lambda: f"INTERVAL={pick([1, 2, 3, 5, 7, 13, 36])}"),
        (0.3, lambda: "BYMONTH=" + numbers(1, 12)),
        (0.2, lambda: f"BYMONTHDAY={random.randint(1, 31)},-{random.randint(1, 31)}"),
        (0.35, lambda: "BYDAY=" + ",".join((pick(["", "", "1", "2", "-1", "-2"]) if frequency in ("YEARLY", "MONTHLY") else "") + pick(WEEKDAYS) for _ in range(2))),
        (0.2 * (frequency == "YEARLY"), lambda: "BYYEARDAY=" + numbers(1, 366) + ",-1"),
        (0.2 * (frequency == "YEARLY"), lambda: "BYWEEKNO=" + numbers(1, 53) + pick(["", ",-1"])),
        (0.05 * (frequency in ("YEARLY", "DAILY")), lambda: "BYEASTER=" + pick(["0", "1,-2"])),
        (0.25, lambda: "BYHOUR=" + numbers(0, 23)),
        (0.25, lambda: "BYMINUTE=" + numbers(0, 59)),
        (0.2, lambda: "BYSECOND=" + numbers(0, 59)),
        (0.2 * (frequency != "SECONDLY"), lambda: "BYSETPOS=" + pick(["1", "-1", "1,-1", "2", "3,1", "-2"])),
        (0.2, lambda: "WKST=" + pick(WEEKDAYS)),
        (0.25, lambda: pick([f"COUNT={pick([1, 5, 30, 400])}", "UNTIL=20310331T000000", "UNTIL=20310329T020000", "UNTIL=20311101T000000"])),
    ]
    return ";".join(parts + [make() for chance, make in options if random.random() < chance])


def rules():
    frequency = pick("YEARLY MONTHLY WEEKLY DAILY HOURLY MINUTELY SECONDLY".split())
    is_long = frequency in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
    start = pick([2020, 2026, 2031]), random.randint(1, 12), random.randint(1, 28), random.randint(0, 23), random.randint(0, 59), pick([0, 0, 30])
    begin = "%04d%02d%02dT%02d%02d%02d" % start if is_long or frequency == "HOURLY" else pick(["20310301T000000", "20310328T013000", "20311024T000000"])
    lines = [] if is_long and random.random() < 0.15 else [f"DTSTART:{begin}"]
    lines.append("RRULE:" + rule(frequency))
    if is_long:
        lines += [f"RRULE:{rule('DAILY')}"] * (random.random() < 0.1) + [f"EXRULE:{rule('DAILY')}"] * (random.random() < 0.07)
    lines += ["RDATE:20310330T023000,20310329T100000"] * (random.random() < 0.12)
    lines += ["EXDATE:" + pick(["20310330T023000", "20310331T100000", "20311026T020000"])] * (random.random() < 0.12)
    return "\n".join(lines)


def cron():
    parts = [
        pick(["0", "30", "*/20", "15,45", "*", "59", "7"]),
        pick(["*", "2", "1,2,3", "*/6", "0", "3", "23", "0-4", "*/3"]),
        pick(["*", "*", "*", "1", "l", "*/10", "15-20"]),
        "*",
        pick(["*", "*", "*", "1-5", "sun", "mon#2", "l5"]),
        *pick([[], [], [], ["0"], ["0,30"]]),
    ]
    return " ".join(parts)


def schedule(zone):
    kind = random.randrange(3)
    if kind == 0:
        return CronSchedule, dict(cron=cron(), timezone=zone, day_or=random.random() < 0.8)
    if kind == 1:
        interval = pick([3600, 5400, 25200, 43200, 86399, 86400, 172800, 604800, 93784.5, 129600, 100000.25])
        anchor = pick(["2031-01-01T02:30:00.000000Z", "2020-06-15T21:15:30.250000Z", "2035-01-01T00:00:00.000000Z", "2030-12-31T23:59:59.000001Z", "2031-03-29T01:30:00.000000Z"])
        return IntervalSchedule, dict(interval=interval, anchor_date=anchor, timezone=zone)
    return RRuleSchedule, dict(rrule=rules(), timezone=zone)


class TooSlow(Exception):
    pass


def give_up(*_):
    raise TooSlow


def dates():
    signal.signal(signal.SIGALRM, give_up)
    count = 0
    while count < 600:
        zone = pick(list(CHANGES))
        start = dt.datetime(*pick(CHANGES[zone]), tzinfo=UTC)
        start += dt.timedelta(hours=random.randint(-60, 40), minutes=pick([0, 0, 7, 30, 59]), seconds=pick([0, 0, 13]), microseconds=pick([0, 0, 250000, 1]))
        end = start + dt.timedelta(days=pick([2, 5, 20, 400]))
        kind, parameters = schedule(zone)
        most = pick([1, 3, 8])
        try:
            signal.alarm(1)
            found = sorted(micros(date) for date in kind(**parameters)._get_dates_generator(most, start, end))
        except (TooSlow, ValueError, TypeError, OverflowError):
            continue
        finally:
            signal.alarm(0)
        skips = any(b - a > 3_600_000_000 for a, b in zip(found, found[1:])) and parameters.get("interval") == 3600
        if any(date < micros(start) for date in found) or skips or (not found and random.random() < 0.9):
            continue
        print(json.dumps([parameters, micros(start), micros(end), most, found]))
        count += 1


{"expressions": expressions, "dates": dates}[sys.argv[1]]()
