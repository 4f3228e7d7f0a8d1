# SPDX-License-Identifier: GPL-2.0
"""tracepoint_names.py TRUTH SEEN [numbers]: is each line of TRUTH (what one_of_each printed) in
SEEN, what another tool printed of the same events?

A line of SEEN is any text with "EVENT: FIELD=VALUE ..." in it, in that of "ipcprobe
script" with the task before it. Where TRUTH has FIELD=NAME/NUMBER, the name must
be seen, or with "numbers" the number; addresses then are not compared.
"""
import errno
import re
import sys


def as_number(value):
    """-11 for -EAGAIN"""
    number = getattr(errno, value[1:], None) if value.startswith("-E") else None
    return value if number is None else str(-number)


def seen_records(path):
    records = {}
    with open(path, errors="replace") as file:
        for line in file:
            line = re.sub(r"/(\d+) \[\d+\] \S+ (\w+): ", r" \2: tid=\1 ", line)
            found = re.search(r"(?:^|ipcprobe:|\s)(\w+):\s+(tid=.*)", line)
            if found:
                pairs = re.findall(r'(\w+)="?([^\s"]*)', found.group(2))
                record = {field: as_number(value) for field, value in pairs}
                records.setdefault(found.group(1), []).append(record)
    return records


def wanted(text, use_numbers):
    if re.fullmatch(r"[A-Za-z0-9_|]+/-?\d+", text):
        name, number = text.split("/")
        return number if use_numbers else name
    return text


def main():
    use_numbers = sys.argv[3:] == ["numbers"]
    records = seen_records(sys.argv[2])
    bad = events = 0
    with open(sys.argv[1]) as file:
        for line in file:
            event, *pairs = line.split()
            pairs = [pair.split("=", 1) for pair in pairs]
            want = {f: wanted(v, use_numbers) for f, v in pairs
                    if not (use_numbers and v.startswith("0x"))}
            events += 1
            if any(want.items() <= record.items() for record in records.get(event, [])):
                continue
            bad += 1
            print("not seen: %s %s" % (event, want))
            for record in records.get(event, [])[-5:]:
                print("    but %s" % record)
    print("%d of %d as expected" % (events - bad, events))
    sys.exit(1 if bad or not events else 0)


main()
