# SPDX-License-Identifier: GPL-2.0
"""pages.py A B: the truth for address_space_test.sh, read without ipcprobe.

Prints, as JSON, how many bytes of page frames both processes have mapped, how
many one only, and how many of those have further mappings; the page of zeros
and what the kernel does not count (VM_PFNMAP, or nowhere mapped as it says)
left out.
"""
import json
import struct
import sys

PAGE = 4096
NOPAGE, ZERO = 1 << 20, 1 << 24


def numbers(file, first, count):
    file.seek(first * 8)
    data = file.read(count * 8)
    return struct.unpack("<%dQ" % (len(data) // 8), data)


def frames(pid):
    found = {}
    raw = None
    with open("/proc/%s/smaps" % pid) as smaps:
        regions = []
        for line in smaps:
            word = line.split()[0]
            if "-" in word:
                start, end = (int(x, 16) for x in word.split("-"))
                regions.append([start, end, False])
            elif word == "VmFlags:":
                regions[-1][2] = " pf" in line
    with open("/proc/%s/pagemap" % pid, "rb", 0) as pagemap:
        for start, end, raw in regions:
            if raw or start >= 1 << 63:
                continue
            for entry in numbers(pagemap, start // PAGE, (end - start) // PAGE):
                if entry >> 63:
                    frame = entry & (1 << 55) - 1
                    found[frame] = found.get(frame, 0) + 1
    return found


def main():
    sets = [frames(pid) for pid in sys.argv[1:3]]
    flags = open("/proc/kpageflags", "rb", 0)
    counts = open("/proc/kpagecount", "rb", 0)
    out = {"together": 0, "a": 0, "b": 0, "others": 0}
    for frame in set(sets[0]) | set(sets[1]):
        if numbers(flags, frame, 1)[0] & (NOPAGE | ZERO):
            continue
        count = numbers(counts, frame, 1)[0]
        if not count:
            continue
        entries = [s.get(frame, 0) for s in sets]
        who = "together" if all(entries) else "a" if entries[0] else "b"
        out[who] += PAGE
        if count > sum(entries):
            out["others"] += PAGE
    print(json.dumps(out))


main()
