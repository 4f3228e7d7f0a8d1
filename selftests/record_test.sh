#!/bin/bash
# ipcprobe record and its files: loss is counted exactly; files that are cut or
# damaged, and bad input of any kind, get a clear message and no crash.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq python3 hackbench
load_module
cd "$work" || exit 1

head -c 4M /dev/zero >zeroes

# ---- loss ----

overflow() {
	local total

	ipcprobe record -a -m 4K -o lossy.data -- \
		sh -c 'hackbench -p -g 1 -f 2 -l 50; cat zeroes | cat | cat >out' >/dev/null 2>err
	cat err
	ipcprobe stat -J -i lossy.data >lossy.json
	jq -se '[.[] | select(.row == "class") | .produced == .read + .lost] | all' lossy.json
	jq -se '[.[] | select(.row == "class") | .lost] | add > 0' lossy.json
	total=$(jq -s '[.[] | select(.row == "class") | .lost] | add' lossy.json)
	tail -n 1 err | grep -q " $total lost$"
	total=$(jq -s '[.[] | select(.row == "class") | .read] | add' lossy.json)
	equal "events in the file" "$total" "$(tail -n 1 err | sed 's/.* \([0-9]*\) events.*/\1/')"
	equal "bytes in the file" "$(stat -c %s lossy.data)" \
		"$(tail -n 1 err | sed 's/.* \([0-9]*\) bytes.*/\1/')"
	# each event that was read is in the file; each lost one is counted in the file
	ipcprobe script -J -i lossy.data >lossy.script
	equal "events in the file" "$total" "$(jq -c 'select(.event != "lost")' lossy.script | wc -l)"
	total=$(jq -s '[.[] | select(.row == "class") | .lost] | add' lossy.json)
	equal "lost events in the file" "$total" \
		"$(jq -s '[.[] | select(.event == "lost") | .fields.nr_lost] | add' lossy.script)"
}

lossy_views_say_so() {
	ipcprobe copies -J -i lossy.data | jq -e '.lost != [] and .total.figures != "exact"'
	ipcprobe runq -J -i lossy.data | jq -e '.lost != []'
	# nothing is paired across a gap: audits agree where the queue is known
	ipcprobe runq -J -i lossy.data | jq -e '.audits.disagreements == []'
	ipcprobe copies -i lossy.data | grep -qi lost
	ipcprobe runq -i lossy.data | grep -qi lost
}

# ---- bytes of transfers ----

# Print the bytes in the events of a type, as hexadecimal digits, for each offset.
first_bytes() {
	jq -r --arg event "$1" '
		if .event == "io_data" and .fields.offset == 0 then .tid, .fields.data
		elif .event == $event and .fields.ret > 0 then .tid, "call"
		else empty end' "$2" | paste - - |
		awk '$2 == "call" { print data[$1]; next } { data[$1] = $2 }'
}

snaplen() {
	local hex

	head -c 100 /dev/urandom >random
	hex=$(head -c 33 random | od -An -v -tx1 | tr -d ' \n')
	ipcprobe record --snaplen 33 -o bytes.data -- \
		dash -c 'cat random | cat | dd of=copy bs=4k status=none' 2>err
	cat err
	cmp random copy
	ipcprobe script -J -i bytes.data >bytes.json
	for event in file_read pipe_write pipe_read file_write; do
		first_bytes "$event" bytes.json >seen
		grep -qx "$hex" seen || { echo "no $event of $hex"; cat seen; return 1; }
	done
	ipcprobe script -x -e pipe_write -i bytes.data >shown
	cat shown
	fails grep io_data shown
	equal "dumps of what went into the pipes" 2 "$(grep -A 3 'pipe_write: .* ret=100 ' shown |
		sed -n 's/^ *0x00[0-9a-f]*:  \([0-9a-f ]\{39\}\).*/\1/p' | tr -d ' \n' |
		grep -o "$hex" | wc -l)"
	ipcprobe stat -i bytes.data | grep -q 'first 33 bytes of each transfer'
	ipcprobe stat -J -i bytes.data | jq -se 'any(.snaplen == 33)'
	ipcprobe copies -i bytes.data | grep -q exact
}

no_snaplen() {
	ipcprobe record -o plain.data -- dash -c 'cat random | cat >copy' 2>err
	equal "records of bytes" 0 "$(ipcprobe script -J -i plain.data | grep -c io_data || true)"
	fails ipcprobe script -x -i plain.data >out.txt 2>err.txt
	cat err.txt
	[ ! -s out.txt ]
	grep -q 'record with --snaplen' err.txt
}

status_is_the_commands() {
	local status

	for status in 0 1 7 255; do
		equal "status" "$status" "$(
			ipcprobe record -e task -o status.data -- sh -c "exit $status" 2>/dev/null
			echo $?
		)"
	done
	equal "status" 137 "$(ipcprobe record -o s -- sh -c 'kill -KILL $$' 2>/dev/null; echo $?)"
	equal "status" 127 "$(ipcprobe record -o s -- ./no-such-command 2>/dev/null; echo $?)"
	equal "status" 126 "$(ipcprobe record -o s -- ./zeroes 2>/dev/null; echo $?)"
}

has_data() { [ "$(stat -c %s killed.data)" -gt 4096 ]; }

killed() {
	local record

	ipcprobe record -a -m 64K -o killed.data 2>/dev/null &
	record=$!
	await hooked
	hackbench -p -g 1 -f 2 -l 100 >/dev/null
	await has_data
	kill -KILL "$record"
	wait "$record" || true
	await fails hooked
	ipcprobe stat -i killed.data >/dev/null 2>err
	cat err
	grep -qi 'cut\|truncated\|end.*missing' err
	ipcprobe copies -i killed.data >/dev/null 2>err
}

# ---- damaged files ----

make_sample() {
	ipcprobe record -o sample.data -- sh -c 'head -c 1M zeroes | cat >out' >/dev/null 2>&1
	sample=$(stat -c %s sample.data)
	echo "# the sample has $sample bytes"
	[ "$sample" -gt 12288 ]
}

analyses=("stat" "script" "copies" "runq" "stat -J" "script -J" "copies -J" "runq -J")

# Each analysis ends by itself, prints a message if it fails, and has status 0 or 1.
# Text and JSON in turn.
survives() {
	local analysis status

	form=$((4 - ${form-0}))
	for analysis in "${analyses[@]:form:4}"; do
		status=0
		# shellcheck disable=SC2086 # words
		timeout 20 ipcprobe $analysis -i "$1" >out.txt 2>err.txt || status=$?
		if [ "$status" -gt 1 ] || { [ "$status" = 1 ] && [ ! -s err.txt ]; }; then
			echo "$2: ipcprobe $analysis: status $status"
			cat err.txt
			return 1
		fi
		if [ "$status" = 0 ] && [[ $analysis == *-J ]] && ! jq -e . out.txt >/dev/null; then
			[ -s out.txt ] || continue
			echo "$2: ipcprobe $analysis: no JSON"
			return 1
		fi
	done
}

cut_everywhere() {
	local at

	# cut at each 4 KiB, and near the ends
	for ((at = 0; at < sample; at += 4096)); do
		head -c "$at" sample.data >cut.data
		survives cut.data "cut at $at"
	done
	for at in 1 7 8 63 64 65 $((sample - 1)) $((sample - 8)); do
		head -c "$at" sample.data >cut.data
		survives cut.data "cut at $at"
	done
}

what_is_whole_is_read() {
	local whole half

	whole=$(ipcprobe script -i sample.data | wc -l)
	head -c $((sample - 100)) sample.data >cut.data
	half=$(ipcprobe script -i cut.data 2>err | wc -l)
	cat err
	[ -s err ]
	[ "$half" -gt 0 ]
	[ "$half" -le "$whole" ]
}

flip() {
	python3 - "$1" "$2" <<-'END'
		import random, sys
		data = bytearray(open("sample.data", "rb").read())
		random.seed(int(sys.argv[2]))
		for n in range(1 + int(sys.argv[2]) % 4):
		    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
		open(sys.argv[1], "wb").write(data)
	END
}

flipped_bits() {
	local seed

	for ((seed = 0; seed < 10; seed++)); do
		flip flipped.data "$seed"
		survives flipped.data "bits flipped with seed $seed"
	done
}

other_files() {
	: >empty
	head -c 100000 /dev/urandom >noise
	for file in empty noise zeroes /bin/true .; do
		for analysis in "${analyses[@]}"; do
			# shellcheck disable=SC2086
			refused 1 ipcprobe $analysis -i "$file"
		done
	done
}

# ---- bad input ----

# refused STATUS COMMAND...: the command fails with that status and a message on stderr.
refused() {
	local wanted=$1 status=0
	shift

	timeout 20 "$@" >/dev/null 2>err.txt || status=$?
	[ "$status" = "$wanted" ] && [ -s err.txt ] && return
	echo "$*: status $status, wanted $wanted:"
	cat err.txt
	return 1
}

bad_options() {
	local command

	refused 2 ipcprobe
	refused 2 ipcprobe no-such-command
	for command in record script copies runq stat; do
		refused 2 ipcprobe "$command" --no-such-option
		refused 2 ipcprobe "$command" -m 5000 -- true
		refused 2 ipcprobe "$command" -m 1 -- true
		refused 2 ipcprobe "$command" -m 2G -- true
		refused 2 ipcprobe "$command" -m many -- true
	done
	refused 2 ipcprobe check --no-such-option
	refused 2 ipcprobe check surplus
	refused 2 ipcprobe record -e pipe,nonsense -- true
	refused 2 ipcprobe record -e '' -- true
	refused 2 ipcprobe record -C nonsense -- true
	refused 2 ipcprobe record -C 3-1 -- true
	refused 2 ipcprobe record -p 0
	refused 2 ipcprobe record -p x
	refused 2 ipcprobe record -a -p 1
	refused 2 ipcprobe record --snaplen 0 -- true
	refused 2 ipcprobe record --snaplen 65537 -- true
	refused 2 ipcprobe record --snaplen some -- true
	grep -q 'from 1 to 64k' err.txt
	refused 2 ipcprobe script -x -- true
	refused 2 ipcprobe script -e nonsense -i sample.data
	refused 2 ipcprobe copies --top x -i sample.data
	refused 2 ipcprobe copies --time 3,1 -i sample.data
	refused 2 ipcprobe runq --at x -i sample.data
	refused 2 ipcprobe runq --width 0 --map -i sample.data
}

bad_paths() {
	local command

	for command in script copies runq stat; do
		refused 1 ipcprobe "$command" -i /no/such/file
		refused 1 ipcprobe "$command" -i /
	done
	refused 1 ipcprobe record -o /no/such/directory/file -- true
	refused 1 ipcprobe record -o / -- true
	refused 1 ipcprobe record -C 4000 -o x -- true
	refused 1 ipcprobe record -p 4194304 -o x
}

without_rights() {
	cp sample.data /tmp/ipcprobe-sample.$$
	chmod 600 /tmp/ipcprobe-sample.$$
	refused 1 setpriv --reuid 65534 --clear-groups ipcprobe stat -i /tmp/ipcprobe-sample.$$
	rm /tmp/ipcprobe-sample.$$
	refused 1 setpriv --reuid 65534 --clear-groups ipcprobe record --snaplen 64 -o /tmp/none -- true
	grep -qi 'permi' err.txt
}

without_module() {
	rmmod ipcprobe
	refused 1 ipcprobe record -o none.data -- true
	grep -qi 'not loaded' err.txt
	[ ! -e none.data ]
	refused 1 ipcprobe copies -- true
	fails ipcprobe check >check.txt
	grep -q 'PROBLEM  *module' check.txt
	insmod "$IPCPROBE_KO"
}

# On a terminal a message says that a key ends the recording.
until_key() {
	mkfifo keys
	exec 7<>keys
	script -qefc 'ipcprobe record -o tty.data' tty.txt <keys >/dev/null 7>&- &
	await grep -q 'recording all processes until ^C' tty.txt
	printf '\003' >&7
	wait
	exec 7>&-
	grep -q 'tty.data: .* events, 0 lost' tty.txt
	ipcprobe stat -i tty.data >tty.stat
	grep -q task_snapshot tty.stat
}

# The kernels of the tests have all hooks: no class begins with a gap.
complete_kernel() {
	ipcprobe record -o complete.data -- true 2>err
	cat err
	tail -n 1 err | grep -q ' events, 0 lost$'
	equal "classes with losses" 0 \
		"$(ipcprobe stat -J -i complete.data | jq -s '[.[] | select(.row == "lost")] | length')"
}

check_is_happy() {
	ipcprobe check >check.txt
	[ "$(wc -l <check.txt)" -le 10 ]
	grep -q "hooks .* attached, .*'ipcprobe check -v' lists them" check.txt
	ipcprobe check -v >hooks.txt
	grep -q '^pipe_release *function *pipe *attached' hooks.txt
	ipcprobe check -J | jq -se '[.[] | select(.row == "check") | .ok] | all'
}

# Whether the kernel is locked down is not known if its file is not mounted.
lockdown_is_known() {
	local said status=0

	umount -q /sys/kernel/security || true
	said=$(ipcprobe check | grep ' lockdown ')
	grep 'not known' <<<"$said" || { echo "$said"; return 1; }
	mount -t securityfs none /sys/kernel/security || skip "the kernel has no securityfs"
	said=$(ipcprobe check | grep ' lockdown ') || status=$?
	umount /sys/kernel/security
	echo "$said"
	[ "$status" = 0 ]
	fails grep 'not known' <<<"$said"
}

prove "with rings of 4 KiB: produced = read + lost, and each loss is recorded" overflow
on 6.12 prove "the views of such a file warn of losses" lossy_views_say_so
prove "a recording of all classes begins with no loss" complete_kernel
on 7.2 prove "--snaplen records the first bytes of each transfer, script shows them" snaplen
on 7.2 prove "without it there are none, and script -x prints how to get them" no_snaplen
prove "the status is the command's" status_is_the_commands
prove "a killed recorder leaves a file that can be read, and no hooks" killed
make_sample || exit 1
on 7.2 prove "a file cut at any place" cut_everywhere
on 7.2 prove "the intact part of a cut file is read" what_is_whole_is_read
on 6.12 prove "files with flipped bits" flipped_bits
on 6.1 prove "files of other formats" other_files
on 6.1 prove "bad options" bad_options
on 6.12 prove "bad paths, CPUs and processes" bad_paths
on 6.1 prove "without rights" without_rights
prove "without the module" without_module
on 7.2 prove "without a command, a message on a terminal says how to end the recording" until_key
prove "ipcprobe check finds everything in order" check_is_happy
on 6.12 prove "lockdown is reported where it can be known" lockdown_is_known
prove_end
