#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sched_group.py GROUP CPU...: for each CPU a task, on it and in the control group GROUP
from before it runs to after it ended, that uses the CPU for 0.2 s.  Prints, as JSON, the
tasks' numbers and the group's cpu.stat.
"""
import json
import os
import sys


def run(gate, cpu):
    os.sched_setaffinity(0, {cpu})
    os.read(gate, 1)
    while os.times().user < 0.2:
        pass
    os._exit(0)


def main():
    group, tasks = sys.argv[1], []
    for cpu in map(int, sys.argv[2:]):
        gate, opener = os.pipe()
        pid = os.fork() or run(gate, cpu)
        with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(pid))
        tasks.append((pid, opener))
    for _, opener in tasks:
        os.write(opener, b"x")
    failed = [pid for pid, _ in tasks if os.waitpid(pid, 0)[1]]
    with open(f"{group}/cpu.stat", encoding="ascii") as file:
        stat = {name: int(value) for name, value in map(str.split, file)}
    print(json.dumps({"pids": [pid for pid, _ in tasks], "stat": stat}))
    return 1 if failed else 0


sys.exit(main())
