#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sched_truth.py [all]: runs tasks that use the CPU in different ways, with "all" also
real-time and deadline ones; when they have ended, prints
what the kernel counted for each, one JSON object per line:

    {"pid": 12, "job": "spin", "run_ns": 1, "wait_ns": 1, "runs": 1, "voluntary": 1,
     "preempted": 1, "migrations": 1}

migrations is null if the kernel does not tell.
"""
import ctypes
import json
import os
import re
import struct
import sys
import time

SYS_SCHED_SETATTR = 314     # on x86-64
SCHED_DEADLINE = 6
MS = 1000000


def spin(n=500000):
    for i in range(n):
        i * i


def yielder():
    for _ in range(60):
        spin(5000)
        os.sched_yield()


def hopper():
    cpus = sorted(os.sched_getaffinity(0))
    for i in range(12):
        os.sched_setaffinity(0, {cpus[i % len(cpus)]})
        spin(50000)


def stay():
    os.sched_setaffinity(0, {0})
    spin()


def doze():
    for _ in range(40):
        spin(3000)
        time.sleep(0.001)


def urgent():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    doze()


def in_turn():
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    spin(200000)


def set_deadline(runtime_ns, period_ns):
    attr = struct.pack("IIQiIQQQ", 48, SCHED_DEADLINE, 0, 0, 0, runtime_ns, period_ns, period_ns)
    if ctypes.CDLL(None, use_errno=True).syscall(SYS_SCHED_SETATTR, 0, attr, 0):
        raise OSError(ctypes.get_errno(), "SCHED_DEADLINE")


def due():
    """Uses up its runtime several times."""
    set_deadline(2 * MS, 20 * MS)
    while time.process_time() < 0.02:
        spin(1000)


def due_and_done():
    """Gives the rest of its runtime away."""
    set_deadline(3 * MS, 10 * MS)
    for _ in range(10):
        spin(2000)
        os.sched_yield()
        time.sleep(0.001)


def answer(source, sink):
    while os.read(source, 1):
        spin(3000)
        os.write(sink, b"x")


def ask(source, sink):
    for _ in range(100):
        os.write(sink, b"x")
        os.read(source, 1)
        spin(3000)


def start(job, *args):
    pid = os.fork()
    if not pid:
        try:
            job(*args)
        except BaseException as error:  # never return into the parent's code
            print(job.__name__, error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return job.__name__, pid


def await_off_cpu(pid):
    """A zombie tells its last switch only when it is done."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    while True:
        with open(f"/proc/{pid}/syscall") as f:
            if f.read() != "running\n":
                return


def field(text, name):
    found = re.search(rf"^{name}\s*:\s*(\d+)", text, re.M)
    return int(found.group(1)) if found else None


def counts(job, pid):
    with open(f"/proc/{pid}/schedstat") as f:
        run_ns, wait_ns, runs = map(int, f.read().split())
    with open(f"/proc/{pid}/status") as f:
        status = f.read()
    sched = ""
    if os.path.exists(f"/proc/{pid}/sched"):
        with open(f"/proc/{pid}/sched") as f:
            sched = f.read()
    return {"pid": pid, "job": job, "run_ns": run_ns, "wait_ns": wait_ns, "runs": runs,
            "voluntary": field(status, "voluntary_ctxt_switches"),
            "preempted": field(status, "nonvoluntary_ctxt_switches"),
            "migrations": field(sched, r"se\.nr_migrations")}


def main():
    ask_pipe, answer_pipe = os.pipe(), os.pipe()
    tasks = [start(stay), start(stay), start(spin), start(spin), start(yielder), start(hopper),
             start(ask, answer_pipe[0], ask_pipe[1])]
    if sys.argv[1:] == ["all"]:
        tasks += map(start, [doze, urgent, in_turn, in_turn, due, due_and_done])
    answerer = start(answer, ask_pipe[0], answer_pipe[1])
    for _, pid in tasks:
        await_off_cpu(pid)
    os.kill(answerer[1], 9)
    await_off_cpu(answerer[1])
    for job, pid in tasks + [answerer]:
        json.dump(counts(job, pid), sys.stdout)
        print()


main()
