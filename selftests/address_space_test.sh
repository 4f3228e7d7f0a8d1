#!/bin/bash
# ipcprobe vm: what it prints about each page agrees with what the program did, with
# the sums of smaps, and with pagemap and kpagecount. Does not need the module.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq python3 setpriv
mappings=$PWD/mappings pages=$PWD/pages.py
cd "$work" || exit 1
chmod 755 "$work"

# start [COMMAND...]: start the program, through COMMAND; sets parent, child, at[NAME].
declare -A at
start() {
	local name address

	coproc program { exec "$@" "$mappings"; }
	# Subshells do not inherit a coprocess's descriptors.
	exec {to}>&"${program[1]}" {from}<&"${program[0]}"
	at=()
	while read -r name address <&"$from"; do
		[ "$name" != ready ] || break
		at[$name]=$address
	done
	parent=${address% *} child=${address#* }
	[ -n "$child" ]
}

# order LINE: send the line to the program and wait until it is done.
order() {
	local answer

	echo "$1" >&"$to"
	read -r answer <&"$from" && [ "$answer" = "done" ]
}

look() { ipcprobe vm -J "$parent" "$child" >vm.json; }

# region PROCESS NAME FILTER: the filter is true of the mapping NAME of process 0 (the
# parent) or 1
region() {
	jq -c --arg at "${at[$2]}" ".processes[$1].regions[] | select(.range | startswith(\$at + \"-\")) | $3" vm.json
}

# group KIND CAUSE WHO FILTER: the filter is true of a group of pages; WHO is parent,
# child or both
group() {
	local pids

	case $3 in
	parent) pids="[$parent]" ;;
	child) pids="[$child]" ;;
	*) pids="[$parent,$child]" ;;
	esac
	jq -c "[.groups[] | select(.kind == \"$1\" and .cause == \"$2\" and .pids == $pids) | $4] | add" vm.json
}

page() { echo $(($1 * 4096)); }

segment() {
	equal together "$(page 6)" "$(group 'SysV shm' shared-memory both .bytes)"
	equal mapped "$(page 12)" "$(group 'SysV shm' shared-memory both .mapped)"
	equal share "$(page 6)" "$(group 'SysV shm' shared-memory both .share)"
	equal alone "$(page 4)" "$(group 'SysV shm' shared-memory parent .bytes)"
	equal child null "$(group 'SysV shm' shared-memory child .bytes)"
	equal size "$(page 16)" "$(region 0 segment .bytes)"
	equal share "$(page 7)" "$(region 0 segment .share)"
}

memfd() {
	equal together "$(page 3)" "$(group memfd shared-memory both .bytes)"
	equal alone "$(page 5)" "$(group memfd shared-memory parent .bytes)"
	equal name '"known"' "$(region 1 memfd .backing)"
}

forked() {
	local process

	for process in 0 1; do
		equal together "$(page 16)" "$(region "$process" forked .pages.together)"
		equal own "$(page 16)" "$(region "$process" forked .pages.own)"
		equal share "$(page 24)" "$(region "$process" forked .share)"
		equal ksm 0 "$(region "$process" forked .pages.ksm)"
	done
}

zeros() {
	equal parent "$(page 5)" "$(region 0 zero .pages.zero)"
	equal child "$(page 5)" "$(region 1 zero .pages.zero)"
	equal resident 0 "$(region 0 zero .smaps.rss)"
	equal once 4096 "$(jq '[.groups[] | select(.cause == "zero-page") | .bytes] | add' vm.json)"
}

file() {
	equal together "$(page 4)" "$(group file unwritten both .bytes)"
	equal parent "$(page 2)" "$(group file unwritten parent .bytes)"
	equal copies "$(page 2)" "$(group file copy child .bytes)"
}

# Both processes share libc's text; each has its own copy of libc's data.
libc() {
	local filter='select(.backing | endswith("/libc.so.6"))' process

	for process in 0 1; do
		jq -e "[.processes[$process].regions[] | $filter | select(.part == \"text\") | .pages |
			.own == 0 and .together > 0 and .copies == 0] | all and length == 1" vm.json
		jq -e "[.processes[$process].regions[] | $filter | select(.part == \"data\") | .pages |
			.copies > 0] | all and length > 0" vm.json
	done
	equal text "$(region_of 0 text)" "$(region_of 1 text)"
}

# region_of PROCESS PART: print how many bytes of libc both processes share
region_of() {
	jq "[.processes[$1].regions[] | select((.backing | endswith(\"/libc.so.6\")) and .part == \"$2\") |
		.pages.together] | add" vm.json
}

huge() {
	[ -n "${at[huge]-}" ] || return
	equal together $((2 << 20)) "$(region 0 huge .pages.together)"
	equal huge $((2 << 20)) "$(region 1 huge .pages.hugetlb)"
	equal share $((1 << 20)) "$(region 1 huge .share)"
	equal smaps $((2 << 20)) "$(region 1 huge .smaps.shared_hugetlb)"
}

# sums PID FILE: print the sums of smaps, in bytes
sums() {
	awk '$1 == "Rss:" { rss += $2 } $1 ~ /^Shared_(Clean|Dirty):/ { shared += $2 }
		$1 ~ /^Private_(Clean|Dirty):/ { private += $2 }
		END { print rss * 1024, shared * 1024, private * 1024 }' "/proc/$1/smaps"
}

smaps() {
	local process pid

	for process in 0 1; do
		pid=$(jq ".processes[$process].pid" vm.json)
		equal "smaps of $pid" "$(sums "$pid")" "$(jq -r ".processes[$process].pages |
			\"\(.mapped_once + .mapped_more - .hugetlb) \(.mapped_more - .hugetlb) \(.mapped_once)\"" vm.json)"
	done
	equal disagree 0 "$(jq '[.processes[].regions[] | select(.agrees | not)] | length' vm.json)"
	equal changed 0 "$(jq '[.processes[].pages.changed] | add' vm.json)"
}

# shellcheck disable=SC2016 # jq's own
kpagecount() {
	local sum='[.groups[] | select(.cause != "zero-page")'

	python3 "$pages" "$parent" "$child" >truth
	equal together "$(jq .together truth)" "$(jq "$sum | select(.pids | length == 2) | .bytes] | add" vm.json)"
	equal parent "$(jq .a truth)" "$(jq "$sum | select(.pids == [$parent]) | .bytes] | add" vm.json)"
	equal child "$(jq .b truth)" "$(jq "$sum | select(.pids == [$child]) | .bytes] | add" vm.json)"
	equal others "$(jq .others truth)" "$(jq "$sum | .others] | add" vm.json)"
}

partition() {
	jq -e '[.processes[].regions[].pages |
		.present == .own + .together + .others + .unknown + .zero + .raw] | all' vm.json
}

merged() {
	order merge
	(cd /sys/kernel/mm/ksm && echo 1000 >pages_to_scan && echo 0 >sleep_millisecs && echo 1 >run)
	is_merged() { look && [ "$(group anonymous ksm both .bytes)" = 4096 ]; }
	await is_merged
	equal ksm 4096 "$(region 1 merged .pages.ksm)"
	echo 2 >/sys/kernel/mm/ksm/run
}

# The kernel passes over a page that another CPU has not put on its list yet.
is_paged_out() {
	order pageout
	look
	[ "$(region 0 merged .smaps.swap)" = 4096 ]
}

swapped() {
	modprobe zram
	echo 64M >/sys/block/zram0/disksize
	mkswap /dev/zram0
	swapon /dev/zram0
	await is_paged_out
	equal swapped 4096 "$(region 0 merged .pages.swapped)"
	equal present 0 "$(region 0 merged .pages.present)"
}

# True if the process sleeps. No other program is started to find out: it sleeps for
# seconds only.
is_asleep() {
	local stack

	read -rd '' stack <"/proc/$1/stack"
	[[ $stack == *nanosleep* ]]
}

# vm_while WATCH LINE: observe with ipcprobe vm, and send LINE to the program meanwhile.
vm_while() {
	ipcprobe vm -J "$1" 2 "$parent" "$child" >vm.json &
	# ipcprobe vm clears the bits before it sleeps, so wait until it sleeps.
	await is_asleep $!
	order "$2"
	wait $!
}

written() {
	vm_while --written "parent 12 14"
	equal parent '[12,13,14]' "$(region 0 segment .written_pages)"
	equal child '[]' "$(region 1 segment .written_pages)"
	vm_while --written "child 3 5"
	equal parent '[]' "$(region 0 segment .written_pages)"
	equal child '[3,4,5]' "$(region 1 segment .written_pages)"
	equal private null "$(region 0 forked .written_pages)"
	jq -e '.watched_ns >= 2e9' vm.json
}

touched() {
	vm_while --touched "child 3 5"
	[ "$(region 1 segment .touched_bytes)" -ge "$(page 3)" ]
	equal parent 0 "$(region 0 memfd .touched_bytes)"
}

nobody() {
	start setpriv --reuid 65534 --regid 65534 --clear-groups
	setpriv --reuid 65534 --regid 65534 --clear-groups "$(command -v ipcprobe)" vm -J "$parent" "$child" >vm.json
	equal frames false "$(jq .has_frames vm.json)"
	equal segment "$(page 6)" "$(group 'SysV shm' shared-memory both .bytes)"
	equal own "$(page 16)" "$(region 0 forked .pages.own)"
	equal unknown "$(page 16)" "$(region 0 forked .pages.unknown)"
	equal others null "$(group 'SysV shm' shared-memory both .others)"
	fails setpriv --reuid 1 --regid 1 --clear-groups "$(command -v ipcprobe)" vm "$parent" 2>err
	grep 'not allowed' err
}

ended() {
	local victim

	sleep 1000 &
	victim=$!
	ipcprobe vm --written 2 "$victim" 2>err &
	await is_asleep $!
	kill "$victim"
	fails wait $!
	grep "process .*: there is no such process" err
}

refusals() {
	fails ipcprobe vm 4194303 2>err
	grep 'process 4194303: there is no such process' err
	fails ipcprobe vm 2 2>err
	grep 'process 2: has no address space: a kernel thread' err
}

drawn() {
	ipcprobe vm "$parent" >text
	grep -E '^mappings\[[0-9]+\]: [0-9]+ regions of ' text
	grep -E ' rw-s .* SSSSSSOOOO\.{6} +SysV-shm +id [0-9]+, key 0x00000000$' text
	grep -E ' rw-s .* SSSOOOOO +memfd +known$' text
	grep -E ' ZZZZZ +anonymous' text
	grep -E '^check: in ([0-9]+) of \1 regions the pages agree' text
	ipcprobe vm "$parent" "$child" >text
	grep -E '^ *24.0KiB +16.0KiB +40.0KiB SysV-shm +one object, writable' text
}

# ipcprobe maps pages of libc, and each program maps other pages: a process that has
# all of libc mapped makes every page of libc a shared one.
hold_libraries() {
	local files

	mapfile -t files < <(awk '$6 ~ /\.so/ { print $6 }' "/proc/$parent/maps" | sort -u)
	exec {held}< <(exec python3 -c '
import mmap, signal, sys
held = []
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        m = mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)
    held.append((m, sum(m[i] for i in range(0, len(m), 4096))))
print("held", flush=True)
signal.pause()' "${files[@]}")
	holder=$!
	read -r <&"$held"
}

# The kernel sometimes moves a page (compaction), and other processes map and unmap
# pages of libc. So compare several times, until nothing happened in between.
settle() {
	local tries status

	for ((tries = 0; tries < 10; tries++)); do
		look
		(
			set -e
			libc
			smaps
			kpagecount
		) >/dev/null 2>&1
		status=$?
		[ $status != 0 ] || return
	done
}

echo 2 >/proc/sys/vm/nr_hugepages
start || exit 1
hold_libraries || exit 1
settle
prove "of a SysV segment that is shared which both have touched" segment
prove "the same of a memfd" memfd
prove "pages are left from a fork until one of both writes them" forked
prove "reads of memory never written find the page of zeros" zeros
prove "a private file mapping is shared page by page until it is written" file
prove "libc's text is shared, its data copied" libc
prove "a huge page of hugetlbfs is shared by its halves" huge
prove "the sums are those of smaps" smaps
prove "the frames are those of pagemap, their mappings those of kpagecount" kpagecount
prove "each page is counted as one thing" partition
on 6.12 prove "the picture shows each page of the segment" drawn
on 6.1 prove "--written shows the pages that were written, and the writers" written
on 6.12 prove "--touched counts what was referenced" touched
on 7.2 prove "KSM's pages are distinguished from those of a fork" merged
on 7.2 prove "a page in swap is distinguished from one in memory" swapped
on 6.1 prove "without privileges it prints only what it could read" nobody
on 7.2 prove "a process that ends meanwhile is an error" ended
prove "a task without an address space is refused" refusals
kill "$holder"
prove_end
