#!/bin/bash
# ipcprobe ls: objects of each kind, made with known contents, holders and waiters,
# are shown correctly, and as lsfd, lsipc and ipcs show them.
# shellcheck disable=SC2016,SC2317 # jq has variables; prove calls the functions
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
need ipcprobe jq python3 lsfd lsipc ipcs
load_module
modprobe -q unix_diag 2>/dev/null ||
	insmod "$(find "/lib/modules/$(uname -r)" -name 'unix_diag.ko*' 2>/dev/null | head -n 1)" 2>/dev/null
cd "$work" || exit 1

mkfifo in
"$here/ls_objects.py" "$work" <in >facts.json &
exec 9>in
await test -s facts.json
maker=$(jq .pid facts.json)

# All the children sleep in the calls that they were made for.
sleeping() {
	local pid

	for pid in $(jq '.children[]' facts.json); do
		case $(cut -d' ' -f1 "/proc/$pid/syscall") in
		0 | 1 | 7 | 45 | 65 | 70 | 202 | 220 | 243 | 257) ;;
		*) return 1 ;;
		esac
	done
}
await sleeping
ipcprobe ls -J >ls.json 2>ls.err

# true_of FILTER...: each jq filter is true of ls.json, with $f the facts. one(FILTER)
# is the only object that it selects, of(PID) the holders of a process.
true_of() {
	local filter

	for filter; do
		jq -e --slurpfile facts facts.json '$facts[0] as $f |
			def one(f): [.objects[] | select(f)] |
				if length == 1 then .[0] else error("\(length) such objects") end;
			def of(p): [.holders[] | select(.pid == p)];
			'"$filter" ls.json >/dev/null && continue
		echo "not true: $filter"
		return 1
	done
}

nothing_is_missed() {
	equal "standard error" "" "$(cat ls.err)"
}

pipes() {
	true_of \
		'one(.inode == $f.pipe.ino and .type == "pipe") | .used == $f.pipe.bytes and .size == 65536
			and .readers == 1 and .writers == 1 and .rwaits == 0 and .waiters == 0' \
		'one(.inode == $f.pipe.ino and .type == "pipe") | [of($f.pid)[] | [.fd, .access]] ==
			[[$f.pipe.read_fd, "read"], [$f.pipe.write_fd, "write"]]' \
		'one(.inode == $f.full.ino and .type == "pipe") | .used == 8192 and .size == 8192
			and .wwaits == 1 and .waiters == 1' \
		'one(.inode == $f.full.ino and .type == "pipe") |
			[of($f.full.writer)[].waits] == [null, "write[\($f.full.writer)]"]'
}

waiting_for_pipes() {
	true_of \
		'one(.inode == $f.empty.ino and .type == "pipe") | .used == 0 and .rwaits == 1 and .waiters == 1' \
		'one(.inode == $f.empty.ino and .type == "pipe") | of($f.empty.reader)[0] |
			.waits == "read[\($f.empty.reader)]" and .access == "read" and .fd == $f.empty.read_fd' \
		'one(.inode == $f.polled.ino and .type == "pipe") | .rwaits == 1 and .waiters == 1 and
			of($f.polled.waiter)[0].waits == "poll[\($f.polled.waiter)]"'
}

# A stopped task is listed with the call that continues after the stop: read().
stopped() {
	equal call 0 "$(cut -d' ' -f1 "/proc/$(jq .stopped.reader facts.json)/syscall")"
	true_of 'one(.inode == $f.stopped.ino and .type == "pipe") | .waiters == 0 and .rwaits == 0 and
		of($f.stopped.reader)[0].waits == "stopped"'
}

fifos() {
	true_of \
		'one(.name == $f.fifo.path) | .type == "fifo" and .used == $f.fifo.bytes and .perms == "0640"' \
		'one(.name == $f.fifo.path) | of($f.pid) | length == 1 and .[0].access == "read+write"
			and .[0].fd == $f.fifo.fd' \
		'one(.name == $f.unopened.path) | .waiters == 1 and (.holders | length == 1) and
			of($f.unopened.waiter)[0].waits == "openat[\($f.unopened.waiter)]"'
}

relations() {
	true_of \
		'one(.inode == $f.empty.ino and .type == "pipe") | of($f.empty.reader)[0].relation ==
			{"kin": "child", "pid": $f.pid}' \
		'one(.inode == $f.empty.ino and .type == "pipe") | of($f.pid)[0].relation ==
			{"kin": "parent", "pid": $f.empty.reader}' \
		'one(.inode == $f.empty.ino and .type == "pipe") | of($f.full.writer)[0].relation ==
			{"kin": "sibling", "pid": $f.empty.reader,
			 "common_ancestor": {"pid": $f.pid, "comm": "ls_objects.py"}}'
}

sysv() {
	true_of \
		'one(.type == "shm" and .id == $f.shm.id) | .key == "0x00001234" and .size == 10000 and
			.rss == 4096 and .nattch == (.holders | length) and .cpid == $f.pid' \
		'one(.type == "shm" and .id == $f.shm.id) |
			[of($f.pid)[] | .mode] == ["r--", "rw-"] or [of($f.pid)[] | .mode] == ["rw-", "r--"]' \
		'one(.type == "sem" and .id == $f.sem.id) | .value == "4,0,2" and .ncount == "0,1,0" and
			.zcount == "0,0,1" and .nsems == 3 and .waiters == 2' \
		'one(.type == "sem" and .id == $f.sem.id) | [.holders[].pid] | sort ==
			([$f.sem.taker, $f.sem.waiter] | sort)' \
		'one(.type == "msg" and .id == $f.msg.id) | .used == 105 and .msgs == 2 and .size >= 16384
			and .lspid == $f.pid and of($f.msg.receiver)[0].waits == "msgrcv[\($f.msg.receiver)]"'
}

queues() {
	true_of \
		'one(.name == "/ls_test" and .type == "mq") | .used == 33 and .msgs == 1 and .maxmsg == 5 and
			.msgsize == 64 and .size == 320 and of($f.pid)[0].fd == $f.mq.fd' \
		'one(.inode == $f.nameless_mq.ino and .type == "mq") | .used == 21 and .msgs == 1 and
			.maxmsg == 5 and .msgsize == 64 and .size == 320' \
		'one(.name == "/ls_empty") | .used == 0 and .waiters == 1 and
			(of($f.mq.receiver) | any(.waits == "mq_timedreceive[\($f.mq.receiver)]"))'
}

memory() {
	true_of \
		'one(.type == "memfd" and .inode == $f.memfd.ino) | .size == 12288 and .used == 4096 and
			.seals == "shrink,grow" and .deleted and .name == "/memfd:ls_test"' \
		'one(.type == "memfd" and .inode == $f.memfd.ino) | of($f.pid) | [.[].fd][:2] | any(. == $f.memfd.fd)' \
		'one(.type == "memfd" and .inode == $f.memfd.ino) | of($f.pid) |
			[.[] | select(.addr) | .access, .maplen] == ["mapped rw-s", 12288]' \
		'one(.name == $f.posix_shm.path) | .type == "posix-shm" and .size == 4096 and (.deleted | not)' \
		'one(.name == "/dev/shm/sem.ls_test") | .type == "posix-sem" and .value == "6" and .waiters == 0' \
		'one(.type == "posix-sem" and .deleted) | .value == "9" and .size == 32 and of($f.pid) != []' \
		'one(.name == "/dev/shm/sem.ls_zero") | .value == "0" and .waiters == 1 and
			of($f.posix_sem.waiter)[0].waits == "futex[\($f.posix_sem.waiter)]"'
}

anonymous() {
	true_of \
		'one(.type == "anon-shm" and .id == $f.anonymous.ino) | .size == 8192 and .used == 4096 and
			.name == "anonymous:[\($f.anonymous.ino)]" and .inode == .id' \
		'one(.type == "anon-shm" and .id == $f.anonymous.ino) | of($f.pid) | length == 1 and
			.[0].access == "mapped rw-s" and .[0].maplen == 8192 and (.[0] | has("fd") | not)' \
		'one(.type == "anon-shm" and .id == $f.anonymous.ino) | of($f.anonymous.waiter) | length == 1' \
		'one(.name == "anonymous:[\($f.anonymous.ino)]+0x8") | .type == "futex" and
			.holders[0].pid == $f.anonymous.waiter'
}

futexes() {
	true_of \
		'one(.type == "futex" and (.name | startswith("/dev/shm/ls_test"))) |
			.name == "/dev/shm/ls_test+0x40" and .value == "0x5" and .waiters == 2 and
			([.holders[].pid] | sort) == ($f.futex.waiters | sort)'
}

sockets() {
	ipcprobe ls -t unix -p "$maker" | grep -E '^unix .* >= ?13B '
	true_of \
		'one(.type == "unix" and .inode == $f.pair.right) | .used == $f.pair.bytes and
			.socktype == "stream" and .status == "connected"' \
		'one(.type == "unix" and .inode == $f.pair.left) | .used == 0 and
			(.peer | startswith("\($f.pair.right) ls_objects"))' \
		'one(.type == "unix" and .inode == $f.dgram.ino) | .waiters == 1 and .socktype == "dgram" and
			(of($f.dgram.receiver) | any(.waits == "recvfrom[\($f.dgram.receiver)]"))' \
		'one(.type == "unix" and .inode == $f.datagrams.ino) | .used == null and .used_at_least == 13' \
		'one(.type == "unix" and .inode == $f.listener.ino) | .name == "@ls_test" and .msgs == 1 and
			.wqueue == 7 and .status == "listening" and .socktype == "seqpacket"'
}

counters() {
	true_of \
		'[.objects[] | select(.type == "eventfd" and (of($f.pid) | any(.fd == $f.eventfd.fd)))] |
			length == 1 and .[0].value == "17" and (.[0].semaphore | not)' \
		'[.objects[] | select(.type == "eventfd" and (of($f.pid) | any(.fd == $f.eventfd.semaphore_fd)))] |
			length == 1 and .[0].value == "3"'
}

# ---- other programs ----

# like COLUMNS: both programs show the same of all objects of a kind; "lsipc's names =
# ours"; each prints them in an order of its own.
like_lsipc() {
	local option=$1 type=$2 names=$3 ours=$4

	TZ=UTC lsipc "$option" -b -J --notruncate --time-format=iso -o "$names" | jq -S '[.[][] |
		map_values(if . == "" or . == "0000-00-00T00:00:00+00:00" then null else . end)] |
		sort_by(.id | tonumber)' >theirs
	TZ=UTC ipcprobe ls -J -t "$type" --columns "$ours" 2>/dev/null | jq -S --arg names "$names" --arg ours "$ours" '
		def rights: [.[1:] | explode[] - 48 | ["---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"][.]] | add;
		($names | ascii_downcase | split(",")) as $n | ($ours | ascii_downcase | split(",")) as $o |
		[.objects[] | . as $row | [range($n | length) as $i | {key: $n[$i], value: (
			$row[$o[$i]] | if . == null then null
			elif $o[$i] | IN("ctime", "attach", "detach", "otime", "send", "recv")
			then strftime("%Y-%m-%dT%H:%M:%S+00:00")
			elif $o[$i] == "perms" then rights
			else tostring end)}] | from_entries] | sort_by(.id | tonumber)' >mine
	[ "$(jq length theirs)" -gt 0 ]
	diff theirs mine
}

common=KEY,ID,OWNER,PERMS,CUID,CUSER,CGID,CGROUP,UID,USER,GID,GROUP,CTIME
common_ours=KEY,ID,OWNER,PERMS,CUID,CUSER,CGID,CGROUP,UID,OWNER,GID,GROUP,CTIME

same_as_lsipc() {
	like_lsipc -m shm "$common,SIZE,NATTCH,STATUS,ATTACH,DETACH,COMMAND,CPID,LPID" \
		"$common_ours,SIZE,NATTCH,STATUS,ATTACH,DETACH,COMMAND,CPID,LPID"
	like_lsipc -q msg "$common,USEDBYTES,MSGS,SEND,RECV,LSPID,LRPID" \
		"$common_ours,USED,MSGS,SEND,RECV,LSPID,LRPID"
	like_lsipc -s sem "$common,NSEMS,OTIME" "$common_ours,NSEMS,OTIME"
}

# "semnum value ncount zcount pid" of each semaphore, and the queue's limit.
same_as_ipcs() {
	local id

	id=$(jq .sem.id facts.json)
	ipcs -s -i "$id" | awk '$1 ~ /^[0-9]+$/ { print $2, $3, $4, $5 }' >theirs
	jq -r --argjson id "$id" '.objects[] | select(.type == "sem" and .id == $id) |
		[.value, .ncount, .zcount, .sempids | split(",")] | transpose[] | join(" ")' ls.json >ours
	diff theirs ours
	id=$(jq .msg.id facts.json)
	equal qbytes "$(ipcs -q -i "$id" | sed -n 's/.*qbytes=\([0-9]*\).*/\1/p')" \
		"$(jq --argjson id "$id" '.objects[] | select(.type == "msg" and .id == $id).size' ls.json)"
}

# Limits that lsipc shows are the same, and so are the others in /proc. But lsipc adds
# up pages and semaphores by itself, unlike the kernel; ipcs gets the sums from the
# kernel.
limits() {
	local made

	made=$(ipcmk -S 5)
	lsipc -g -b -J | jq -r '.ipclimits[] | [.resource, .limit, .used, .["use%"]] | join(" ")' |
		sed -E 's/%$//; s/^(SHMALL|SEMMNS) ([0-9]*).*/\1 \2/' >theirs
	ipcprobe ls --limits -J | jq -r '.limits[] | select(.resource | test("^[A-Z]+$")) |
		[.resource, .limit, .used // "-", .use_percent // "-"] | join(" ")' |
		awk '/^(SHMALL|SEMMNS)/ { print $1, $2; print $3 >"used"; next }
			{ if ($4 != "-") $4 = sprintf("%.2f", $4); print }' >ours
	ipcs -u | sed -nE 's/^(pages allocated|allocated semaphores =) //p' >used.ipcs
	ipcrm -s "${made//[^0-9]/}"
	[ "$(wc -l <theirs)" -ge 12 ]
	diff theirs ours
	[ "$(wc -l <used.ipcs)" = 2 ]
	diff used.ipcs used
	for name in queues_max msg_max msgsize_max msg_default msgsize_default; do
		equal "$name" "$(cat "/proc/sys/fs/mqueue/$name")" \
			"$(ipcprobe ls -lJ | jq -r --arg name "$name" '.limits[] | select(.resource == $name).limit')"
	done
	equal "POSIX queues" "$(jq '[.objects[] | select(.type == "mq" and (.deleted | not))] | length' ls.json)" \
		"$(ipcprobe ls -lJ | jq '.limits[] | select(.resource == "queues_max").used')"
	ipcprobe ls -l >out
	grep 'SHMMAX .*EiB' out
	ipcprobe ls -lb >out
	grep "SHMMAX  *$(cat /proc/sys/kernel/shmmax)" out
}

# Each descriptor and mapping of ours that lsfd shows, with all its columns.
same_as_lsfd() {
	lsfd -p "$maker" -J -o PID,FD,ASSOC,INODE,MODE,FLAGS,POS,MNTID,MAJ:MIN,NLINK,DELETED,OWNER,FUID,PROTONAME,USER,UID,KTHREAD,TYPE,NAME,COMMAND |
		jq -S '[.lsfd[] | select(.fd != null and .mntid != 0 or (.name | test("^/(memfd|dev/shm)")))
			| select(.fd != null)
			| select(.type == "FIFO" or .type == "SOCK" or (.name | test("eventfd|memfd|/dev/shm|/ls_")))
			| {pid, fd, inode, mode, pos, dev: .["maj:min"], nlink, deleted, owner, uid: .fuid,
			   protoname, puser: .user, puid: .uid, kthread, comm: .command,
			   flags: (if .flags == null or (.flags | test("^(wronly|rdwr)") | not)
				   then (["rdonly", .flags] | map(select(. != null and . != "")) | join(","))
				   else .flags end)}] | sort_by(.fd)' >theirs
	jq -S --argjson pid "$maker" '[.objects[] | . as $o | .holders[] | select(.pid == $pid and .fd != null)
		| {pid, fd, inode: $o.inode, mode, pos, dev: $o.dev, nlink: $o.nlink, deleted: $o.deleted,
		   owner: $o.owner, uid: $o.uid, protoname: $o.protoname, puser, puid, kthread, comm,
		   flags}] | sort_by(.fd)' ls.json >ours
	[ "$(jq length theirs)" -ge 15 ]
	diff theirs ours
}

# ---- options ----

by_type() {
	ipcprobe ls -J -t sem,mq 2>/dev/null | jq -e '[.objects[].type] | unique == ["mq", "sem"]' >/dev/null
}

by_process() {
	local reader
	reader=$(jq .empty.reader facts.json)

	ipcprobe ls -J -t sem -p "$reader" 2>/dev/null | jq -e '.objects == []' >/dev/null
	ipcprobe ls -J -t sem -p "$(jq .sem.taker facts.json)" 2>/dev/null |
		jq -e '.objects | length == 1' >/dev/null
}

columns() {
	ipcprobe ls -t shm --columns TYPE,KEY >out
	equal head "TYPE KEY" "$(head -n 1 out | xargs)"
	ipcprobe ls -t shm --columns +key >out
	grep '^TYPE .* RELATION *KEY$' out
	ipcprobe ls -b -t shm --columns SIZE >out
	grep '^ *10000$' out
	ipcprobe ls -t pipe >out
	grep 'ls_objects.py\[.*child-of:ls_objects.py\[' out
}

# ---- robust ----

# The objects did not change: no task woke up, and no object was created or removed.
left_alone() {
	ipcprobe ls -J >again.json
	sleeping
	for file in ls again; do
		jq -S --argjson pid "$maker" '[.objects[] | select([.holders[].pid] | index($pid))
			| [.type, .id, .used, .value, .waiters, .readers, .writers, .nattch, .msgs,
			   .attach, .detach, .nlink]] | sort' "$file.json" >"$file.state"
	done
	diff ls.state again.state
}

# The same identifier in two namespaces names two objects.
namespaces() {
	unshare --ipc sh -c 'echo "$1" >/proc/sys/kernel/shm_next_id && ipcmk -M 4096 >/dev/null &&
		ipcmk -S 2 >/dev/null && echo >made; exec sleep 1000' - "$(jq .shm.id facts.json)" &
	await test -s made
	ipcprobe ls -J -t shm,sem >ns.json
	jq -e '[.objects[] | select(.type == "shm") | .ipcns] | unique | length == 2' ns.json
	jq -e '[.objects[] | select(.type == "sem" and .nsems == 2)] | length == 1' ns.json
	jq -e --slurpfile facts facts.json '[.objects[] | select(.type == "shm" and .id == $facts[0].shm.id)] |
		length == 2 and ([.[].size] | sort == [4096, 10000])' ns.json
}

# Processes begin and end while ipcprobe ls reads.
in_motion() {
	(while :; do true | true | true; done) &
	for _ in 1 2; do
		ipcprobe ls -J | jq -e --argjson ino "$(jq .pipe.ino facts.json)" \
			'[.objects[] | select(.type == "pipe" and .id == $ino)] | length == 1 and .[0].used == 12345' >/dev/null
	done
}

# Without privileges, and without the module, it prints what it could not read.
without_rights() {
	chmod 755 "$work"
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all \
		"$(command -v ipcprobe)" ls -J >poor.json 2>poor.err
	grep -q 'pipes and FIFOs are not known: Operation not permitted' poor.err
	grep -q 'what some processes hold is not known' poor.err
	jq -e '[.objects[] | select(.type == "sem").value] | any(. == null)' poor.json
}

without_module() {
	rmmod ipcprobe
	ipcprobe ls -J -t pipe >bare.json 2>bare.err
	equal "standard error" 1 "$(wc -l <bare.err)"
	grep -q "the module is not loaded: .*modprobe ipcprobe" bare.err
	jq -e --argjson ino "$(jq .empty.ino facts.json)" '[.objects[] | select(.id == $ino)] |
		length == 1 and (.[0] | has("used") and .used == null and .size == null and .waiters == 1)' bare.json
	ipcprobe ls -t sem 2>bare.err
	equal "standard error" "" "$(cat bare.err)"
}

prove "root sees everything" nothing_is_missed
prove "pipes: ends, bytes, capacity, blocked writer" pipes
prove "pipes: blocked reader, poll" waiting_for_pipes
prove "pipes: a stopped reader does not wait" stopped
prove "FIFOs: contents, and tasks that wait to open one" fifos
prove "relations: child, parent, siblings" relations
prove "SysV: attachments, values, waiters, bytes" sysv
prove "POSIX queues: bytes, messages, receiver" queues
prove "memfd, POSIX shared memory and semaphores" memory
prove "anonymous shared memory is identified by its inode" anonymous
prove "one futex of two processes" futexes
prove "UNIX sockets: bytes, peers, receiver, listener" sockets
prove "eventfds with one inode are two" counters
on 6.1 prove "SysV objects are as lsipc shows them" same_as_lsipc
on 6.12 prove "values and limits are as ipcs shows them" same_as_ipcs
on 6.12 prove "limits are as lsipc and /proc show them" limits
on 7.2 prove "descriptors are as lsfd shows them" same_as_lsfd
on 6.1 prove "-t shows these types" by_type
on 6.12 prove "-p shows what a process holds or waits for" by_process
on 6.1 prove "--columns, with + and -b" columns
prove "ipcprobe ls changes nothing" left_alone
on 6.12 prove "the same identifier in two namespaces is two objects" namespaces
on 7.2 prove "processes that vanish do no harm" in_motion
on 7.2 prove "without privileges it prints what is not known" without_rights
on 6.1 prove "without the module it prints what is not known" without_module
exec 9>&-
kill "$maker" 2>/dev/null
wait
prove_end
