#!/bin/bash
# ipcprobe sched: its figures agree with those of the kernel, perf and runqlat.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq python3
here=$(realpath "$(dirname "$0")")
load_module
cd "$work" || exit 1

# record NAME COMMAND...: record the command; no record is lost.
record() {
	ipcprobe record -e task,sched,pipe -m 32M -o "$1.data" -- "${@:2}" >"$1.out" 2>err &&
		grep -q ' 0 lost$' err && return
	cat err
	return 1
}

# true_of FILE FILTER...: each jq filter is true of the file.
true_of() {
	local file=$1 filter
	shift

	for filter; do
		jq -e "$filter" "$file" >/dev/null && continue
		echo "not true: $filter"
		head -c 2000 "$file"
		return 1
	done
}

# each_task CONDITION: the condition is true of each task's $kernel and $here.
each_task() {
	jq -n -e --slurpfile truth truth.out --slurpfile stat stat.json "
		[\$truth[] as \$kernel | \$stat[0].tasks[] | select(.task.tid == \$kernel.pid) |
			. as \$here | $1] | length == (\$truth | length) and all" >/dev/null && return
	echo "not true of each task: $1"
	jq -c 'del(.task.comm)' truth.out
	jq -c '.tasks[]' stat.json
	return 1
}

tasks_run() {
	record truth "$here/sched_truth.py"
	ipcprobe sched stat -J -i truth.data >stat.json
	true_of stat.json '.lost == [] and .figures == "exact"' \
		'.audits | .total == .agreed'
}

# shellcheck disable=SC2016 # jq's own
switches_agree() {
	each_task '$here.voluntary == $kernel.voluntary and $here.preempted == $kernel.preempted'
}

# shellcheck disable=SC2016
migrations_agree() {
	jq -s -e 'all(.migrations != null)' truth.out >/dev/null ||
		skip "the kernel has no CONFIG_SCHED_DEBUG"
	each_task '$here.migrations == $kernel.migrations'
}

# Run two tasks in a group of their own, from before they run to after they ended;
# print their ids and the group's microseconds.
cat >in_group.py <<'END'
import os, sys

def run(gate, until):
    os.read(gate, 1)
    while os.times().user < until:
        pass
    os._exit(0)

group, tasks = sys.argv[1], []
before = 0
for until in 0.3, 0.6:
    gate, opener = os.pipe()
    pid = os.fork() or run(gate, until)
    while open(f"/proc/{pid}/stat").read().rsplit(")")[1].split()[0] != "S":
        pass
    before += int(open(f"/proc/{pid}/schedstat").read().split()[0])
    with open(f"{group}/cgroup.procs", "w") as f:
        f.write(str(pid))
    tasks.append((pid, opener))
for pid, opener in tasks:
    os.write(opener, b"x")
for pid, opener in tasks:
    os.waitpid(pid, 0)
with open(f"{group}/cpu.stat") as f:
    usage = dict(line.split() for line in f)["usage_usec"]
print(*(pid for pid, opener in tasks), before // 1000 + int(usage))
END

group=/sys/fs/cgroup/sched_test

# The kernel charges the choice of the next task to that task, and the record of the
# switch is written after it: if a host takes the CPU away from its guest in between,
# the two disagree in that recording. What each task ran before it was in the group
# counts as the group's.
group_agrees() {
	local first second usage

	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || skip "no cgroup cpu controller"
	for _ in {1..10}; do
		mkdir "$group"
		record group python3 in_group.py "$group"
		rmdir "$group"
		read -r first second usage <group.out
		ipcprobe sched stat -J -i group.data | jq -e --argjson usage "$usage" \
			"[.tasks[] | select(.task.tid == $first or .task.tid == $second).run_ns] |
			length == 2 and (add / 1000 - \$usage | fabs) <= 0.01 * \$usage" && return
		ipcprobe sched stat -J -i group.data | jq -c ".tasks[] | [.task.tid, .run_ns]"
		cat group.out
	done
	return 1
}

# CPU 1 is offline for half a second; print between which times, in ns.
cat >offline.py <<'END'
import time

def put(text):
    before = time.monotonic_ns()
    with open("/sys/devices/system/cpu/cpu1/online", "w") as f:
        f.write(text)
    return before, time.monotonic_ns()

begin, down = put("0")
time.sleep(0.5)
up, end = put("1")
print(up - down, end - begin)
END

# Time offline counts neither as idle nor as a queue of length 0: offline.json has
# exactly as much less than CPU 0's time.
offline_agrees() {
	local least most view

	[ -e /sys/devices/system/cpu/cpu1/online ] || skip "CPU 1 cannot be taken offline"
	record offline python3 offline.py
	read -r least most <offline.out
	ipcprobe sched stat -J -i offline.data >offline.json
	cat offline.out
	jq -c '.cpus[]' offline.json
	jq -e --argjson least "$least" --argjson most "$most" '.cpus | (.[0] | .busy_ns + .idle_ns) as $all |
		.[0].offline_ns == 0 and (.[1] | .offline_ns >= $least and .offline_ns <= $most and
			((.busy_ns + .idle_ns + .offline_ns) / $all | . > 0.999 and . < 1.001) and
			((.known_ns + .offline_ns) / $all | . > 0.999 and . < 1.001))' offline.json
	for view in "sched stat" runq; do
		# shellcheck disable=SC2086 # two words
		ipcprobe $view -i offline.data >offline.text
		grep OFFLINE offline.text
	done
	ipcprobe runq -i group.data >group.text
	fails grep OFFLINE group.text
}

# shellcheck disable=SC2016
objects_fit() {
	true_of stat.json '[.blocked[] | select(.object.type == "pipe")] | length >= 2'
}

# The sums agree to the nanosecond: time blocked is given to tasks and to objects in
# one place.
# shellcheck disable=SC2016
objects_add_up() {
	true_of stat.json '(.blocked | group_by(.task.tid) |
		map({ key: "\(.[0].task.tid)", value: (map(.blocked_ns) | add) }) | from_entries) as $objects |
		[.tasks[] | ([.blocked_ns[]] | add // 0) == ($objects["\(.task.tid)"] // 0)] | all' \
		'[.tasks[].blocked_ns.pipe // 0] | add > 0'
}

# The view's own output is among the lines.
shows_pipe() {
	ipcprobe sched timehist --precise -J -- "$here/sched_truth.py" >precise.out
	jq -s -e '[.[] | select(.object != null and .object.type == "pipe")] | length > 10' precise.out
}

# perf sched record takes sched_waking, which perf sched latency does not use: so
# record sched_wakeup.
perf_events=(-e sched:sched_switch -e sched:sched_wakeup -e sched:sched_wakeup_new
	-e sched:sched_migrate_task -e sched:sched_process_fork)

# Print PID DELAYS MEAN-MS.
perf_delays() {
	perf sched latency -p -i perf.data 2>/dev/null |
		sed -n 's/^ *[^:]*:\([0-9]*\) *|[^|]*| *\([0-9]*\) | avg: *\([0-9.]*\) ms.*/\1 \2 \3/p' | sort
}

# PID NR: delays after the task was preempted inside the kernel: perf takes that
# (state R+) for sleep, and counts the delay after it only if the task was woken
# meanwhile.
unseen_delays() {
	ipcprobe script -J -e rq_switch,rq_wakeup -i latency.data |
		jq -r '[.event, .tid, .fields.next, .fields.preempt] | @tsv' | awk -F '\t' '
		$1 == "rq_wakeup" { is_unseen[$2] = 0; next }
		{ nr[$3] += is_unseen[$3]; is_unseen[$3] = 0; is_unseen[$2] = $4 == 1 }
		END { for (tid in nr) print tid, nr[tid] }' | sort
}

# Print PID DELAYS MEAN-MS and how many of the delays perf does not count.
our_delays() {
	ipcprobe sched latency -J -i latency.data |
		jq -r '.rows[] | "\(.task.tid) \(.latency.count) \(.latency.mean_ns / 1e6)"' | sort |
		join - <(unseen_delays)
}

# The lengths are not compared: for perf a wake-up's delay begins when the task is on
# its queue, not at the waker's call, and a host may take the CPU away in between.
perf_agrees() {
	command -v perf >/dev/null || skip "perf is not installed"
	perf record -q -a -c 1 -o perf.data "${perf_events[@]}" -- \
		ipcprobe record -e task,sched -m 32M -o latency.data -- "$here/sched_truth.py" >truth.out ||
		skip "perf cannot record here"
	join <(perf_delays) <(our_delays) | join - <(jq .pid truth.out | sort) >both
	awk -v wanted="$(wc -l <truth.out)" '
		$2 != $4 - $6 { bad = 1 }
		END { exit bad || NR != wanted }' both && return
	cat both
	return 1
}

# of_bpf MAP: "THREAD NUMBER" for each thread of the load
of_bpf() {
	sed -n "s/^@$1\[\([0-9]*\)\]: /\1 /p" bpf.out | sort | join - <(jq .pid truth.out | sort)
}

# As many delays, to the last one. A time begins and ends at the same tracepoint as
# here, a handler earlier or later, and a host may take the CPU away in between.
bpf_agrees() {
	local command

	command -v bpftrace >/dev/null || skip "bpftrace is not installed"
	[ -e /sys/kernel/btf/vmlinux ] || skip "the kernel has no BTF"
	command="ipcprobe record -e task,sched -m 32M -o bpf.data -- $here/sched_truth.py"
	BPFTRACE_MAP_KEYS_MAX=65536 bpftrace -o bpf.out -c "$command" "$here/offcpu.bt" >truth.out ||
		{ cat bpf.out; return 1; }
	ipcprobe sched latency -J -i bpf.data | jq -r '.rows[] |
		"\(.task.tid) \(.latency.count)"' | sort >bpf.delays
	ipcprobe sched timehist -J -i bpf.data | jq -r 'select(.event == "switch") |
		"\(.task.tid) \(.wait_ns)"' | awk '{ off[$1] += $2 }
		END { for (tid in off) printf "%d %.0f\n", tid, off[tid] }' | sort >bpf.off
	join <(of_bpf delays) bpf.delays | join - <(of_bpf off) | join - bpf.off >both
	awk -v wanted="$(jq -s length truth.out)" '
		{ bpf += $4; ours += $5 }
		$2 != $3 { bad = 1 }
		END { off = bpf > ours ? bpf - ours : ours - bpf
			exit bad || NR != wanted || off > bpf / 50 }' both && return
	echo "of $(jq -s length truth.out): thread, delays by bpftrace and here, time off the CPU by bpftrace and here:"
	cat both
	return 1
}

prove "tasks of all kinds are recorded without loss, and every audit agrees" tasks_run
prove "switches are exactly those of /proc/PID/status" switches_agree
prove "migrations are exactly those of /proc/PID/sched" migrations_agree
prove "the time of a control group's tasks is that of its cpu.stat within 1 %" group_agrees
prove "a CPU's offline time is right, and is no idle time" offline_agrees
prove "the pipes that tasks blocked on are named" objects_fit
prove "the time that each blocked is that of its objects" objects_add_up
prove "a command that is run shows which pipe its parts wait for" shows_pipe
on 6.12 prove "delays are as many as perf sched latency has them" perf_agrees
on "6.1 7.2" prove "delays and times off the CPU are those that runqlat and offcputime count" bpf_agrees
prove_end
