#!/bin/bash
# ipcprobe path: the chain that ends with a command adds up to the elapsed time, and
# leads through the tasks and the objects that the command really waited for.
# shellcheck disable=SC2317,SC2016 # prove calls the functions; jq's own
. "$(dirname "$0")/tap.sh"
need ipcprobe jq gzip
here=$(realpath "$(dirname "$0")")
PATH=$here:$PATH
load_module
cd "$work" || exit 1

# fits FILE CONDITION: the condition is true of the path.
fits() {
	jq -e '
		def ms: . / 1000000;
		def share($name; $kind): [.tasks[] | select(.task.comm == $name) | .kinds_ns[$kind]] | add // 0;
		def object($type): [.objects[] | select(.object.type == $type) | .ns] | add // 0;
		def elapsed: .until_ns - .from_ns;
		'"$2" "$1" >/dev/null && return
	echo "not true: $2"
	jq -c 'del(.links)' "$1"
	return 1
}

# adds_up FILE: links, tasks, objects and kinds each add up to the time, to the nanosecond.
adds_up() {
	fits "$1" '[elapsed,
			([.links[] | .until_ns - .from_ns] | add),
			([.tasks[].ns] | add),
			([.objects[].ns] | add // 0) + .own_ns,
			([.kinds_ns[]] | add)] | unique | length == 1'
	fits "$1" '[.links[1:], .links[:-1]] | transpose | all(.[0].from_ns == .[1].until_ns)'
	fits "$1" '.kinds_ns.unknown == 0'
	fits "$1" '([.tasks[].in_the_way_ns] | add) + .idle_ns + .unknown_runs_ns == .kinds_ns.queued'
}

# The program's own clock says for how long the writer waited for the lock, and the
# reader for the pipe. The path has a little less, as they are queued after the wake-up,
# and more where the threads wait for each other to start.
leads_through_lock_and_pipe() {
	local elapsed locking reading

	ipcprobe record -o cast.data -- path_cast 300 200 100 >cast.clock 2>cast.err || { cat cast.err; return 1; }
	read -r elapsed locking reading <cast.clock
	echo "elapsed $elapsed, locking $locking, reading $reading ns"
	ipcprobe path -J -i cast.data >cast
	adds_up cast
	fits cast "elapsed >= $elapsed"
	fits cast 'share("writer"; "ran") | ms >= 197'
	fits cast 'share("path_cast"; "ran") | ms >= 97'
	fits cast "[.links[] | select(.task.comm == \"holder\") | .until_ns - .from_ns] | add |
		. <= $locking + 200000000 and . >= $locking * 0.8"
	fits cast "[.objects[].ns] | add | . <= $reading + 200000000 and . >= $reading * 0.8"
	fits cast '[.links[] | select(.woke.comm == "writer") | .object.type] | index("futex")'
	fits cast '[.links[] | select(.woke.comm == "path_cast") | .object.type] | index("pipe")'
}

# Of two stages on one CPU the one in the way is named, for as long as it ran there.
names_who_is_in_the_way() {
	ipcprobe record -a -e task,sched,pipe -o hog.data -- taskset -c 0 sh -c '
		cp "$(command -v path_cast)" ./hog; ./hog 400 1 1 >/dev/null & path_cast 1 1 400 >/dev/null & echo $! >cast.pid; wait' \
		2>hog.err || { cat hog.err; return 1; }
	ipcprobe path -J --task "$(<cast.pid)" -i hog.data >hog
	adds_up hog
	fits hog 'share("path_cast"; "ran") | ms > 395'
	fits hog '[.tasks[] | select(.task.comm == "holder") | .in_the_way_ns] | add | ms > 150'
}

# The group's own cpu.stat has how long it was throttled.
has_throttled_time() {
	local group=/sys/fs/cgroup/ipcprobe-path before after

	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p "$group"
	echo "20000 100000" >"$group/cpu.max"
	before=$(awk '/^throttled_usec/ { print $2 }' "$group/cpu.stat")
	ipcprobe record -o quota.data -- sh -c "echo \$\$ >$group/cgroup.procs; exec path_cast 60 60 60" \
		>/dev/null 2>quota.err || { cat quota.err; return 1; }
	after=$(awk '/^throttled_usec/ { print $2 }' "$group/cpu.stat")
	rmdir "$group"
	ipcprobe path -J -i quota.data >quota
	adds_up quota
	echo "cpu.stat: $((after - before)) us"
	fits quota ".kinds_ns.throttled / 1000 | . > $(((after - before) * 8 / 10)) and . < $(((after - before) * 11 / 10))"
	fits quota '[.links[] | select(.did == "throttled" and .group == "/ipcprobe-path")] | length > 0'
}

# The slow stage of a real pipeline is what ran most on the path, once the pipeline works:
# on the debug kernel the others need longer to start.
finds_the_slow_stage() {
	seq 500000 >bytes
	ipcprobe record -o pipeline.data -- sh -c 'cat bytes | gzip -9 | wc -c' >/dev/null 2>pipeline.err ||
		{ cat pipeline.err; return 1; }
	ipcprobe path -J -i pipeline.data >pipeline
	adds_up pipeline
	fits pipeline '([.links[] | select(.task.comm == "cat" and .woke.comm == "gzip") | .until_ns][0] // 0) as $begun |
		def ran($name): [.links[] | select(.from_ns >= $begun and .did == "ran" and .task.comm == $name) |
			.until_ns - .from_ns] | add // 0;
		ran("gzip") > 2 * ran("cat") and ran("gzip") > 2 * ran("wc")'
	fits pipeline '[.tasks[].task.comm] as $seen | ["sh", "gzip", "wc"] - $seen | length == 0 or . == ["wc"]'
}

obeys_the_window() {
	local from

	from=$(ipcprobe path -i cast.data | sed -n '1s/.*, \([0-9]*\)\.\([0-9]\).* to .*/\1.\2/p')
	ipcprobe path -J -i cast.data --time "$from,$(awk -v from="$from" 'BEGIN { printf "%.1f", from + 0.3 }')" >window
	adds_up window
	fits window '(elapsed | ms) > 150 and (elapsed | ms) <= 300'
	ipcprobe path --links -i cast.data | tee links
	grep -q 'ran .*holder.*writer' links
}

says_what_is_missing() {
	ipcprobe record -a -o all.data -- true 2>/dev/null
	if ipcprobe path -i all.data --task nosuchtask >out 2>err; then
		cat out
		return 1
	fi
	cat err
	grep -q 'nothing is known of such a task' err
}

prove "the path leads through a lock and a pipe, for as long as the clock says" leads_through_lock_and_pipe
prove "who is in the way on the CPU is named" names_who_is_in_the_way
prove "throttled time is that of cpu.stat" has_throttled_time
prove "the slow stage of a pipeline is what ran most on the path" finds_the_slow_stage
prove "--time and --links limit and list it" obeys_the_window
prove "a task that was not recorded is an error" says_what_is_missing
prove_end
