#!/bin/bash
# ipcprobe sched explain: for each rule by which the scheduler chooses, a case is made
# and explained by this rule; and each choice is predicted.
# shellcheck disable=SC2317,SC2016 # prove calls the functions; jq's own
. "$(dirname "$0")/tap.sh"
need ipcprobe hackbench jq
here=$(realpath "$(dirname "$0")")
PATH=$here:$PATH
load_module
cd "$work" || exit 1
last=$(($(nproc) - 1))

# The rule of the fair class in this kernel, where it really chooses.
case $(uname -r) in
6.[0-5].* | [1-5].*) fair_rule="least vruntime" ;;
*) fair_rule="earliest eligible deadline" ;;
esac

defs='
def cast: .entity.comm;
def casting($names): .levels[] | select($names - [.candidates[] | cast] == []);
def of($name): .candidates[] | select(cast == $name);
def asked($why): .prev.reason == "asked" and (.prev.request.why as $seen | $why | index($seen));
def woken($name): asked(["wake-up"]) and .prev.request.task.comm == $name;
def was($name): .prev.task.comm == $name;
def members: [.classes.members[].task.comm];
'

# ---- conditions on each recording ----

# predicted FILE: each choice is predicted, and no record is lost or missed.
predicted() {
	jq -s -e '.[-1] | .event == "summary" and .lost == [] and .figures == "exact" and
		(.picks | .total > 0 and .predicted == .total and .nr_misses == 0 and .misses == []) and
		(.audits | .agreed == .total and .disagreements == [] and .queues_compared > 0 and
			.queues_same == .queues_compared and .failures == [])' "$1" >/dev/null && return
	echo "not all is predicted, or known:"
	jq -c 'select(.event == "summary")' "$1"
	around_miss "$1"
	return 1
}

# around_miss FILE: print the records of the first wrong prediction's CPU around it.
around_miss() {
	local miss ts cpu

	miss=$(jq -r 'select(.event == "summary") | .picks.misses[0] // empty | "\(.ts_ns) \(.cpu)"' "$1")
	read -r ts cpu <<<"$miss" || return 0
	ipcprobe script -J -i "${1%.*}.data" |
		jq -c --argjson ts "$ts" --argjson cpu "$cpu" 'select(.cpu == $cpu or .event == "rq_wakeup") |
			select(.ts_ns > $ts - 300000 and .ts_ns < $ts + 300000)' | head -n 200
}

# fits FILE: the explained rule is true of the explained numbers.
fits() {
	jq -c 'select(.event == "switch") | .next.tid as $next | .ts_ns as $ts | .levels[] |
		[.candidates[] | select(.chosen)] as $chosen |
		select((($chosen | length) == 1 and .prediction == "right" and
			($chosen[0] as $c | $c.predicted and
			if .rule == "earliest eligible deadline" then
				$c.eligible and all(.candidates[] | select(.eligible); .deadline_ns >= $c.deadline_ns)
			elif .rule == "least vruntime" then
				all(.candidates[]; .vruntime_ns >= $c.vruntime_ns)
			elif .rule == "slice protected" then $c.eligible
			elif .rule == "only one" then .queued == 1
			else true end)) | not) | [$ts, .]' "$1" >"$1.odd"
	[ ! -s "$1.odd" ] && return
	echo "a rule does not fit its candidates:"
	head -n 3 "$1.odd"
	return 1
}

# record NAME COMMAND...: record the command; each choice of the scheduler meanwhile
# is predicted. With only=1 other classes are recorded for the command only.
record() {
	local name=$1 all=(-a)

	[ -z "${only-}" ] || all=()
	if ! ipcprobe record "${all[@]}" -e task,sched,pick,pipe -m 16M -o "$name.data" -- "${@:2}" \
		>"$name.out" 2>"$name.err" || ! grep -q ' 0 lost$' "$name.err"; then
		cat "$name.err"
		return 1
	fi
	ipcprobe sched explain -J -i "$name.data" --worst 100 >"$name.worst"
	predicted "$name.worst" && fits "$name.worst"
}

# explain NAME TASK: write the explanation to $printed
explain() {
	printed=$1.$2
	ipcprobe sched explain -J -i "$1.data" --task "$2" >"$printed"
	fits "$printed"
}

# switches some|every CONDITION [ARGUMENT...]: the condition is true of some explained
# switch, or of each one that satisfies $among.
switches() {
	local quantity=$1 condition=$2
	shift 2

	jq -s -e "$@" --arg rule "$fair_rule" --argjson last "$last" "$defs"'
		[.[] | select(.event == "switch") | select('"${among:-true}"') |
			[('"$condition"') // false] | any] |
		length > 0 and '"$([ "$quantity" = some ] && echo any || echo all)" "$printed" >/dev/null && return
	echo "not true of $quantity switch: $condition"
	jq -c 'select(.event == "switch")' "$printed" | head -n 20
	return 1
}

# ---- the fair class ----

two_hogs() {
	record hogs sched_cast one:normal:0:hog:60 two:normal:0:hog:60
	explain hogs two
		switches some 'was("one") and .cpu == $last and asked(["slice", "tick"]) and
		(casting(["one", "two"]) | .rule == $rule and
			all(of("one", "two"); .weight == 1024) and (of("two") | .chosen) and
			(of("one") | .chosen | not))'
}

weights_printed() {
	record weights sched_cast zero:normal:0:hog:400 five:normal:5:hog:200 last:normal:19:hog:20
	explain weights zero
	switches some 'casting(["zero", "five", "last"]) |
		[of("zero", "five", "last").weight] == [1024, 335, 15]'
}

# Compare the shares of CPU time while all tasks are runnable; from the end of the
# last task's first turn, so that no turn is cut in two.
shares_fit() {
	ipcprobe sched timehist -J -i weights.data >turns
	jq -s -e --argjson last "$last" '[.[] | select(.event == "switch" and .cpu == $last and
			(.task.comm | IN("zero", "five", "last")))] |
		([group_by(.task.tid)[] | map(select(.run_ns > 1000000)) | min_by(.ts_ns).ts_ns] | max) as $from |
		([group_by(.task.tid)[] | max_by(.ts_ns).ts_ns] | min) as $until |
		[.[] | select(.ts_ns > $from and .ts_ns <= $until)] | group_by(.task.comm) |
		map({ key: .[0].task.comm, value: (map(.run_ns) | add) }) | from_entries |
		., (.zero / (.five * 1024 / 335) | . > 0.9 and . < 1.1), .last < .five / 4' turns && return
	jq -c 'select(.event == "switch" and (.task.comm | IN("zero", "five", "last")))' turns | head -n 40
	return 1
}

sleeper_preempts() {
	record sleeper sched_cast hog:normal:0:hog:120 sleeper:normal:0:sleep:15
	explain sleeper sleeper
	if [ "$fair_rule" = "least vruntime" ]; then
		switches some 'was("hog") and woken("sleeper") and .prev.request.lead_ns > 0 and
			.latency_ns > 0 and .wakeup.cpu == $last and .wakeup.allowed_cpus == 1 and
			(casting(["hog", "sleeper"]) | (of("sleeper") | .chosen))'
	else
		# just before, the hog's slice may have been used up, or a switch requested
		switches some 'was("hog") and asked(["wake-up", "slice", "tick"]) and .latency_ns > 0 and
			(casting(["hog", "sleeper"]) | of("hog") as $hog | of("sleeper") |
				.chosen and .eligible and .lag_ns >= 0 and
				(($hog.eligible | not) or .deadline_ns < $hog.deadline_ns))'
	fi
	jq -s -e '[.[] | select(.event == "wakeup")] | length >= 15' "$printed"
}

batch_waits() {
	record batch sched_cast hog:normal:0:hog:120 batch:batch:0:sleep:10
	explain batch batch
	among='was("hog")' switches every 'woken("batch") | not'
	switches some 'was("hog") and asked(["slice", "tick"]) and .latency_ns > 0 and
		([.parts[].ran[].task.comm] | index("hog"))'
}

idle_gives_way() {
	record idle sched_cast idle:idle:0:hog:120 normal:normal:0:sleep:10
	explain idle normal
	switches some 'was("idle") and woken("normal") and (casting(["idle", "normal"]) |
		[of("idle", "normal").weight] == [3, 1024] and (of("normal") | .chosen))'
}

yields() {
	record yield sched_cast one:normal:0:yield:20 two:normal:0:yield:20
	explain yield two
	switches some 'was("one") and .prev.reason == "yield" and .prev.request == null'
	ipcprobe sched explain -i yield.data --task two >text
	grep -q 'one.*; it gave way (sched_yield)$' text
}

# ---- the order of classes ----

fifo_first() {
	record fifo sched_cast hog:normal:0:hog:60 urgent:fifo:10:sleep:8
	explain fifo urgent
	among='.classes != null' switches every '.classes.rule == "class: highest priority" and
		.classes.prediction == "right" and .levels == []'
	switches some 'was("hog") and asked(["class"]) and .prev.request.task.comm == "urgent" and
		(["hog", "urgent"] - members == []) and
		([.classes.members[] | select(.task.comm == "hog" or .task.comm == "urgent") | .class] |
			unique | length == 2)'
}

fifo_priorities() {
	record prio sched_cast low:fifo:10:hog:60 high:fifo:20:sleep:8
	explain prio high
	switches some 'was("low") and asked(["priority"]) and .prev.request.task.comm == "high" and
		.classes.rule == "class: highest priority" and
		([.classes.members[] | select(.task.comm == "low" or .task.comm == "high")] |
			sort_by(.priority) | map([.task.comm, .priority]) == [["high", 79], ["low", 89]])'
}

# Without limits a deadline task may be kept on one CPU.
deadline_first() {
	local runtime status=0

	runtime=$(sysctl -n kernel.sched_rt_runtime_us)
	sysctl -qw kernel.sched_rt_runtime_us=-1
	record deadline sched_cast urgent:fifo:10:hog:60 due:deadline:5:sleep:8 || status=1
	sysctl -qw kernel.sched_rt_runtime_us="$runtime"
	[ "$status" = 0 ]
	explain deadline due
	switches some 'was("urgent") and asked(["class"]) and .prev.request.task.comm == "due" and
		.classes.rule == "class: earliest deadline" and .classes.prediction == "right" and
		(["urgent", "due"] - members == []) and
		(.classes.members[] | select(.task.comm == "due") | .deadline_ns != null)'
}

# ---- other reasons ----

pipe_is_named() {
	record pipe sched_cast reader:normal:0:read:15 writer:normal:0:write:15
	explain pipe writer
	switches some 'was("reader") and .prev.reason == "sleep" and .prev.object.type == "pipe" and
		.prev.object.number == $inode' --argjson inode "$(<pipe.out)"
}

group=/sys/fs/cgroup/sched_explain

in_groups() {
	local status=0

	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || skip "no cgroup cpu controller"
	mkdir -p "$group.a" "$group.b"
	echo 300 >"$group.b/cpu.weight"
	record groups sched_cast "one:normal:0:hog:60:$group.a" "three:normal:0:hog:120:$group.b" || status=1
	rmdir "$group.a" "$group.b"
	[ "$status" = 0 ]
	explain groups three
	switches some 'was("one") and (.levels | length == 2 and (.[0] |
		[.candidates[] | select(.entity.path | IN("/sched_explain.a", "/sched_explain.b"))] |
		sort_by(.entity.path) | map(.weight) == [1024, 3072] and (map(.chosen) == [false, true])) and
		(.[1] | .group == "/sched_explain.b" and [.candidates[].entity.comm] == ["three"] and
			.rule == "only one"))'
}

# near NAME VALUE TRUTH: the values differ by at most 2 %
near() {
	awk -v value="$2" -v truth="$3" 'BEGIN { exit !(value >= truth * 0.98 && value <= truth * 1.02) }' &&
		return
	echo "$1: $2, the kernel has $3"
	return 1
}

# of_stat FIELD: print a field of the limited group's cpu.stat
of_stat() { awk -v field="$1" '$1 == field { print $2 }' quota.stat; }
of_quota() { jq "$1" quota.line; }

# The group's quota and the use of it are those that the kernel reports; the hog is in
# a group inside the limited one, without its own quota.
quota_fits() {
	ipcprobe sched latency -J --by cgroup -i quota.data | jq -c '.quotas[]' >quota.line
	cat quota.line quota.stat
	equal "groups with a quota" 1 "$(grep -c . quota.line)" &&
		equal group '"/sched_explain.quota"' "$(of_quota .cgroup)" &&
		equal cpu.max "$(cat quota.max)" "$(of_quota .quota.quota_ns/1000) $(of_quota .quota.period_ns/1000)" &&
		near ran "$(of_quota .ran_ns/1000)" "$(of_stat usage_usec)" &&
		near throttled "$(of_quota .throttled_ns/1000)" "$(of_stat throttled_usec)" &&
		near wanted "$(of_quota .period_wanted_ns*.time_ns/1e11)" \
			"$(($(of_stat usage_usec) + $(of_stat throttled_usec)))"
}

# The task was throttled by the group with the quota, not by its own; and at most as
# often as nr_throttled, which counts periods: one that used too much is throttled for
# several.
throttling_fits() {
	local nr

	explain quota limited || return
	nr=$(jq -s '[.[] | select(.event == "switch") | .parts[] | select(.kind == "throttled") |
		select(.group == "/sched_explain.quota" and
			.quota == { "quota_ns": 20000000, "period_ns": 100000000, "burst_ns": 0 })] | length' "$printed")
	echo "throttled $nr times"
	ipcprobe sched explain --task limited -i quota.data >quota.text
	[ "$nr" -ge 1 ] && [ "$nr" -le $(($(of_stat nr_throttled) + 1)) ] &&
		grep 'its group /sched_explain.quota had used up its time, 20.0 ms of 100.0 ms' quota.text
}

# Enough that one recording agrees: a host that takes the CPU away from its guest
# changes both times.
quota_printed() {
	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || skip "no cgroup cpu controller"
	for _ in {1..10}; do
		mkdir "$group.quota"
		echo +cpu >"$group.quota/cgroup.subtree_control"
		mkdir "$group.quota/inner"
		echo "20000 100000" >"$group.quota/cpu.max"
		cat "$group.quota/cpu.max" >quota.max
		record quota sched_cast "limited:normal:0:hog:150:$group.quota/inner"
		cat "$group.quota/cpu.stat" >quota.stat
		rmdir "$group.quota/inner" "$group.quota"
		quota_fits && throttling_fits && return
	done
	return 1
}

# causes NAME: print the causes of the cast's migrations from the last CPU, each once
causes() {
	ipcprobe sched migrations -J --top 0 -i "$1.data" | jq -r "select(.event == \"migration\" and
		.from == $last and (.task.comm | test(\"^hog\"))) | .cause" | sort | uniq -c
}

# The task that moves the others runs where they are queued: no stopper is needed.
affinity_printed() {
	[ "$last" -gt 0 ] || skip "there is one CPU"
	record move sched_cast hog1:normal:0:hog:60 hog2:normal:0:hog:60 mover:normal:0:move:0
	causes move >move.causes
	cat move.causes
	equal causes affinity "$(awk '{ $1 = ""; print substr($0, 2) }' move.causes)"
}

balancing_printed() {
	[ "$last" -gt 0 ] || skip "there is one CPU"
	record balance sched_cast hog{1,2,3}:normal:0:roam:150
	causes balance >balance.causes
	cat balance.causes
	grep 'balancing$' balance.causes
}

# ---- the selection of switches ----

worst_printed() {
	ipcprobe sched explain -J --worst 3 -i sleeper.data >three
	jq -s -e 'length == 4 and (map(.latency_ns) | .[0] >= .[1] and .[1] >= .[2])' three
	jq -s -e 'map(select(.event == "switch")) | length == 3 and all(.latency_ns == ([.parts[].ns] | add)
		and all(.parts[]; (.kind != "queued" and .kind != "throttled") or
			.ns == ([.ran[].run_ns] | add) + .ran_unknown_ns))' three ||
		{ cat three; return 1; }
	[ "$(ipcprobe sched explain --worst 3 -i sleeper.data | grep -c '^  waited ')" = 3 ]
}

# "--at" explains the last switch of each CPU until then, and none of the longest
# latencies' switches.
at_printed() {
	local middle

	ipcprobe sched timehist -J -i sleeper.data >turns
	middle=$(jq -s '[.[] | select(.event == "switch" and .cpu == '"$last"')] |
		.[length / 2 | floor].ts_ns' turns)
	ipcprobe sched explain -J --at "@$((middle / 1000000000)).$(printf %09d $((middle % 1000000000)))" \
		-i sleeper.data >instant
	jq -s -e --argjson middle "$middle" '[.[] | select(.event == "switch")] |
		length > 0 and all(.ts_ns <= $middle) and ([.[].cpu] | . == unique) and
		any(.cpu == '"$last"' and .ts_ns == $middle)' instant && return
	cat instant
	return 1
}

# refused STATUS WORDS ARGUMENT...: the command fails with the status and prints the words.
refused() {
	local status=0

	ipcprobe sched explain "${@:3}" >out 2>err || status=$?
	cat err
	equal "status" "$1" "$status"
	grep -q -e "$2" err
}

nonsense_refused() {
	refused 2 "'soon' is not a time" --at soon -i sleeper.data
	refused 2 "the recording covers" --at 1000000 -i sleeper.data
	refused 2 "no task 'nobody'" --task nobody -i sleeper.data
	refused 2 "no task '4194303'" --task 4194303 -i sleeper.data
	refused 2 "number or name" --task '' -i sleeper.data
	refused 2 "not a number" --worst 0 -i sleeper.data
	refused 2 "one of them" --worst 1 --task hog -i sleeper.data
}

pick_needed() {
	ipcprobe record -a -e task,sched -o nopick.data -- true
	refused 1 'class pick was not recorded.*record with -e task,sched,pick' -i nopick.data
}

# ---- loads ----

hackbench_predicted() { record hackbench hackbench -g 1 -l 5; }
# SIGPIPE ends yes, which is no failure. Its tasks compete with others.
pipeline_predicted() {
	yes >/dev/null &
	yes >/dev/null &
	only=1 record pipeline sh -c 'yes | head -c 500000 | cat >/dev/null'
}
forks_predicted() { record forks sched_cast {one,two,three}:normal:0:fork:10; }
crowd_predicted() {
	record crowd sched_cast {a,b,c}:normal:0:hog:40 d:normal:5:hog:20 e:batch:0:sleep:10 \
		f:idle:0:hog:10 g:normal:-5:sleep:10 h:normal:0:yield:20 i:fifo:1:sleep:5 \
		j:normal:19:read:10 k:normal:0:write:10
}

prove "of two equal tasks the one whose turn it is runs, as the other's slice is used up" two_hogs
prove "candidates have the weights of nice 0, 5 and 19" weights_printed
prove "tasks run by their weights" shares_fit
prove "a sleeper that wakes runs before the hog, being behind" sleeper_preempts
prove "a SCHED_BATCH task preempts no other as it wakes" batch_waits
prove "a SCHED_IDLE task is preempted at once" idle_gives_way
prove "a task that yields is explained to have given way" yields
prove "SCHED_FIFO comes before the fair class" fifo_first
prove "the higher of two real-time priorities runs" fifo_priorities
prove "SCHED_DEADLINE comes before SCHED_FIFO" deadline_first
on 6.1 prove "the pipe that a task blocked on is named" pipe_is_named
prove "groups are compared by their weights, then the tasks within" in_groups
prove "a group's quota is its cpu.max, its use and demand its cpu.stat within 2 %" quota_printed
prove "a migration by sched_setaffinity(2) has this cause" affinity_printed
prove "a migration to an idle CPU has this cause" balancing_printed
on 6.12 prove "the longest latencies are explained" worst_printed
on 6.1 prove "the switch at an instant is explained" at_printed
on 7.2 prove "invalid times and unknown tasks are refused" nonsense_refused
on 6.12 prove "without class pick it prints how to record" pick_needed
prove "all is predicted under hackbench" hackbench_predicted
on 6.1 prove "all is predicted under a pipeline" pipeline_predicted
on "6.12 7.2" prove "all is predicted under forks" forks_predicted
prove "all is predicted in a crowd of all kinds" crowd_predicted
prove_end
