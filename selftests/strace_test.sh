#!/bin/bash
# Calls and bytes per process and kind of call are those of strace. Both look at the
# same run, so they must agree exactly.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe strace python3 zstd git
load_module
cd "$work" || exit 1

cat >compare.py <<'END'
"""compare.py STRACE-LOG CALLS.json: print what differs, or how much agrees."""
import collections, json, os, re, sys

CALLS = """read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2
    sendfile copy_file_range splice tee vmsplice""".split()
LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
BEGIN = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
REST = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
FD = re.compile(r"\d+<((?:[^<>]|<[^<>]*>)*)>")

def whole_lines(path):
    begun = {}
    for line in open(path, errors="replace"):
        line = line.rstrip("\n")
        if m := BEGIN.match(line):
            begun[m[1]] = f"{m[1]} {m[2]}({m[3]}"
        elif m := REST.match(line):
            yield begun.pop(m[1], "") + m[3]
        else:
            yield line
    # A call that did not return before its task ended.
    for line in begun.values():
        yield line + ") = ?"

def kind(call, args):
    """What ipcprobe shows it under, or None if the call is none of its business."""
    kinds = []
    for name in FD.findall(args)[:2 if call in CALLS[10:14] else 1]:
        name = name.removesuffix(" (deleted)").removesuffix("(deleted)")
        if name.startswith("pipe:["):
            kinds.append("pipe")
        elif name.startswith("/"):
            mode = os.stat(name).st_mode & 0o170000 if os.path.exists(name) else 0o100000
            kinds.append({0o100000: "file", 0o010000: "FIFO"}.get(mode))
        else:
            kinds.append(None)
    for known in "pipe", "FIFO", "file":
        if known in kinds:
            return known

def from_strace(path):
    seen = collections.defaultdict(lambda: [0, 0, 0])
    for line in whole_lines(path):
        m = LINE.match(line)
        if not m or m[2] not in CALLS:
            continue
        on = kind(m[2], m[3])
        if not on:
            continue
        entry = seen[int(m[1]), m[2], on]
        ret = -1 if m[4] == "?" else int(m[4])
        entry[0] += 1
        entry[1] += ret < 0
        entry[2] += max(ret, 0)
    return seen

def from_ipcprobe(path, pids):
    return {(c["process"]["pid"], c["call"], c["on"]): [c["calls"], c["errors"], c["bytes"]]
            for c in json.load(open(path))["calls"] if c["process"]["pid"] in pids}

def pids_of(path):
    return {int(line.split()[0]) for line in open(path, errors="replace")}

truth = from_strace(sys.argv[1])
ours = from_ipcprobe(sys.argv[2], pids_of(sys.argv[1]))
different = [key for key in truth.keys() | ours.keys() if truth.get(key) != ours.get(key)]
for key in sorted(different):
    print(*key, "strace:", truth.get(key), "ipcprobe:", ours.get(key))
print(len(truth), "kinds of", sum(entry[0] for entry in truth.values()), "calls")
sys.exit(bool(different) or not truth)
END

calls=read,write,readv,writev,pread64,pwrite64,preadv,pwritev,preadv2,pwritev2
calls+=,sendfile,copy_file_range,splice,tee,vmsplice

agree() {
	# The status of the command itself does not matter here.
	ipcprobe record -e task,pipe,file -m 8M -o data -- \
		strace -f -y -o log -e "trace=$calls" -e signal=none "$@" 2>err >/dev/null || true
	grep -q ' 0 lost$' err || { cat err; return 1; }
	ipcprobe copies --calls -J -i data >calls.json
	python3 compare.py log calls.json
}

head -c 3000000 /dev/urandom >big.bin
mkdir tree
cp /usr/include/linux/a*.h tree/

cat >calls.py <<'END'
import os
fd = os.open("many", os.O_RDWR | os.O_CREAT)
r, w = os.pipe()
for n in range(1, 200):
    os.write(fd, bytes(n))
    os.pwrite(fd, bytes(n), 10 * n)
    os.pread(fd, 3 * n, n)
    os.writev(w, [bytes(n), bytes(7)])
    os.readv(r, [bytearray(n), bytearray(7)])
    os.pwritev(fd, [bytes(n), b"x"], 5)
    os.preadv(fd, [bytearray(n)], 5)
os.lseek(fd, 0, os.SEEK_SET)
os.set_blocking(r, False)
for n in range(20):
    try:
        os.read(r, 10)
    except BlockingIOError:
        pass
os.sendfile(w, fd, 0, 5000)
out = os.open("out", os.O_RDWR | os.O_CREAT)
os.splice(r, out, 3000)
os.sendfile(out, fd, 0, 700)
os.copy_file_range(fd, out, 900, 0, 100)
END

on 6.1 prove "cat | tee | wc" agree sh -c 'cat big.bin | tee copy.bin | wc -c'
on 6.12 prove "tar | gzip" agree sh -c 'tar c tree | gzip | wc -c'
on 7.2 prove "sort | uniq | head: with SIGPIPE" agree sh -c 'od -v big.bin | head -n 1000 | sort | uniq -c | head -n 2'
on 6.12 prove "dd with every size" agree sh -c \
	'dd if=big.bin bs=777 count=500 | dd bs=1000 iflag=fullblock | dd of=out oflag=append conv=notrunc'
on 6.1 prove "cp" agree cp big.bin copy2.bin
on 7.2 prove "a FIFO" agree sh -c 'mkfifo fifo; cat big.bin >fifo & cat fifo >out'
prove "every kind of call" agree python3 calls.py
prove_end
