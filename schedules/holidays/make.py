#!/usr/bin/env python3
"""Makes a file of a country's public holidays for `lamplighter holidays import`.

    python3 schedules/holidays/make.py KR 2026 2028

writes `kr.ics` beside this script: the public holidays of South Korea (country code ISO 3166-1) from 2026 to 2028. A part
of a country is named by its code after a hyphen (`US-CA`, `DE-BY`) and gives `us-ca.ics`.

The dates come from the PyPI package `holidays`, in the version below; it is installed under `target/`, and nothing else
is. The same package, country and years give the same bytes.
"""

import hashlib
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.109"
HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent.parent / "target" / f"holidays-{VERSION}"
NOTICE = (
    "Dates and names: Python package holidays {version} (https://pypi.org/project/holidays/), MIT licence, "
    "Copyright (c) Vacanza Team and individual contributors, dr-prodigy and ryanss. "
    "Public holidays of {place}, {first} to {last}. Made by schedules/holidays/make.py {place} {first} {last}; "
    "make it anew when a temporary holiday is announced."
)


def main() -> int:
    arguments = re.fullmatch(r"([A-Za-z]{2}(?:-[A-Za-z0-9]{1,6})?) (\d{4}) (\d{4})", " ".join(sys.argv[1:]))
    if not arguments or arguments[2] > arguments[3]:
        print("usage: make.py COUNTRY[-PART] FIRST_YEAR LAST_YEAR, such as: make.py KR 2026 2028", file=sys.stderr)
        return 2
    place, first, last = arguments[1].upper(), int(arguments[2]), int(arguments[3])
    try:
        import holidays
    except ImportError:
        holidays = None
    if holidays is None or holidays.__version__ != VERSION:
        return again_with_the_package()
    path = HERE / f"{place.lower()}.ics"
    try:
        text = calendar(holidays, place, first, last)
    except NotImplementedError as error:
        print(f"holidays {VERSION} does not know {place}: {error}", file=sys.stderr)
        return 1
    if b"BEGIN:VEVENT" not in text:
        print(f"holidays {VERSION} knows no holiday of {place} from {first} to {last}; nothing was written", file=sys.stderr)
        return 1
    path.write_bytes(text)
    print(f"wrote {path.name}")
    return 0


def again_with_the_package() -> int:
    """Runs this script in an environment of its own that has the package."""
    if Path(sys.prefix).resolve() == TOOLS.resolve():
        print(f"holidays {VERSION} could not be installed in {TOOLS}", file=sys.stderr)
        return 1
    python = TOOLS / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(TOOLS, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"holidays=={VERSION}"], check=True)
    return subprocess.run([python, __file__, *sys.argv[1:]], check=False).returncode


def calendar(holidays, place: str, first: int, last: int) -> bytes:
    country, _, part = place.partition("-")
    # A year more: New Year's Day may be observed in the year before.
    names = holidays.country_holidays(country, subdiv=part or None, years=range(first, last + 2), language="en_US")
    notice = NOTICE.format(version=VERSION, place=place, first=first, last=last)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Lamplighter//schedules/holidays/make.py//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:Public holidays of {place}",
        f"X-WR-CALDESC:{escaped(notice)}",
    ]
    for date in sorted(date for date in names if first <= date.year <= last):
        for name in sorted(set(names.get_list(date))):
            uid = hashlib.sha256(f"{place} {date} {name}".encode()).hexdigest()[:32]
            lines += [
                "BEGIN:VEVENT",
                f"UID:{uid}@lamplighter",
                # RFC 5545 wants to know when the event was made; the same moment for all, so that a new file of the
                # same dates is the same file.
                f"DTSTAMP:{first}0101T000000Z",
                f"DTSTART;VALUE=DATE:{date:%Y%m%d}",
                "DURATION:P1D",
                f"SUMMARY:{escaped(name)}",
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines).encode()


def escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text)


def folded(line: str) -> str:
    """Lines of at most 75 bytes, as RFC 5545 asks for."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])


if __name__ == "__main__":
    sys.exit(main())
