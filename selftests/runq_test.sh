#!/bin/bash
# ipcprobe runq: each audit agrees with the kernel's nr_running, under load, with
# tasks pinned and not; and its figures of tasks are right.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe hackbench stress-ng jq python3 taskset
load_module
cd "$work" || exit 1

true_of() {
	local name=$1 filter
	shift

	for filter; do
		jq -e "$filter" "$name.json" >/dev/null && continue
		echo "not true: $filter"
		jq -c '.audits, .lost, (.cpus[] | del(.length_ns)), .tasks[:5][]' "$name.json"
		return 1
	done
}

# load NAME COMMAND...: record the command; the queues are known throughout.
load() {
	local name=$1
	shift

	ipcprobe record -e sched -m 32M -o "$name.data" -- "$@" >/dev/null 2>err || { cat err; return 1; }
	grep -q ' 0 lost$' err || { cat err; return 1; }
	ipcprobe runq -J -i "$name.data" >"$name.json"
	true_of "$name" \
		'[.audits.checks[] | .failed == 0] | all' \
		'.lost == [] and .figures == "exact"' \
		'[.cpus[] | .known_share > 0.5] | all' \
		'.audits | .queues_compared > 0 and .queues_same == .queues_compared' \
		'.audits.failures == []'
}

# audits_agree NAME LEAST: there are at least so many audits, and all agree.
audits_agree() {
	[ -e /sys/kernel/btf/vmlinux ] || skip "the kernel has no BTF"
	true_of "$1" \
		".audits | .total >= $2 and .agreed == .total and .disagreements == []" \
		'[.cpus[] | .audits_agreed == .audits] | all' \
		'([.cpus[].audits] | add) == .audits.total'
}

# agree NAME LEAST COMMAND...: record the command and check its audits.
agree() {
	load "$1" "${@:3}"
	audits_agree "$1" "$2"
}

loads() {
	agree hackbench 300 hackbench -p -g 2 -f 4 -l 500
}

# The figures of one CPU are consistent. (The CPU may be idle for a while with a task
# on its queue, before it leaves the halt.)
# shellcheck disable=SC2016 # jq's own
figures_fit() {
	true_of hackbench \
		'[.cpus[] | (.length_ns | add) as $all | ($all - .known_ns) | fabs < 2] | all' \
		'[.cpus[] | ([.length_ns | to_entries[] | .key * .value] | add) / .known_ns - .mean_length |
			fabs < 0.01] | all' \
		'[.cpus[] | .max_length + 1 == (.length_ns | length)] | all' \
		'[.cpus[] | (.busy_ns + .idle_ns - .known_ns) | fabs < 2] | all'
}

# A CPU is busy without a task only between the dequeue of its last task and the
# switch. It is enough that one recording shows it: a host may take the CPU from its
# guest in between.
busy_with_tasks() {
	local attempt

	for attempt in {1..10}; do
		[ "$attempt" = 1 ] || loads
		true_of hackbench \
			'[.cpus[] | (.length_ns[0] - .idle_ns) / .known_ns < 0.05] | all' && return
	done
	return 1
}

tasks_fit() {
	true_of hackbench \
		'[.tasks[] | select(.latency.count > 0) | .latency |
			.p50_ns <= .p99_ns and .mean_ns <= .max_ns] | all' \
		'([.tasks[].run_ns] | add) <= (.until_ns - .from_ns) * (.cpus | length)' \
		'([.tasks[].run_ns] | add) >= ([.cpus[].busy_ns] | add) * 0.95' \
		'([.tasks[] | .voluntary + .preempted] | add) <= ([.cpus[].switches] | add)'
}

# shellcheck disable=SC2016 # for the inner shell
pinned_spinners() {
	load pinned sh -c '
		for n in 1 2 3; do
			taskset -c 1 sh -c "i=0; while [ \$i -lt 20000 ]; do i=\$((i + 1)); done" &
		done
		wait'
	true_of pinned '.cpus[] | select(.cpu == 1) | .max_length >= 3 and .length_ns[3] > 0'
	audits_agree pinned 20
}

at_an_instant() {
	local middle

	middle=$(jq '(.from_ns + .until_ns) / 2 | floor / 1e9 * 1e6 | floor / 1e6' pinned.json)
	ipcprobe runq -J --at "@$middle" -i pinned.data >at.json
	# a task that has left its queue runs on until the switch
	jq -e '[.cpus[] | .known and .unnamed == 0 and (.length == (.members | length) or
		.length + 1 == (.members | length) and ([.members[].state] | any(. == "running")))] |
		all' at.json || { cat at.json; return 1; }
	jq -e '[.cpus[] | [.members[] | select(.state == "running")] | length <= 1] | all' at.json
	ipcprobe runq --map --width 60 -i pinned.data >map
	[ -s map ]
}

# The tooltips add up to each CPU's busy time; waits are those of queues.
picture_agrees() {
	ipcprobe runq --svg "$1.svg" -i "$1.data"
	python3 - "$1.svg" "$1.json" <<-'END'
		import json, re, sys, xml.etree.ElementTree as tree
		busy, waits = {}, 0
		for title in tree.parse(sys.argv[1]).iter("{http://www.w3.org/2000/svg}title"):
		    bar = re.fullmatch(r".* ran on CPU (\d+): ([\d.]+) to ([\d.]+) s, .*", title.text)
		    mixed = re.fullmatch(r"CPU (\d+): ([\d.]+) to ([\d.]+) s, (.*)", title.text)
		    waits += bool(re.search(r" queued on CPU \d+: ", title.text))
		    if bar or mixed:
		        cpu, begin, end = (bar or mixed).groups()[:3]
		        free = re.findall(r"(?:idle|unknown) ([\d.]+) %", mixed[4]) if mixed else []
		        share = 1 - sum(map(float, free)) / 100
		        busy[int(cpu)] = busy.get(int(cpu), 0) + share * (float(end) - float(begin))
		for cpu in json.load(open(sys.argv[2]))["cpus"]:
		    drawn, printed = busy.get(cpu["cpu"], 0), cpu["busy_ns"] / 1e9
		    print("CPU", cpu["cpu"], "busy:", drawn, "s drawn,", printed, "s printed")
		    assert abs(drawn - printed) < 0.001 * printed + 1e-6
		assert waits
	END
}

# The same for each task, in the picture of tasks: running, and asleep or blocked.
tasks_agree() {
	ipcprobe sched map --svg "$1-tasks.svg" -i "$1.data"
	ipcprobe sched stat -J --top 0 -i "$1.data" >"$1-stat.json"
	python3 - "$1-tasks.svg" "$1-stat.json" <<-'END'
		import json, re, sys, xml.etree.ElementTree as tree
		kinds = {"ran": "run_ns", "queued": "queued_ns", "asleep": "asleep", "blocked": "asleep"}
		drawn, marks = {}, 0
		for title in tree.parse(sys.argv[1]).iter("{http://www.w3.org/2000/svg}title"):
		    marks += title.text.startswith("woken ")
		    one = re.fullmatch(r".*?(\d+) (ran|queued|asleep|blocked)\b.*: ([\d.]+) to ([\d.]+) s, .*", title.text)
		    mixed = re.fullmatch(r".*?(\d+): ([\d.]+) to ([\d.]+) s, [^,]*, (.*)", title.text)
		    if one:
		        parts = [(one[1], one[2], float(one[4]) - float(one[3]))]
		    elif mixed:
		        time = float(mixed[3]) - float(mixed[2])
		        parts = [(mixed[1], kind, float(share) / 100 * time) for kind, share in
		                 re.findall(r"(ran|queued|asleep|blocked) ([\d.]+) %", mixed[4])]
		    else:
		        continue
		    for tid, kind, time in parts:
		        key = int(tid), kinds[kind]
		        drawn[key] = drawn.get(key, 0) + time
		printed = {}
		for task in json.load(open(sys.argv[2]))["tasks"]:
		    task["asleep"] = task["asleep_ns"] + task["delayed_ns"]
		    printed[task["task"]["tid"]] = task
		for (tid, kind), time in drawn.items():
		    if tid not in printed:  # a task that only slept has no row there
		        assert kind == "asleep", f"{tid} {kind} is drawn and not printed"
		        continue
		    print(tid, kind, time, "s drawn,", printed[tid][kind] / 1e9, "s printed")
		    assert abs(time - printed[tid][kind] / 1e9) < 0.01 * time + 1e-4
		assert len(drawn) >= 20 and marks
	END
}

tasks_pictures_agree() {
	tasks_agree hackbench
	tasks_agree pinned
}

pictures_agree() {
	picture_agrees hackbench
	picture_agrees pinned
}

stop_before() {
	fails ipcprobe runq --at 1000000 -i pinned.data
}

prove "all audits agree under hackbench -p" loads
prove "each CPU's figures fit one another" figures_fit
prove "no CPU is busy with an empty queue" busy_with_tasks
prove "the tasks' figures fit them" tasks_fit
# The least number of audits only proves that there was something to audit: since 6.12
# a task that sleeps and wakes soon may never leave its queue.
prove "all audits agree under stress-ng --switch" \
	agree switch 500 stress-ng --switch 4 --switch-ops 2000 -q
on 6.12 prove "all audits agree under hackbench, pinned to one CPU" \
	agree pinned1 100 taskset -c 0 hackbench -p -g 1 -f 2 -l 50
on 6.1 prove "all audits agree under stress-ng --switch, pinned to two CPUs" \
	agree switch2 200 stress-ng --switch 3 --switch-ops 1000 --taskset 0,1 -q
prove "three spinners pinned to CPU 1 are a queue of three there" pinned_spinners
prove "every member of every queue has a name at an instant" at_an_instant
prove "the pictures' bars add up to the CPUs' busy time" pictures_agree
prove "the rows of the pictures of tasks add up to what each task did" tasks_pictures_agree
prove "an instant that was not recorded is refused" stop_before
prove_end
