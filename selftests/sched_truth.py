#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs tasks that use the CPU in different ways; when they have ended, prints
what the kernel counted for each, one JSON object per line:

    {"pid": 12, "run_ns": 1, "wait_ns": 1, "voluntary": 1, "preempted": 1,
     "migrations": 1}

migrations is null if the kernel does not tell.
"""
import json
import os
import re
import sys


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
        job(*args)
        os._exit(0)
    return pid


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


def counts(pid):
    with open(f"/proc/{pid}/schedstat") as f:
        run_ns, wait_ns, _ = map(int, f.read().split())
    with open(f"/proc/{pid}/status") as f:
        status = f.read()
    sched = ""
    if os.path.exists(f"/proc/{pid}/sched"):
        with open(f"/proc/{pid}/sched") as f:
            sched = f.read()
    return {"pid": pid, "run_ns": run_ns, "wait_ns": wait_ns,
            "voluntary": field(status, "voluntary_ctxt_switches"),
            "preempted": field(status, "nonvoluntary_ctxt_switches"),
            "migrations": field(sched, r"se\.nr_migrations")}


def main():
    ask_pipe, answer_pipe = os.pipe(), os.pipe()
    pids = [start(stay), start(stay), start(spin), start(spin), start(yielder), start(hopper),
            start(ask, answer_pipe[0], ask_pipe[1])]
    answerer = start(answer, ask_pipe[0], answer_pipe[1])
    for pid in pids:
        await_off_cpu(pid)
    os.kill(answerer, 9)
    await_off_cpu(answerer)
    for pid in pids + [answerer]:
        json.dump(counts(pid), sys.stdout)
        print()


main()
