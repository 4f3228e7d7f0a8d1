#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sched_sums.py TRUTH STAT LATENCY SWITCHES [NS]: what sched_truth.py printed of each
task, compared with ipcprobe's `sched stat -J`, `sched latency -J` and
`script -J -e rq_switch` of the same run.  Prints both; exit status 1: a task's runs
differ, or its time on a CPU or its time waiting by more than NS for each run.

The kernel counts otherwise where
 * a task is throttled: for it, that is waiting, too;
 * a task is preempted inside the kernel on its way to sleep (state R+): it neither
   waits nor begins a run then, for the kernel.
"""
import json
import sys


def lines(name):
    with open(name, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def not_counted(switches):
    """Of each task the runs and the nanoseconds waited that the kernel does not count."""
    since, spared = {}, {}
    for switch in switches:
        fields, ts_ns = switch["fields"], switch["ts_ns"]
        if fields["preempt"] and fields["prev_state"]:
            since[switch["tid"]] = ts_ns
        if fields["next"] in since:
            runs, wait_ns = spared.get(fields["next"], (0, 0))
            spared[fields["next"]] = runs + 1, wait_ns + ts_ns - since.pop(fields["next"])
    return spared


def main():
    truth, stat, latency, switches = map(lines, sys.argv[1:5])
    limit_ns = int(sys.argv[5]) if len(sys.argv) > 5 else None
    spared = not_counted(switches)
    tasks = {task["task"]["tid"]: task for task in stat[0]["tasks"]}
    rows = {row["task"]["tid"]: row for row in latency[0]["rows"]}
    bad = not truth
    for kernel in truth:
        pid = kernel["pid"]
        spared_runs, spared_ns = spared.get(pid, (0, 0))
        runs = rows[pid]["switches"] - spared_runs
        run_ns = tasks[pid]["run_ns"]
        wait_ns = tasks[pid]["queued_ns"] + tasks[pid]["throttled_ns"] - spared_ns
        off_ns = max(abs(run_ns - kernel["run_ns"]), abs(wait_ns - kernel["wait_ns"]))
        differs = runs != kernel["runs"] or limit_ns and off_ns > limit_ns * (runs + 1)
        bad = bad or differs
        print(f"{kernel['job']}[{pid}]: kernel {kernel['runs']} runs, {kernel['run_ns']} ns, waited "
              f"{kernel['wait_ns']} ns; here {runs} ({spared_runs} not counted), {run_ns} ns, "
              f"{wait_ns} ns: {off_ns / (runs + 1):.0f} ns for each run{' DIFFERS' * bool(differs)}")
    return 1 if bad else 0


sys.exit(main())
