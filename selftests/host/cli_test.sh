#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The command line: a wrong argument is refused, with its status and a message that
# names it; right arguments work on a synthetic recording. Needs neither the module
# nor privileges.
set -u
cd "$(dirname "$0")" || exit 1

. ../results.sh

# refuses STATUS PATTERN ARG...: ipcprobe exits with STATUS, prints PATTERN on stderr
# and nothing on stdout.
refuses() {
	local status=0 want=$1 pattern=$2
	shift 2

	"$ipcprobe" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	if [ $status = "$want" ] && grep -qe "$pattern" "$dir/err" && [ ! -s "$dir/out" ]; then
		result ok "refused with '$pattern': $*"
	else
		sed 's/^/# /' "$dir/err" "$dir/out"
		result 'not ok' "refused with '$pattern': $* (status $status)"
	fi
}

# works PATTERN ARG...: ipcprobe exits with 0 and prints PATTERN on stdout.
works() {
	local status=0 pattern=$1
	shift

	"$ipcprobe" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	if [ $status = 0 ] && grep -qe "$pattern" "$dir/out"; then
		result ok "prints '$pattern': $*"
	else
		sed 's/^/# /' "$dir/err"
		result 'not ok' "says '$pattern': $* (status $status)"
	fi
}

# holds SENTENCE COMMAND...: the sentence holds if the command succeeds.
holds() {
	local sentence=$1
	shift

	if "$@" >"$dir/said" 2>&1; then
		result ok "$sentence"
	else
		sed 's/^/# /' "$dir/said"
		result 'not ok' "$sentence"
	fi
}

one_json_object_per_line() {
	python3 -c 'import json, sys
for line in sys.stdin: assert isinstance(json.loads(line), dict)' <"$dir/out"
}

test_usage() {
	local command

	refuses 2 'Usage:'
	refuses 2 "did you mean 'record'" recrod
	refuses 2 "'ipcprobe --help' lists them" frobnicate
	refuses 2 "did you mean 'stat'" help stad
	refuses 2 'unrecognized option.*--frobnicate' record --frobnicate
	refuses 2 "requires an argument.*'e'" record -e
	refuses 2 "'x': nothing but options is expected" check x
	refuses 2 "'ipcprobe --help' lists them" help foo
	works 'Commands:' help
	works 'Commands:' help --help
	works 'Commands:' help -h
	works '^ *ipcprobe-copies ' help copies	# from the tree: nothing is installed
	works '^ *ipcprobe ' help help
	refuses 2 "'ipcprobe sched --help' lists them" sched lag
	refuses 2 "did you mean 'ls'" lss
	works 'Commands:' --help
	works 'Commands:' -h
	works 'Commands:' help
	works 'Commands:' help -h
	works 'Commands:' help --help
	works 'Commands:' sched -h
	for command in record script copies runq path vm stat ls lab check 'sched explain' 'sched latency' \
		'sched timehist' 'sched map' 'sched migrations' 'sched stat'; do
		# shellcheck disable=SC2086 # words of a command
		works "Usage: ipcprobe $command" $command -h
		# shellcheck disable=SC2086
		holds "$command: -h is --help" \
			bash -c "'$ipcprobe' $command --help | cmp - '$dir/out'"
		holds "$command: --help has examples" grep -q "^    ipcprobe $command" "$dir/out"
	done
	works '^ipcprobe [0-9]' --version
	works 'Usage: ipcprobe record' record --help
	works '^ipcprobe [0-9]' script --version
}

test_vm() {
	refuses 2 'which processes' vm
	refuses 2 "-p 'x': not understood" vm x
	refuses 2 "-p '0': out of range" vm -p 0
	refuses 2 'more than 64 processes' vm "$(seq -s, 1000 1064)"
	refuses 2 "--columns 'SIZE,x': not a list of columns: there are RANGE,SIZE,PROT" vm --columns SIZE,x $$
	refuses 2 "--columns '': not a list of columns: there are TOGETHER,A-ONLY" vm --columns '' $$ 1
	refuses 2 '--columns: without -J' vm -J --columns SIZE $$
	refuses 2 "--written '0': no time at all" vm --written 0 $$
	refuses 2 "--written 'x': not understood" vm --written x $$
	refuses 2 'one of them' vm --written 1 --touched 1 $$
	refuses 2 "--top: 'x' is not" vm --top x $$
	refuses 1 'process 4194305: there is no such process' vm 4194305
	works '^cli_test.sh\[' vm $$
	works '^heap *[0-9.]*[KM]iB$' vm -n --columns what,size $$
	works '"has_frames"' vm -J -p $$ $$
	holds "vm -J writes one object" one_json_object_per_line
}

test_words() {
	refuses 2 "-e 'nothing': .*task,pipe,file,sched" record -e nothing
	refuses 2 "-e 'pipe,': .*task,pipe,file,sched" record -e pipe,
	refuses 2 "-e 'meta'" record -e meta
	refuses 2 "-m '3000': .*power of two" record -m 3000
	refuses 2 "-m '4x': not understood" record -m 4x
	refuses 2 "-m '2G': out of range" record -m 2G
	refuses 2 "-m '0'" record -m 0
	refuses 2 "-m '-1'" record -m -1
	refuses 2 "-m '99999999999999999999'" record -m 99999999999999999999
	refuses 2 "-m '1k': .*from 4k" record -m 1k
	refuses 2 "-C '3-1'" record -C 3-1
	refuses 2 "-C '0,,1'" record -C 0,,1
	refuses 2 "-C '9999': out of range" record -C 9999
	refuses 2 "-p 'x'" record -p x
	refuses 2 "-p '0'" record -p 0
	refuses 2 "-p '12,'" record -p 12,
	refuses 2 'not both' record -a -p 1
	refuses 2 "--time '2,1'" script --time 2,1
	refuses 2 "--time '-1,-2'" script --time=-1,-2
	refuses 2 "--time '-,'" script --time -,
	refuses 2 "--time 'x,'" script --time x,
	refuses 2 "--time '1'" script --time 1
	refuses 2 "--clock 'x'" script --clock x
	refuses 2 "-e 'pipe_frob': .*pipe_write" script -e pipe_frob
	refuses 2 'not both' script -i x -- true
	refuses 2 'not both' script -i x -a
	refuses 2 'not both' copies -a -p 1 -- true
	refuses 2 'what is recorded now' script -x -p 1
}

test_files() {
	refuses 1 "$dir/none: no such file.*record" script -i "$dir/none"
	refuses 1 "$dir: Is a directory" stat -i "$dir"
	refuses 1 '/dev/null: not a regular file' stat -i /dev/null
	: >"$dir/empty"
	refuses 1 'empty: too short' stat -i "$dir/empty"
	head -c 500 /dev/zero >"$dir/zero"
	refuses 1 'zero: not a file recorded by ipcprobe' stat -i "$dir/zero"
	{ head -c 40 "$dir/data"; echo damage; tail -c +48 "$dir/data" | head -c 20000; } >"$dir/bad"
	refuses 1 'bad: damaged' stat -i "$dir/bad"
	{ head -c 8 "$dir/data"; printf '\377'; tail -c +10 "$dir/data" | head -c 20000; } >"$dir/new"
	refuses 1 'new: recorded by another major version' stat -i "$dir/new"
}

test_reading() {
	works '^rq_switch  *sched' stat -i "$dir/data"
	works '^pipe_read  *pipe' stat -p 1103 -i "$dir/data"
	works '"row":"class","cpu":1,"class":"pipe","produced":' stat -J -i "$dir/data"
	holds 'stat -J prints one JSON object per line' one_json_object_per_line
	works ' task-[0-9]* 10[0-9]*/10[0-9]* .000. 0\.[0-9]\{9\} pipe_write: addr=0x7f' script -i "$dir/data"
	holds 'script prints every event' [ "$(wc -l <"$dir/out")" = 5000 ]
	works '"event":"pipe_read","fields":{"addr":"0x' script -J -i "$dir/data"
	holds 'script -J prints one JSON object per line' one_json_object_per_line
	works file_read script -e file -i "$dir/data"
	holds 'script -e shows these events only' [ -z "$(grep -v file_read: "$dir/out")" ]
	works '1103/1103' script -p 1103 -i "$dir/data"
	holds 'script -p shows this process only' [ -z "$(grep -v ' 1103/1103 ' "$dir/out")" ]
	works '\[001\]' script -C 1 -i "$dir/data"
	holds 'script -C shows this CPU only' [ -z "$(grep -vF '[001]' "$dir/out")" ]
	works ' 0.001[0-9]* ' script --time 0.001,0.002 -i "$dir/data"
	holds 'script --time shows this time only' [ -z "$(grep -v '\] 0\.001' "$dir/out")" ]
	"$ipcprobe" script -i "$dir/data" >"$dir/all"
	works . script --time -0.0005, -i "$dir/data"
	holds 'script --time -0.0005, shows the last half a millisecond' \
		bash -c "awk '\$4 >= 0.001' '$dir/all' | cmp - '$dir/out'"
	works . script --time 0.0004,-0.0005 -i "$dir/data"
	holds 'script --time 0.0004,-0.0005 shows what lies between' \
		bash -c "awk '\$4 >= 0.0004 && \$4 < 0.001' '$dir/all' | cmp - '$dir/out'"
	works '^record synthetic: 0.000500 s' stat --time -0.0005, -i "$dir/data"
	works '^record synthetic: 0.001500 s, 5000 ' stat --time -99, -i "$dir/data"
	refuses 1 'the recording covers 0 to 0.0015' stat --time 0.002, -i "$dir/data"
	refuses 1 'STOP is not after START, which is at 0.0014' copies --time -0.0001,0.0002 -i "$dir/data"
	refuses 1 "there is no mark 'x'" stat --time ,mark:x -i "$dir/data"
	refuses 2 "--time 'mark:,'" stat --time mark:, -i "$dir/data"
	refuses 2 "--time 'mark:a'" stat --time mark:a -i "$dir/data"
	works ' 5000\.[0-9]* ' script --clock mono -i "$dir/data"
}

test_svg() {
	refuses 2 '--svg, --at and -J: one of them' runq --svg - --at 1 -i "$dir/data"
	refuses 2 '--svg, --at and -J: one of them' runq --svg - -J -i "$dir/data"
	refuses 1 '--time: the recording covers 0 to ' runq --svg - --time 99999, -i "$dir/data"
	refuses 1 'none/x: cannot write: No such file' runq --svg "$dir/none/x" -i "$dir/data"
	works '^<svg xmlns' runq --svg - --time 0.0001,0.0003 -C 1 -i "$dir/data"
	holds 'runq --svg -C draws this CPU only' \
		[ "$(grep -o '>CPU [0-9]*<' "$dir/out" | tr -d '\n')" = '>CPU 1<' ]
	holds 'runq --svg writes the file, and nothing else' \
		bash -c "'$ipcprobe' runq --svg '$dir/svg' -i '$dir/data' >'$dir/out' 2>&1 &&
			[ ! -s '$dir/out' ] && grep -q '^</svg>$' '$dir/svg'"
	holds 'runq --svg writes well-formed XML without scripts' \
		python3 -c 'import sys, xml.etree.ElementTree as tree
assert not any(e.tag.endswith("script") for e in tree.parse(sys.argv[1]).iter())' "$dir/svg"
	refuses 2 '--svg and -J: one of them' sched map --svg - -J -i "$dir/data"
	refuses 2 '--timeline and --svg: one of them' sched map --svg - --timeline -i "$dir/data"
	refuses 2 '--top: with --svg only' sched map --top 3 -i "$dir/data"
	works '^<title>Tasks</title>' sched map --svg - --top 2 -i "$dir/data"
	holds 'sched map --svg draws as many tasks as --top says' \
		[ "$(grep -c '>ran [0-9.]* %, woken' "$dir/out")" = 2 ]
	holds 'sched map --svg is another picture than that of runq' \
		bash -c "'$ipcprobe' sched map --svg - -i '$dir/data' | grep -q '>What each task did' &&
			grep -q '>Who ran and who was queued' '$dir/svg'"
	holds 'runq --svg reports a full disk' \
		bash -c "! '$ipcprobe' runq --svg /dev/full -i '$dir/data'"
}

columns_of_page() {
	sed -n '/^\.Sh COLUMNS/,/^\.Sh JSON/s/^\.It //p' ../../Documentation/man/ipcprobe-ls.1
}

test_ls() {
	refuses 2 "-t 'pip': not a list of types: there are pipe, fifo" ls -t pip
	refuses 2 "-t '': not a list" ls -t ''
	refuses 2 "--columns 'TYPE,NOPE': not a list of columns: there are TYPE,ID" ls --columns TYPE,NOPE
	refuses 2 "--columns '+': not a list of columns" ls --columns +
	refuses 2 "-p '1x': not understood" ls -p 1x
	refuses 2 "'pipe': nothing but options" ls pipe
	refuses 2 '-l: goes with neither -t nor -p' ls -l -t shm
	works '"limits"' ls -lJ
	holds 'ls -t --columns shows the selected columns' \
		bash -c "'$ipcprobe' ls -t pipe --columns TYPE,FD | grep '^TYPE *FD$'"
	works '"objects"' ls -J
	holds 'ls -J prints one JSON object' one_json_object_per_line
	"$ipcprobe" ls --columns '?' 2>&1 >"$dir/out" | sed -n 's/.*there are //p' |
		tr , '\n' | sed '/^$/d' >"$dir/columns"
	holds 'the manual page has every column of ls, in its order' \
		diff "$dir/columns" <(columns_of_page)
}

# Test the sub-commands of ipcprobe sched, and each of its views as text and as JSON.
test_sched() {
	local view

	refuses 2 'Usage: ipcprobe sched' sched
	refuses 2 "did you mean 'latency'" sched latncy
	refuses 2 "'ipcprobe sched --help' lists them" sched frobnicate
	refuses 2 "there are task, waker, cpu and cgroup" sched latency --by core
	refuses 2 'unrecognized option.*--parts' sched stat --parts
	refuses 2 'not a number from 1 to' sched map --timeline --width 0
	refuses 2 '--width: with --timeline only' sched map --width 60 -i "$dir/data"
	refuses 2 '--width: with --map only' runq --width 60 -i "$dir/data"
	refuses 1 'no such file' sched timehist -i "$dir/none"
	works 'timehist' sched --help
	works 'sch delay' sched timehist -i "$dir/data"
	works 'new task.*wait reason' sched timehist --precise -i "$dir/data"
	works 'Runtime summary' sched timehist -s -i "$dir/data"
	works ' secs' sched map -i "$dir/data"
	works 'a character' sched map --timeline -i "$dir/data"
	works 'migrations of' sched migrations -i "$dir/data"
	works 'MAX-START' sched latency -i "$dir/data"
	works 's  *: count  *distribution' sched latency --by cpu --histogram -i "$dir/data"
	works '^audits' sched stat -i "$dir/data"
	works '^picks predicted' sched explain -i "$dir/data"
	works '^picks predicted' sched explain --at 0.001 -i "$dir/data"
	works '^picks predicted' sched explain --task task-1003 -i "$dir/data"
	for view in runq 'sched explain'; do
		# shellcheck disable=SC2086 # words of a command
		refuses 2 "'soon' is not a time" $view --at soon -i "$dir/data"
		# shellcheck disable=SC2086
		refuses 2 "'@' is not a time" $view --at @ -i "$dir/data"
		# shellcheck disable=SC2086
		refuses 2 'the recording covers 0 to .* seconds, from @5000' $view --at 99 -i "$dir/data"
		# shellcheck disable=SC2086
		works . $view --at @5000.001 -i "$dir/data"
	done
	refuses 2 'not a number from 1 to' sched explain --worst 0 -i "$dir/data"
	refuses 2 'one of them' sched explain --worst 3 --task cat -i "$dir/data"
	refuses 2 "a task's number or name" sched explain --task '' -i "$dir/data"
	refuses 2 "no task 'nobody' was recorded" sched explain --task nobody -i "$dir/data"
	for view in explain latency timehist 'timehist --precise -wMS' map 'map --timeline' migrations stat; do
		# shellcheck disable=SC2086 # words of a command
		works '^{' sched $view -J -i "$dir/data"
		holds "sched $view -J is JSON" one_json_object_per_line
	done
}

# 0x...: one bit for each class; class task is always recorded.
test_not_recorded() {
	local view

	./tracefile_test "$dir/nopick" 100 1 0x1e
	refuses 1 'class pick was not recorded.*record with -e task,sched,pick' sched explain -i "$dir/nopick"
	works '^audits' sched stat -i "$dir/nopick"
	./tracefile_test "$dir/pipes" 100 1 0x6
	for view in runq 'runq --map' 'runq --at 0' 'runq --svg -' 'sched latency' 'sched timehist' \
		'sched map' 'sched map --svg -' 'sched migrations' 'sched stat' 'path --task 1103'; do
		# shellcheck disable=SC2086 # words of a command
		refuses 1 'class sched was not recorded, nothing can be shown: record with -e task,sched$' \
			$view -i "$dir/pipes"
	done
	works '^total' copies -i "$dir/pipes"
	holds 'copies warns of missing classes' \
		grep -q 'class file,shm,.* was not recorded, what it tells is missing: record with -e task,pipe,file' "$dir/err"
	works pipe_write script -e pipe,futex -i "$dir/pipes"
	holds 'script warns of missing classes' grep -q 'class futex was not recorded' "$dir/err"
	refuses 1 'class futex was not recorded' script -e futex -i "$dir/pipes"
	holds 'what was lost is in every recording' "$ipcprobe" script -e lost -i "$dir/pipes"
	./tracefile_test "$dir/tasks" 100 1 0x2
	refuses 1 'class pipe,file,shm,.* was not recorded, nothing can be shown' copies -i "$dir/tasks"
	works task_ stat -i "$dir/tasks"
}

# A CPU that does not exist would give empty tables.
test_cpus() {
	local view

	for view in stat script runq 'sched stat' 'sched map' 'sched latency' 'runq --svg -'; do
		# shellcheck disable=SC2086 # words of a command
		refuses 1 'data: -C: there is no CPU 99: the numbers are below 2$' $view -C 0,99 -i "$dir/data"
	done
	refuses 2 'none of exact, address, inferred' copies --grade sure -i "$dir/data"
	refuses 2 'followed by process, not by CPU' copies -C 0 -i "$dir/data"
	holds 'copies --help does not offer -C' \
		bash -c "! '$ipcprobe' copies --help | grep -e --cpus"
}

# A table shows exactly the columns that --columns names.
test_columns() {
	local view column

	for view in runq 'sched stat'; do
		# shellcheck disable=SC2086 # words of a command
		refuses 2 "--columns 'TASK,x': not a list of columns: there are TASK,RUNNING,QUEUED" $view --columns TASK,x
		# shellcheck disable=SC2086
		refuses 2 '--columns: without .*-J' $view -J --columns TASK -i "$dir/data"
		# shellcheck disable=SC2086
		works '^ *QUEUED TASK' $view --top 5 --columns queued,task -i "$dir/data"
		holds "$view --columns shows these columns and rows alone" \
			[ "$(awk '{ print NF }' "$dir/out" | tr -d '\n')" = 222222 ]
	done
	for view in copies 'copies --calls' stat runq 'runq --at 0.001' 'sched explain' 'sched latency' \
		'sched latency --antagonists' 'sched latency --by cpu' 'sched migrations' 'sched stat' \
		'sched timehist' 'path --task 1103' 'path --task 1103 --links'; do
		# shellcheck disable=SC2086 # words of a command
		column=$("$ipcprobe" $view --columns '?' 2>&1 | sed -n 's/.*there are //p')
		holds "$view has names of columns" [ -n "$column" ]
		# shellcheck disable=SC2086
		holds "$view --help has them, too" \
			bash -c "'$ipcprobe' ${view%% --*} --help | tr -s ' \n' , | grep -q 'Columns.*:,${column##*,}\|,${column##*,},'"
		# shellcheck disable=SC2086
		refuses 2 "not a list of columns: there are $column" $view --columns NOPE
		# shellcheck disable=SC2086
		refuses 2 '--columns: without' $view -J --columns "${column%%,*}" -i "$dir/data"
		# of these the recording has none
		[[ $view != 'sched explain' && $view != 'sched migrations' ]] || continue
		# shellcheck disable=SC2086
		works "^ *${column%%,*} .*${column##*,}\$" $view --columns "$column" -i "$dir/data"
		holds "$view --columns: each line has a word for each column" \
			bash -c "awk -v nr='$column' 'BEGIN { nr = split(nr, all, \",\") } NF != nr { exit 1 }' '$dir/out'"
		cp "$dir/out" "$dir/table"
		# shellcheck disable=SC2086
		works . $view --noheadings --columns "$column" -i "$dir/data"
		holds "$view --noheadings shows the same without the headings" \
			bash -c "tail -n +2 '$dir/table' | tr -d ' ' | cmp - <(tr -d ' ' <'$dir/out')"
		# shellcheck disable=SC2086
		works . $view -b --columns "$column" -i "$dir/data"
		holds "$view -b shows numbers without units" \
			bash -c "! grep -E '[0-9](ns|us|µs|ms|s|B|KiB|MiB)( |\$)' '$dir/out'"
	done
	works '^[0-9]* *[0-9]' ls -l -n -b --columns LIMIT,LIMIT,RESOURCE
	on_terminal 20 runq --top 1 --columns TASK,RUNNING,QUEUED,WAKE-UPS,MAX -i "$dir/data"
	holds 'on a narrow terminal, too' grep -q '^TASK .* MAX$' "$dir/out"
}

# awk and cut separate columns at blanks.
test_headings() {
	"$ipcprobe" runq --top 0 -i "$dir/data" >"$dir/out"
	holds 'each row of tasks has as many words as it has columns' \
		bash -c "sed -n '/^TASK/,/^all:/p' '$dir/out' | grep -v ^all | awk 'NF != 12 { exit 1 } END { exit NR < 40 }'"
	holds 'no heading of a table has a blank' \
		bash -c "! grep -rnE --include=*.c '\\{ \"[A-Z][^\"]* [^\"]*\", (true|false)' ../../tools"
}

# A process that does not exist is reported, by each view.
test_processes() {
	local view

	for view in stat script copies runq 'runq --svg -' 'runq --at 0.001' 'sched explain' 'sched latency' \
		'sched map' 'sched migrations' 'sched stat' 'sched timehist' path; do
		# shellcheck disable=SC2086 # words of a command
		refuses 1 'data: -p: there was no process 999999$' $view -p 1103,999999 -i "$dir/data"
	done
	refuses 1 '^ipcprobe: process 4194305: No such process$' ls -p "$$,4194305"
	holds 'ls reports that a process has none' bash -c "'$ipcprobe' ls -t mq -p $$ 2>&1 |
		grep -q 'no such object is held or waited for by this process'"
}

# on_terminal COLUMNS ARG...: write the output on a terminal of that width to $dir/out
on_terminal() {
	local columns=$1
	shift

	script -qec "stty cols $columns; '$ipcprobe' $*" /dev/null </dev/null 2>/dev/null |
		tr -d '\r' >"$dir/out"
}

# Lines that do not fit are hard to read, so columns are hidden: the user is warned
# and can get them.
test_terminal() {
	local view columns

	for view in runq 'copies --top 1' 'sched stat' 'sched latency' 'sched latency --parts' stat; do
		for columns in 80 200; do
			# shellcheck disable=SC2086 # words of a command
			on_terminal $columns $view -i "$dir/data"
			grep -v '^record synthetic: \|^[^ ]*: \|^lost: \|^total: \|^recorded \|^audits: \|^CPUs 0-1 \|→\|->' "$dir/out" >"$dir/tables"
			holds "the tables of $view have no line longer than $columns" \
				[ "$(wc -L <"$dir/tables")" -le $columns ]
		done
	done
	on_terminal 80 runq -i "$dir/data"
	holds 'on a narrow terminal the hidden columns are named' grep -q '^(no room for .*MIGRATIONS)$' "$dir/out"
	on_terminal 60 ls -t pipe --columns NAME,FD,ACCESS,PROCESS,WAITS,RELATION,USED,SIZE,VALUE,READERS,WRITERS
	holds 'columns that the user named are all shown' grep -q '^NAME *FD.*READERS WRITERS$' "$dir/out"
	on_terminal 60 runq -o "$dir/report" -i "$dir/data"
	holds 'a file has all columns' grep -q '^TASK .*MIGRATIONS$' "$dir/report"
	"$ipcprobe" ls -t pipe,fifo,unix --columns "$(paste -sd, "$dir/columns")" >"$dir/out" 2>/dev/null
	holds 'ls can show all columns at once' grep -q '^TYPE .*MAPLEN$' "$dir/out"
}

test_top() {
	local view word

	for view in copies runq stat 'sched latency' 'sched migrations' 'sched stat' 'sched timehist' path vm; do
		for word in x '' -1 1048577 4294967296; do
			# shellcheck disable=SC2086 # words of a command
			refuses 2 "--top: '$word' is not a number from 0 to 1048576" $view "--top=$word"
		done
	done
	"$ipcprobe" stat --top 3 -n --columns COUNT -i "$dir/data" >"$dir/out"
	holds 'stat --top shows the most frequent events' bash -c "'$ipcprobe' stat -n --columns COUNT -i '$dir/data' |
		sort -rn | head -n 3 | diff - <(sort -rn '$dir/out')"
	for word in '' -b; do
		# shellcheck disable=SC2086 # no word
		"$ipcprobe" sched timehist --top 3 --noheadings $word --columns TASK -i "$dir/data" >"$dir/out"
		holds "sched timehist --top shows so many tasks $word" [ "$(wc -l <"$dir/out")" = 3 ]
	done
	for view in copies runq stat 'sched latency' 'sched migrations' 'sched stat' 'sched timehist -s' \
		'path --task 1103'; do
		# shellcheck disable=SC2086
		works . $view --top 1048576 -i "$dir/data"
	done
}

test_damaged() {
	head -c 40000 "$dir/data" >"$dir/cut"
	works rq_switch stat -i "$dir/cut"
	holds 'a cut file is reported' grep -q 'the end is missing' "$dir/err"
	{ head -c 1000 "$dir/data"; echo x; tail -c +1003 "$dir/data"; } >"$dir/flip"
	works . stat -i "$dir/flip"
	holds 'a damaged file is reported' grep -q 'damaged parts skipped' "$dir/err"
}

# cannot_write FILE WHERE COMMAND ARG...: a full disk is reported with the name of the
# file; the only other messages are about objects that ls could not read.
cannot_write() {
	local status=0 said=$1 out=$2
	shift 2

	"$ipcprobe" "$@" >"$out" 2>"$dir/err" || status=$?
	if [ $status = 1 ] && ! grep -q 'cannot read on\|memory$' "$dir/err" &&
		[ "$(tail -n 1 "$dir/err")" = "ipcprobe: $said: cannot write: No space left on device" ]; then
		result ok "a full disk is reported: $*"
	else
		sed 's/^/# /' "$dir/err"
		result 'not ok' "a full disk is said: $* (status $status)"
	fi
}

test_writing() {
	local view

	for view in script 'script -J' stat 'stat -J' copies 'copies -J' runq 'runq -J' 'runq --map' \
		'runq --at 0.001' 'runq --at 0.001 -J' 'sched explain' 'sched explain -J' 'sched latency' \
		'sched latency -J' 'sched map' 'sched map -J' 'sched migrations' 'sched migrations -J' \
		'sched stat' 'sched stat -J' 'sched timehist' 'sched timehist -J' 'path --task 1103' \
		'path --task 1103 -J' 'path --task 1103 --links' 'copies --help'; do
		# shellcheck disable=SC2086 # words of a command
		cannot_write 'standard output' /dev/full $view -i "$dir/data"
	done
	for view in check 'check -v' 'check -J' ls 'ls -J' 'ls -l' "vm $$" "vm -J $$" --help '--version' 'sched --help' help; do
		# shellcheck disable=SC2086
		cannot_write 'standard output' /dev/full $view
	done
	cannot_write /dev/full "$dir/out" copies -o /dev/full -i "$dir/data"
	holds 'a file at its size limit is reported' bash -c "ulimit -f 1
		'$ipcprobe' script -o '$dir/report' -i '$dir/data' 2>'$dir/err'
		[ \$? = 1 ] && grep -q 'report: cannot write: File too large' '$dir/err'"
	holds 'a pipe without readers is reported where SIGPIPE is ignored' bash -c "trap '' PIPE
		{ '$ipcprobe' script -i '$dir/data' 2>'$dir/err'; echo \$? >'$dir/status'; } | true
		[ \"\$(cat '$dir/status')\" = 1 ] &&
			grep -q 'standard output: cannot write: Broken pipe' '$dir/err'"
	refuses 1 'none/x: cannot write: No such file' copies -o "$dir/none/x" -i "$dir/data"
	refuses 1 'that file is to be read' copies -o "$dir/data" -i "$dir/data"
	echo old >"$dir/report"
	refuses 1 'no such file' copies -o "$dir/report" -i "$dir/none"
	holds 'a report is not begun if there is nothing to read' [ "$(cat "$dir/report")" = old ]
	"$ipcprobe" stat -i "$dir/data" >"$dir/expected"
	holds '-o writes the report, and nothing to standard output' \
		bash -c "'$ipcprobe' stat -o '$dir/report' -i '$dir/data' >'$dir/out' &&
			[ ! -s '$dir/out' ] && cmp '$dir/report' '$dir/expected'"
	holds '-o - is standard output' \
		bash -c "'$ipcprobe' stat -o - -i '$dir/data' | cmp - '$dir/expected'"
}

# Without the module recording cannot begin, and ipcprobe does nothing else either.
test_without_module() {
	if [ -e /dev/ipcprobe ]; then
		echo "ok $((number += 1)) recording without a module # SKIP there is one"
		return
	fi
	echo old >"$dir/kept"
	refuses 1 'module is not loaded.*modprobe' record -o "$dir/kept" -- touch "$dir/touched"
	refuses 1 'module is not loaded.*modprobe' copies -p $$
	refuses 1 'module is not loaded.*modprobe' runq -a
	holds 'the command was not run, the old file is as it was' \
		[ ! -e "$dir/touched" -a "$(cat "$dir/kept")" = old ]
	"$ipcprobe" check >"$dir/out" 2>&1
	holds 'check prints what to do' grep -q 'PROBLEM  module .*modprobe' "$dir/out"
}

echo "KTAP version 1"
./tracefile_test "$dir/data" 5000 2 || exit 1
test_usage
test_words
test_vm
test_files
test_reading
test_svg
test_ls
test_sched
test_not_recorded
test_cpus
test_headings
test_processes
test_columns
test_terminal
test_top
test_damaged
test_writing
test_without_module
results_end
