#!/bin/bash
# ipcprobe waits: of tasks that wait for each other in a known way it says who is stuck,
# and of programs that work, that nothing is.
# shellcheck disable=SC2317,SC2016 # prove calls the functions; jq's own
. "$(dirname "$0")/tap.sh"
need ipcprobe jq stress-ng hackbench
PATH=$(realpath "$(dirname "$0")"):$PATH
load_module
modprobe -q unix_diag 2>/dev/null ||
	insmod "$(find "/lib/modules/$(uname -r)" -name 'unix_diag.ko*' 2>/dev/null | head -n 1)" 2>/dev/null
cd "$work" || exit 1

# begin NAME: the scene, when its tasks wait.
begin() {
	waits_scene "$1" 300 >"$1.truth" &
	maker=$!
	await test -s "$1.truth"
}

look() {
	local status=0

	ipcprobe waits -J >now 2>err || status=$?
	echo "$status" >status
}

# is VERDICT NAME: each task of the scene has it; a deadlock is one knot.
is() {
	look
	jq -e --slurpfile truth "$2.truth" --arg verdict "$1" '$truth[0].tasks as $tasks |
		[.waits[] | select(.task.tid | IN($tasks[]))] as $shown |
		($shown | map(.task.tid) | sort) == ($tasks | sort) and
		all($shown[]; .verdict == $verdict) and
		([$shown[].knot] | unique | length) == 1' now
}

# is_stuck VERDICT NAME HEADING: so it is, and no other task is stuck.
is_stuck() {
	begin "$2"
	await is "$1" "$2" || { cat "$2.truth" now err; return 1; }
	equal "status" 1 "$(<status)"
	jq -e --slurpfile truth "$2.truth" --argjson maker "$maker" '[.waits[].task |
		select(.tid | IN($truth[0].tasks[]) | not) | select(.pid != $maker)] == []' now ||
		{ cat "$2.truth" now; return 1; }
	ipcprobe waits >text || equal "status" 1 $?
	grep "^$3" text || { cat text; return 1; }
}

is_alive() {
	begin "$1"
	for _ in 1 2; do
		look
		equal "status" 0 "$(<status)" || { cat now; return 1; }
		jq -e '.waits == [] and .result == "not stuck"' now
	done
}

prove "a process that waits for a child that writes to it is a deadlock of two" \
	is_stuck deadlock pipe "deadlock: 2 tasks wait for each other"
prove "who reads a pipe whose write end nobody else has waits for itself" \
	is_stuck deadlock own-pipe "deadlock: a task waits for itself"
prove "two processes that both read from a pair of sockets are a deadlock" \
	is_stuck deadlock socket "deadlock: 2 tasks"
prove "two threads that lock two mutexes in different order are a deadlock" \
	is_stuck deadlock mutexes "deadlock: 2 tasks"
prove "a thread that locks a mutex twice waits for itself" \
	is_stuck deadlock own-mutex "deadlock: a task waits for itself"
prove "five that took a semaphore each and wait for the next one are a deadlock" \
	is_stuck deadlock semaphores "deadlock: 5 tasks"
prove "two processes that lock two files in different order are a deadlock" \
	is_stuck deadlock files "deadlock: 2 tasks"
prove "who waits for a mutex whose owner was ended is stuck, in no cycle" \
	is_stuck stuck dead-owner "stuck for ever"
prove "a wake-up that came too early leaves its waiter stuck, and who joins it" \
	is_stuck stuck lost-wakeup "stuck for ever"
prove "who reads a pipe of a process that sleeps is not stuck" is_alive alive
prove "who writes to a pipe of a stopped process is not stuck" is_alive stopped

# A frozen task shows the call that it was in, as one that sleeps does.
frozen_is_alive() {
	local group=/sys/fs/cgroup/ipcprobe-frozen task

	begin own-pipe
	await is deadlock own-pipe
	task=$(jq '.tasks[0]' own-pipe.truth)
	mkdir -p "$group"
	echo "$task" >"$group/cgroup.procs"
	echo 1 >"$group/cgroup.freeze"
	await grep -q 'frozen 1' "$group/cgroup.events"
	look
	cat now
	equal "status" 0 "$(<status)"
	equal "result" '"not stuck"' "$(jq -c .result now)"
	ipcprobe waits -p "$task" >text
	cat text
	grep 'waits_scene.* is frozen with its control group' text
	ipcprobe ls -t pipe -J | jq -e --argjson task "$task" '[.objects[].holders[] | select(.pid == $task) | .waits] |
		length > 0 and all(. == "frozen")'
	echo 0 >"$group/cgroup.freeze"
	await is deadlock own-pipe
}
prove "a task that is frozen with its control group is not stuck" frozen_is_alive

prove "who waits for one of two pipes is not stuck if somebody can write to one" is_alive poll

# Its own exit status shows that the command ended by itself.
hang_ends() {
	local status=0

	ipcprobe waits --hang 1 -o picture -- waits_scene mutexes 300 >truth 2>err || status=$?
	equal "status" 124 "$status"
	grep '^deadlock: 2 tasks wait for each other' picture || { cat picture err; return 1; }
	cmp <(grep -A 100 '^deadlock' err | sed '/^ipcprobe:/d') picture
	for task in $(jq '.tasks[]' truth); do
		[ ! -e "/proc/$task" ] || { echo "$task is left"; return 1; }
	done
	status=0
	ipcprobe waits --hang 60 -- sh -c 'echo its output; exit 7' >out || status=$?
	equal "status" 7 "$status"
	equal "output" "its output" "$(<out)"
}
prove "a command that hangs is reported and ended; of another one its status is returned" hang_ends

# Of the graph: the tasks of the cycle, and four arrows between them and the two locks.
graph_has_cycle() {
	local status=0

	begin mutexes
	await is deadlock mutexes
	ipcprobe waits --dot >graph || equal "status" 1 $?
	equal "tasks" "$(jq -c '.tasks | sort' mutexes.truth)" \
		"$(sed -n 's|.*color=red, label="[^[]*\[\([0-9]*\).*waits in futex.*|\1|p' graph | jq -sc sort)"
	equal "arrows of the cycle" 4 "$(grep -c -e '-> .*color=red' graph)"
	if command -v dot >/dev/null; then
		ipcprobe waits --svg >picture || equal "status" 1 $?
		xmllint --noout picture 2>/dev/null || grep -q '</svg>' picture
	fi
	mkdir -p empty
	PATH=$(realpath empty) "$(command -v ipcprobe)" waits --svg >picture 2>err || status=$?
	equal "status without dot" 2 "$status"
	grep -q 'install the package graphviz' err || { cat err; return 1; }
}
prove "the graph has the tasks and the locks of a deadlock" graph_has_cycle

# The knot is reported when it is tied, and not again.
watch_tells() {
	local watcher status=0

	ipcprobe waits --watch 0.2 >watched &
	watcher=$!
	begin mutexes
	await grep -q '^deadlock' watched
	waits_scene own-pipe 300 >own.truth &
	await grep -q 'a task waits for itself' watched
	kill -INT "$watcher"
	wait "$watcher" || status=$?
	equal "status" 1 "$status"
	equal "reports" 2 "$(grep -c '^# 20' watched)"
}
prove "who watches hears of each deadlock once" watch_tells

# A task may give itself a name that a terminal would obey.
named_oddly() {
	mkfifo odd
	(printf '\033[31mx' >/proc/self/comm; read -r _ <odd) &
	await waits_for_fifo $!
	cat odd.text
	grep -F '\x1b[31mx[' odd.text
	fails grep $'\033' odd.text
}
waits_for_fifo() {
	ipcprobe waits -p "$1" >odd.text
	grep -q 'openat' odd.text
}
prove "the name of a task is printed without what a terminal would obey" named_oddly

# never_stuck COMMAND...: while it runs, again and again, nothing is stuck.
never_stuck() {
	local status nr

	setsid nice bash -c 'while :; do "$@"; done' _ "$@" >load.out 2>&1 &
	for nr in 1 2; do
		status=0
		ipcprobe waits -J >now 2>err || status=$?
		[ "$status" = 0 ] || { echo "look $nr"; jq -c '.waits[]' now; cat err; return 1; }
	done
}

prove "hackbench is never stuck, with processes and pipes" never_stuck hackbench -p -g 1 -l 1000
prove "stress-ng is never stuck, with pipes, semaphores, queues and mutexes" never_stuck \
	stress-ng -q --pipe 1 --sem-sysv 1 --mq 1 --mutex 1 -t 300
prove_end
