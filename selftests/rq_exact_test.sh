#!/bin/bash
# Run queues are exact: under loads of each kind, each change of a queue's length
# results in the kernel's length, no task runs without a switch to it, and switches
# and migrations are those that the kernel counts.
#
# For each load a line "# NAME: N audits, N agreed, N lost" is printed, see
# rq_matrix.sh. RQ_LOADS: run only loads whose names match this regular expression.
# shellcheck disable=SC2317,SC2016 # prove calls the functions; jq's own
. "$(dirname "$0")/tap.sh"
need ipcprobe cyclictest hackbench stress-ng jq
here=$(realpath "$(dirname "$0")")
PATH=$here:$PATH
load_module
cd "$work" || exit 1
exec 3>&1
cpus=$(nproc)
classes=task,sched

true_of() {
	local file=$1 filter
	shift

	for filter; do
		jq -e "$filter" "$file" >/dev/null && continue
		echo "not true: $filter"
		jq -c '(.audits | del(.disagreements, .failures)), .audits.disagreements[:4], .audits.failures[:4][], .lost, (.cpus[] | del(.length_ns))' "$file"
		return 1
	done
}

# record NAME COMMAND...: write the run queues to NAME.runq, and what each task did to
# NAME.stat; the kernel's counts are in NAME.truth.
record() {
	local name=$1 lost status=0
	shift

	ipcprobe record -e "$classes" -m 16M -o "$name.data" -- \
		rq_truth "$name.truth" "$@" >"$name.out" 2>"$name.err" || status=$?
	lost=$(sed -n 's/.* \([0-9]*\) lost$/\1/p' "$name.err")
	ipcprobe runq -J -i "$name.data" >"$name.runq"
	ipcprobe sched stat -J -i "$name.data" >"$name.stat"
	jq -r --arg name "$name" --arg lost "$lost" '.audits |
		"# \($name): \(.total) audits, \(.agreed) agreed, \($lost) lost"' "$name.runq" >&3
	[ "$status" = 0 ] && [ "$lost" = 0 ] && return
	tail -n 20 "$name.out" "$name.err"
	return 1
}

# queues_agree NAME LEAST: there are at least so many audits, and all agree.
queues_agree() {
	true_of "$1.runq" \
		'.lost == [] and .figures == "exact"' \
		'[.audits.checks[] | .failed == 0] | all' \
		".audits | .queues_compared >= 2 * $cpus and .queues_same == .queues_compared"
	[ -e /sys/kernel/btf/vmlinux ] || return 0
	true_of "$1.runq" \
		".audits | .total >= $2 and .agreed == .total and .disagreements == []" \
		'[.cpus[] | .audits_agreed == .audits] | all'
}

# Each member of a queue at the end of the recording has a name. (A task that has left
# its queue runs on until the switch.)
members_named() {
	local end

	end=$(jq '.until_ns / 1e9 * 1e6 | floor / 1e6' "$1.runq")
	ipcprobe runq -J --at "@$end" -i "$1.data" >"$1.at"
	true_of "$1.at" '[.cpus[] | .known and .unnamed == 0 and (.length == (.members | length) or
		.length + 1 == (.members | length) and ([.members[].state] | any(. == "running")))] | all'
}

# The first task's counts are exact. For all tasks that it created and waited for the
# kernel gives a sum, without what a task did after it was reaped: the last switch,
# and one more if it was preempted before that.
switches_agree() {
	ipcprobe script -J -e task_fork -i "$1.data" >"$1.forks"
	jq -e -n --slurpfile truth "$1.truth" --slurpfile stat "$1.stat" --slurpfile fork "$1.forks" '
		$truth[0] as $truth |
		(reduce $fork[] as $f ({ "\($truth.pid)": 1 };
			if .["\($f.tid)"] then .["\($f.fields.child_tid)"] = 1 else . end)) as $all |
		[$stat[0].tasks[] | select($all["\(.task.tid)"])] as $tasks |
		($tasks[] | select(.task.tid == $truth.pid)) as $first |
		{ $truth, tasks: ($tasks | length), first: ($first | del(.blocked_ns)),
		  all_voluntary: ([$tasks[].voluntary] | add),
		  all_preempted: ([$tasks[].preempted] | add) }' >"$1.switches"
	jq -e '.first.voluntary == .truth.voluntary and .first.preempted == .truth.preempted and
		(.truth.migrations == null or .first.migrations == .truth.migrations) and
		.all_voluntary + .all_preempted - .truth.all_voluntary - .truth.all_preempted <= 2 * .tasks and
		.all_voluntary >= .truth.all_voluntary and .all_preempted >= .truth.all_preempted' \
		"$1.switches" >/dev/null && return
	echo "not the switches that the kernel counted:"
	cat "$1.switches"
	return 1
}

# exact NAME LEAST COMMAND...: record the command and check that the queues are exact.
exact() {
	local name=$1 least=$2
	shift 2

	record "$name" "$@"
	queues_agree "$name" "$least"
	members_named "$name"
	switches_agree "$name"
}

# stress NAME OPERATIONS LEAST OPTION...: stress-ng itself reports that it did so many.
stress() {
	local name=$1 ops=$2 least=$3
	shift 3

	exact "$name" "$least" stress-ng -q -t 100 --metrics-brief --yaml "$name.yaml" "$@" "--${1#--}-ops" "$ops"
	awk -v ops="$ops" '/bogo-ops:/ { sum += $2 } END { print sum, "operations"; exit sum < ops }' \
		"$name.yaml"
}

# switched NAME PRIORITY LEAST: there are at least so many switches to or from a task of it
switched() {
	local nr

	nr=$(ipcprobe script -e rq_switch -i "$1.data" | grep -c -E "(prev|next)_prio=($2) ") || true
	echo "$nr switches with priority $2"
	[ "$nr" -ge "$3" ]
}

# changed NAME LEAST: at least so often a task was taken off its queue for a change of
# its policy, priority or set of CPUs (DEQUEUE_SAVE)
changed() {
	ipcprobe script -e rq_dequeue -i "$1.data" | awk -F'rq_flags=' -v least="$2" '
		int($2 / 2) % 2 { nr++ }
		END { print nr + 0, "changes"; exit nr < least }'
}

# nr_of NAME EVENT CONDITION: print the number of records for which jq's CONDITION is true
nr_of() {
	ipcprobe script -J -e "$2" -i "$1.data" | jq -n "[inputs | select($3)] | length"
}

# count NAME EVENT CONDITION LEAST: there are at least so many
count() {
	local nr

	nr=$(nr_of "${@:1:3}")
	echo "$nr of $2 with $3"
	[ "$nr" -ge "$4" ]
}

# at_end COMMAND: restore what the test changed, however the test ends
at_end() {
	local command=$1

	# shellcheck disable=SC2064 # the command, as it is now
	trap "end_jobs; $command" EXIT
}

REAL_TIME="[1-9]|[1-9][0-9]"
DEADLINE="-1"
THROTTLED='(.fields.rq_flags / 131072 | floor % 2 == 1)'
YIELDED='.fields.rq_flags >= 2147483648'
LAZY='.fields.context | index("LAZY")'

# ---- loads that need more than one command ----

schedpolicy() {
	stress schedpolicy "$@"
	changed schedpolicy 20
}

policy() {
	exact policy "$@"
	switched policy "$REAL_TIME" 20
	switched policy "1[0-3][0-9]" 20
	changed policy 40
}

cat >cyclic.sh <<'END'
cyclictest -q --default-system -t 4 -p 80 -i 2000 -l "$1" &
rq_load deadline "$2"
wait $!
END

cyclic() {
	exact cyclic "$1" sh -e cyclic.sh "${@:2}"
	switched cyclic "$REAL_TIME" "$2"
	switched cyclic "$DEADLINE" "$3"
	count cyclic rq_dequeue "$THROTTLED and ($YIELDED | not)" 2
	count cyclic rq_dequeue "$THROTTLED and $YIELDED" 2
	grep "C: *$2 " cyclic.out
}

# Other tasks get time, too: the real-time class is throttled after half of each 40
# ms, or the server of the fair class runs after 0.95 s.
fifo_hog() {
	if [ ! -e /sys/kernel/debug/sched/fair_server ]; then
		at_end "$(sysctl kernel.sched_rt_period_us kernel.sched_rt_runtime_us |
			sed 's/^/sysctl -qw /; s/ = /=/')"
		sysctl -qw kernel.sched_rt_runtime_us=20000 kernel.sched_rt_period_us=40000
	fi
	exact fifo "$1" rq_load fifo "$2"
	# the task of the highest priority gave up its CPU while it was runnable
	count fifo rq_switch \
		'.fields.prev_prio == 89 and .fields.next_prio == 120 and .fields.prev_state == []' 1
}

preempt=/sys/kernel/debug/sched/preempt

# The preemption model may be changed until the test ends.
choose_preemption() {
	[ -e "$preempt" ] || skip "the kernel has one model of preemption"
	at_end "echo $(sed 's/.*(\(.*\)).*/\1/' "$preempt") >$preempt"
}

# Only in the lazy model do tasks of the fair class request a lazy switch.
preemption() {
	local model

	choose_preemption
	classes=task,sched,pick
	for model in $(tr -d '()' <"$preempt"); do
		echo "$model" >"$preempt"
		exact "preempt-$model" "$1" hackbench -p -g 1 -f 4 -l "$2"
		if [ "$model" = lazy ]; then
			count "preempt-$model" rq_resched "$LAZY" 10
		else
			equal "lazy requests" 0 "$(nr_of "preempt-$model" rq_resched "$LAZY")"
		fi
	done
}

start() {
	exact start "$1" rq_rare start "$2"
	count start rq_wakeup '.fields.is_new == 1' "$2"
	[ "$cpus" = 1 ] || count start rq_wakeup \
		'.fields.is_new == 1 and .fields.cpu != .fields.waker_cpu' $(($2 / 4))
}

# A task that begins to sleep with a signal pending stays on its queue: its switch
# counts as voluntary, and newer kernels record its state as running. Older kernels
# mostly choose the same task again, so there may be no such switch.
signals() {
	local kept='.fields.prev_state == []' least=1

	case $(uname -r) in
	6.[0-9].* | 6.1[01].*) kept='$stays' least=0 ;;
	esac
	exact signals "$1" rq_rare signals "$2"
	ipcprobe script -J -e rq_dequeue,rq_switch -i signals.data | jq -n "
		reduce inputs as {\$event, \$tid, \$fields} ({ nr: 0 };
			(.left[\"\(\$tid)\"] | not) as \$stays | { \$event, \$fields, \$stays } as \$r |
			.left[\"\(\$tid)\"] = (\$event == \"rq_dequeue\") |
			.nr += (\$r | if .event == \"rq_switch\" and .fields.voluntary == 1 and ($kept)
				then 1 else 0 end)) | .nr" >signals.kept
	echo "$(<signals.kept) switches from a task that has a signal"
	[ "$(<signals.kept)" -ge "$least" ]
}

# A task that exits is preempted by the parent that it woke.
reaped() {
	choose_preemption
	echo full >"$preempt"
	exact reaped "$1" rq_rare reaped "$2"
	count reaped rq_switch '.fields.preempt == 1 and .fields.next_prio == 79' $(($2 / 2))
}

pinned() { exact pinned "$1" rq_rare pinned "$2"; }

has_scx() { [ -e /sys/kernel/sched_ext/state ] || skip "the kernel has no sched_ext"; }

scx() {
	has_scx
	exact scx "$1" scx_run sh -c "hackbench -p -g 1 -f 4 -l $2 && rq_load policy 60"
}

scx_partial() {
	has_scx
	exact scx-partial "$1" sh -c "scx_run -p rq_load mix $2 & rq_load mix $2; wait \$!"
}

affinity() {
	local task moved

	exact taskset "$1" rq_load affinity "$2"
	read -r task moved <taskset.out
	[ "$moved" -ge 0 ] || skip "the kernel has no CONFIG_SCHED_DEBUG"
	[ "$cpus" = 1 ] || [ "$moved" -ge $(($2 - 1)) ]
	equal migrations "$moved" "$(jq ".tasks[] | select(.task.tid == $task).migrations" taskset.stat)"
}

cat >throttled.sh <<'END'
in_group() {
	sh -c 'echo $$ >"$0/cgroup.procs" && exec rq_load mix "$1"' "$@" &
	jobs="$jobs $!"
}
jobs=
in_group "$1/inner" "$2"
in_group "$1/inner" "$2"
in_group "$1/other" "$2"
rq_load mix "$2"
wait $jobs
END

group=/sys/fs/cgroup/rq_exact

# Two groups inside one, all with quotas but the second.
throttled() {
	local nr

	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || skip "no cgroup cpu controller"
	mkdir -p "$group"
	echo +cpu >"$group/cgroup.subtree_control"
	mkdir -p "$group/inner" "$group/other"
	echo "10000 20000" >"$group/cpu.max"
	echo "4000 10000" >"$group/inner/cpu.max"
	record throttled sh -e throttled.sh "$group" "$2"
	for nr in "$group" "$group/inner"; do
		[ "$(awk '$1 == "nr_throttled" { print $2 }' "$nr/cpu.stat")" -gt 0 ]
	done
	rmdir "$group/inner" "$group/other" "$group"
	queues_agree throttled "$1"
	switches_agree throttled
}

cat >hotplug.sh <<'END'
rq_load mix "$2" &
for n in $(seq "$1"); do
	for file in /sys/devices/system/cpu/cpu[1-9]*/online; do
		for state in 0 1; do
			echo $state >"$file"
			[ "$(cat "$file")" = $state ]
		done
	done
done
wait $!
END

hotplug() {
	[ "$cpus" -gt 1 ] || skip "there is one CPU"
	exact hotplug "$1" sh -e hotplug.sh "${@:2}"
	equal "CPUs that came back" "$cpus" "$(nproc)"
}

# ---- loss ----

# Print the number of snapshots in the file so far.
nr_snapshots() { ipcprobe script -e rq_snapshot_end -i loss.data 2>/dev/null | grep -c .; }
more_snapshots() { [ "$(nr_snapshots)" -ge $((cpus * $1)) ]; }

# Stop the reader until its rings have overflown; then let it continue: it asks for a
# snapshot of the queues.
overflow() {
	local reader

	ipcprobe record -e sched -m 64k -o loss.data 2>loss.err &
	reader=$!
	await more_snapshots 1
	rq_load mix 100
	kill -STOP "$reader"
	rq_load mix 600
	kill -CONT "$reader"
	await more_snapshots 2
	rq_load mix 100
	kill -INT "$reader"
	wait "$reader"
	ipcprobe runq -J -i loss.data >loss.runq
	cat loss.err
	jq -c '.lost' loss.runq
	true_of loss.runq '.lost != [] and .figures == "at least"'
}

# is_named QUEUES: print a jq filter that is true if a loss may be about the CPU's
# queue: the mask has its bit, or is 0, which means any queue.
is_named() { echo "$(($1)) == 0 or ($(($1)) / pow(2; .cpu % 64) | floor) % 2 == 1"; }

# Queues that a lost record names are unknown from the first lost event to that record.
gap_unknown() {
	local middle queues

	ipcprobe script -J -e lost -i loss.data | jq -c 'select(.fields.class_id == "sched" or
		.fields.class_id == 4)' >lost.out
	read -r middle queues < <(jq -s -r '.[0] | [((.ts_ns + .fields.begin_ns) / 2e9 * 1e6 |
		floor / 1e6), .fields.queues] | @tsv' lost.out)
	ipcprobe runq -J --at "@$middle" -i loss.data >gap.at || { head lost.out; return 1; }
	true_of gap.at "[.cpus[] | select($(is_named "$queues")) | .known] |
		length > 0 and (any | not)"
	for queues in $(jq -r .fields.queues lost.out); do
		true_of loss.runq "[.cpus[] | select($(is_named "$queues")) | .known_share < 1] |
			length > 0 and all"
	done
}

exact_again() {
	[ -e /sys/kernel/btf/vmlinux ] || skip "the kernel has no BTF"
	true_of loss.runq '.audits | .total >= 200 and .agreed == .total and .disagreements == []' \
		'[.audits.checks[] | .failed == 0] | all'
	members_named loss
}

# prove_load NAME LEAST WHAT COMMAND...: prove that the load's queues are exact.
prove_load() {
	[[ $1 =~ ${RQ_LOADS:-.} ]] || return
	prove "all audits agree under $2" "${@:3}"
}

prove_load hackbench-p "hackbench, processes and pipes" \
	exact hackbench-p 200 hackbench -p -g 2 -f 4 -l 200
on 6.1 prove_load hackbench-s "hackbench, processes and sockets" \
	exact hackbench-s 200 hackbench -g 2 -f 4 -l 200
on 6.12 prove_load hackbench-tp "hackbench, threads and pipes" \
	exact hackbench-tp 200 hackbench -T -p -g 2 -f 4 -l 200
on 7.2 prove_load hackbench-ts "hackbench, threads and sockets" \
	exact hackbench-ts 200 hackbench -T -g 2 -f 4 -l 200
on 6.12 prove_load switch "stress-ng --switch" stress switch 1000 300 --switch 2
on 6.1 prove_load yield "stress-ng --yield" stress yield 2000 100 --yield 2 -t 2
on 6.12 prove_load fork "stress-ng --fork" stress fork 60 200 --fork 2
on 7.2 prove_load clone "stress-ng --clone" stress clone 60 200 --clone 2 --clone-max 8
on "6.1 7.2" prove_load affinity "stress-ng --affinity" stress affinity 200 200 --affinity 2
on 6.1 prove_load sem "stress-ng --sem" stress sem 2000 100 --sem 2 -t 2
on 6.12 prove_load futex "stress-ng --futex" stress futex 2000 200 --futex 2
on 6.12 prove_load schedpolicy "stress-ng --schedpolicy" schedpolicy 60 100 --schedpolicy 2
prove_load policy "changes of policy, priority, CPU, and stops" policy 200 rq_load policy 200
on "6.1 7.2" prove_load cyclic "cyclictest with SCHED_FIFO beside SCHED_DEADLINE" cyclic 400 100 12
on "6.1 6.12" prove_load fifo "a SCHED_FIFO task that spins" fifo_hog 50 120
on "6.12 7.2" prove_load preemption "each model of preemption" preemption 60 60
on 6.12 prove_load start "new tasks, put on other CPUs" start 100 100
prove_load signals "signals for tasks that go to sleep" signals 200 100
on "6.1 7.2" prove_load reaped "tasks that are reaped while they are queued" reaped 50 60
on "6.12 7.2" prove_load pinned "changes of the CPU of tasks that must not migrate" pinned 100 100
prove_load scx "a BPF scheduler" scx 100 100
prove_load scx-partial "a BPF scheduler beside the fair class" scx_partial 100 100
on 6.1 prove_load taskset "changes of a task's CPU" affinity 50 100
prove_load throttled "quotas of control groups" throttled 200 100
prove_load hotplug "hotplug of CPUs" hotplug 200 2 100
if [[ loss =~ ${RQ_LOADS:-.} ]]; then
	prove "a stopped reader loses records, and reports it" overflow
	prove "the queues that the loss names are unknown in the gap" gap_unknown
	prove "all audits agree again after it, and members have names" exact_again
fi
prove_end
