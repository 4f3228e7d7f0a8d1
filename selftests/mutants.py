#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Would the tests fail if the code were wrong?  In a copy of the tree one operator,
constant or call is changed at a time; the tests of that part must fail then.

    selftests/mutants.py [-n MOST] [-s SEED] [-k KERNEL] [FILE...]

Of tools/ the host tests are run, of module/ a guest test on KERNEL.  Prints each
change that no test noticed, and the number of all.  Exit status 1: there were such.
"""
import argparse
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

FILES = ["tools/model/sched/*.c", "tools/watch/*.c"]
HOST_TESTS = ["model_sched_test", "model_queue_test", "model_loss_test", "model_throttle_test",
              "model_delay_test", "model_pick_test", "sched_fold_test",
              "sched_figures_test", "timeline_test", "explain_text_test", "lifeline_test",
              "view_runq_test", "view_sched_test", "view_explain_test", "svg_test"]
GUEST_TEST = "hook_sched_test"
TIMEOUT_S = 120         # of one test: a mutation may make it loop
GUEST_TIMEOUT_S = 600

# pattern, and its replacement
CHANGES = [
    (r" == ", " != "), (r" != ", " == "), (r" <= ", " < "), (r" >= ", " > "),
    (r" < ", " <= "), (r" > ", " >= "), (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ ", " - "), (r" - ", " + "), (r" \+= ", " -= "), (r" -= ", " += "),
    (r" & ", " | "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"!(?=[a-z(])", ""),
    (r"\+\+", "--"), (r"\bcontinue;", ";"), (r"\bbreak;", ";"),
    (r"(?<=[ (])\d+(?=[;,) ])", None),          # a number is increased by one
    (r"(?<=\t)[a-z_]+\([^;{}]*\);$", ";"),      # a call whose result is not used
]


def mask(text):
    """The text with comments, strings and preprocessor lines blanked, as long as before."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    text = re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])*\'', blank, text)
    return re.sub(r"^#[^\n]*(\\\n[^\n]*)*", blank, text, flags=re.M)


def mutants_of(path):
    """(path, begin, end, new text) of each change that can be made."""
    with open(path, encoding="utf-8") as file:
        code = mask(file.read())
    for pattern, new in CHANGES:
        for match in re.finditer(pattern, code, re.M):
            changed = str(int(match.group(0)) + 1) if new is None else new
            yield path, match.start(), match.end(), changed


def run(command, tree, timeout_s):
    """Did it succeed?  None: it took too long."""
    try:
        return subprocess.run(command, cwd=tree, timeout=timeout_s, check=False,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return None


def host_fate(tree):
    if not run(["make", "-s", "-C", "tools", "libipcprobe.a"], tree, None):
        return "not compiled"
    tests = ["host/" + test for test in HOST_TESTS]
    if not run(["make", "-s", "-j2", "-C", "selftests"] + tests, tree, None):
        return "not compiled"
    for test in tests:
        if not run(["./" + test], tree + "/selftests", TIMEOUT_S):
            return "killed"
    return "survived"


def guest_fate(tree, kernel):
    if not run(["selftests/vm/modules.sh", kernel], tree, None):
        return "not compiled"
    command = f"cd selftests; ./guest.sh ./{GUEST_TEST}"
    if run(["selftests/vm/run.sh", "-n", "-k", kernel, "-s", "2", "-t", str(GUEST_TIMEOUT_S),
            "--", command], tree, None):
        return "survived"
    return "killed"


def describe(original, begin, end, new):
    line = original.count("\n", 0, begin) + 1
    whole = original.split("\n")[line - 1].strip()
    return f"{line}: '{original[begin:end].strip()}' -> '{new.strip()}' in: {whole}"


def try_mutant(tree, mutant, kernel):
    """What became of it."""
    path, begin, end, new = mutant
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        original = file.read()
    with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
        file.write(original[:begin] + new + original[end:])
    fate = guest_fate(tree, kernel) if path.startswith("module/") else host_fate(tree)
    with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
        file.write(original)
    if fate == "survived":
        print(f"{path}:{describe(original, begin, end, new)}", flush=True)
    return fate


def parse():
    parser = argparse.ArgumentParser(description="Would the tests fail if the code were wrong?")
    parser.add_argument("-n", type=int, default=0, metavar="MOST", help="try so many (default: all)")
    parser.add_argument("-s", type=int, default=1, metavar="SEED", help="of the choice of them")
    parser.add_argument("-k", default="6.12", metavar="KERNEL", help="of the guest")
    parser.add_argument("file", nargs="*", help="default: the scheduler's analysis")
    return parser.parse_args()


def main():
    opts = parse()
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    files = opts.file or sorted(sum((glob.glob(pattern) for pattern in FILES), []))
    mutants = [mutant for path in files for mutant in mutants_of(path)]
    random.Random(opts.s).shuffle(mutants)
    if opts.n:
        mutants = mutants[:opts.n]
    fates = {"killed": 0, "survived": 0, "not compiled": 0}
    with tempfile.TemporaryDirectory() as room:
        tree = os.path.join(room, "tree")
        shutil.copytree(".", tree, symlinks=True,
                        ignore=shutil.ignore_patterns(".git", "build", "found"))
        for number, mutant in enumerate(mutants, 1):
            fates[try_mutant(tree, mutant, opts.k)] += 1
            if sys.stderr.isatty():
                print(f"\r{number} of {len(mutants)}, {fates['survived']} survived",
                      end="", file=sys.stderr, flush=True)
    print(f"{len(mutants)} mutants: {fates['killed']} killed, {fates['survived']} survived, "
          f"{fates['not compiled']} not compiled")
    return 1 if fates["survived"] else 0


sys.exit(main())
