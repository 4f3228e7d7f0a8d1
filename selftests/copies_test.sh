#!/bin/bash
# ipcprobe copies: it shows each byte of real pipelines on each hop, and no other bytes.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq pv script zstd git make python3
load_module
cd "$work" || exit 1

size=67108864
head -c $size /dev/urandom >big.bin
head -c 65536 big.bin >random
head -c 100000 big.bin >some.bin
# All classes whose events may fill memory: without one of them no path is exact.
classes=task,pipe,file,shm,msg,unix,procvm

# copies NAME COMMAND...: record COMMAND and write the analysis to NAME.json.
copies() {
	local name=$1
	shift

	ipcprobe record -e "$classes" -m 16M -o "$name.data" -- "$@" 2>"$name.err" ||
		{ cat "$name.err"; return 1; }
	analyse "$name"
}

analyse() {
	tail -n 1 "$1.err"
	grep -q ' 0 lost$' "$1.err"
	ipcprobe copies -J --calls --top 0 -i "$1.data" >"$1.json"
}

# true_of NAME FILTER...: each jq filter is true of NAME.json.
true_of() {
	local name=$1 filter
	shift

	for filter; do
		jq -e "$filter" "$name.json" >/dev/null && continue
		echo "not true: $filter"
		jq -c '.paths[:4][], .pipes[], .total' "$name.json"
		return 1
	done
}

two_stages() {
	copies two sh -c 'cat big.bin | cat >out.bin'
	cmp big.bin out.bin
	true_of two \
		".paths[0].hops | length == 4" \
		"[.paths[0].hops[] | .bytes == $size and .copied_bytes == $size and .path_bytes == $size] | all" \
		"[.paths[0].hops[] | .how == \"copy\" and .grade == \"exact\"] | all" \
		'[.paths[0].hops[].kind] == ["read", "write", "read", "write"]' \
		'[.paths[0].hops[] | .from.type, .to.type] ==
			["file", "memory", "memory", "pipe", "pipe", "memory", "memory", "file"]' \
		'.paths[0].hops[0].from.path | endswith("/big.bin")' \
		'.paths[0].hops[3].to.path | endswith("/out.bin")' \
		'[.paths[0].hops[].process.comm] == ["cat", "cat", "cat", "cat"]' \
		'.paths[0] | .copies == 4 and .amplification == 4 and .grade == "exact"' \
		".paths[0] | .delivered_bytes == $size and .figures == \"exact\" and (.cycle | not)" \
		'.lost == []'
}

siblings() {
	true_of two \
		'.pipes | length == 1' \
		".pipes[0] | .written_bytes == $size and .read_bytes == $size and .left_bytes == 0" \
		'.pipes[0] | .capacity_bytes == 65536 and .peak_bytes <= 65536 and .peak_bytes > 0' \
		'.pipes[0].flows | length == 1' \
		".pipes[0].flows[0] | .bytes == $size and .relation == \"sibling\"" \
		'.pipes[0].flows[0] | .common_ancestor.comm == "sh"' \
		'.pipes[0].flows[0] | .writer.pid != .reader.pid' \
		'.paths[0].hops[0].process.pid == .pipes[0].flows[0].writer.pid' \
		'.paths[0].hops[3].process.pid == .pipes[0].flows[0].reader.pid'
}

three_stages() {
	head -c 8M big.bin >medium.bin
	copies three sh -c 'cat medium.bin | cat | cat >out.bin'
	cmp medium.bin out.bin
	true_of three \
		'.paths[0].hops | length == 6' \
		'[.paths[0].hops[] | .path_bytes == 8388608 and .how == "copy"] | all' \
		'.paths[0] | .copies == 6 and .amplification == 6 and .grade == "exact"' \
		'.pipes | length == 2' \
		'[.pipes[].flows[].relation] == ["sibling", "sibling"]'
}

# Both processes begin, and lose their parent, before the recording; the command that
# is recorded only lets them continue.
fifo() {
	mkfifo fifo go-writer go-reader over
	(setsid sh -c 'read -r _ <go-writer; exec cat big.bin >fifo' &)
	(setsid sh -c 'read -r _ <go-reader; cat fifo >out.bin; echo >over' &)
	ipcprobe record -a -e "$classes" -m 16M -o fifo.data -- \
		sh -c 'echo >go-writer; echo >go-reader; read -r _ <over' 2>fifo.err
	cmp big.bin out.bin
	analyse fifo
	true_of fifo \
		'[.paths[0].hops[].kind] == ["read", "write", "read", "write"]' \
		"[.paths[0].hops[] | .path_bytes == $size and .how == \"copy\"] | all" \
		'.paths[0] | .copies == 4 and .amplification == 4 and .grade == "exact"' \
		'.paths[0].hops[1].to.type == "fifo" and .paths[0].hops[2].from.type == "fifo"' \
		'[.paths[0].hops[1].to.path, .paths[0].hops[2].from.path | endswith("/fifo")] | all' \
		"[.pipes[] | select(.path // \"\" | endswith(\"/fifo\"))] | length == 1 and
			.[0].flows[0].bytes == $size and .[0].flows[0].relation == \"unrelated\""
}

# A parent writes to its child.
parent() {
	copies parent python3 -c 'import os
r, w = os.pipe()
if os.fork():
    os.close(r)
    for i in range(100): os.write(w, bytes(1000))
    os.close(w)
    os.wait()
else:
    os.close(w)
    while os.read(r, 4096): pass'
	true_of parent '.pipes[0].flows[0] | .bytes == 100000 and .relation == "parent"'
}

# The bytes of each writer are known even where they are mixed with others.
many_writers() {
	copies writers sh -c '
		{
			dd if=/dev/zero bs=777 count=5000 status=none &
			dd if=/dev/zero bs=99999 count=50 status=none &
			dd if=/dev/zero bs=4096 count=700 status=none &
			dd if=/dev/zero bs=1 count=3000 status=none &
			wait
		} | dd bs=5000 of=out.bin iflag=fullblock status=none'
	equal "bytes through" 11755150 "$(stat -c %s out.bin)"
	true_of writers \
		'.pipes | length == 1' \
		'.pipes[0] | .written_bytes == 11755150 and .read_bytes == 11755150' \
		'[.pipes[0].flows[] | .bytes] | sort == [3000, 2867200, 3885000, 4999950]' \
		'[.pipes[0].ends[].written_bytes | select(. > 0)] | sort ==
			[3000, 2867200, 3885000, 4999950]' \
		'.pipes[0].flows | group_by(.reader.pid) | length == 1'
}

# Bytes that move by page reference are not copied.
pv_splices() {
	copies pv sh -c 'pv -q big.bin | cat >out.bin'
	cmp big.bin out.bin
	true_of pv \
		".pipes[0] | .written_bytes == $size and .read_bytes == $size" \
		"[.paths[0].hops[] | select(.process.comm == \"pv\")] | length >= 1 and
			.[0].how == \"reference\" and .[0].copied_bytes == 0" \
		'.paths[0] | .copies == 2 and .amplification == 2' \
		".total.referenced_bytes >= $size"
}

cat >splice.py <<'END'
"""splice.py FILE OUT COPY: FILE by splice into a pipe, tee'd into a second;
one ends in OUT by splice, the other in COPY by read and write."""
import ctypes, os, sys

tee = ctypes.CDLL(None, use_errno=True).tee
tee.restype = ctypes.c_ssize_t
source = os.open(sys.argv[1], os.O_RDONLY)
out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
copy = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
a, b = os.pipe(), os.pipe()
while n := os.splice(source, a[1], 65536):
    assert tee(a[0], b[1], ctypes.c_size_t(n), 0) == n
    left = n
    while left:
        left -= os.splice(a[0], out, left)
    while n:
        data = os.read(b[0], n)
        n -= len(data)
        os.write(copy, data)
END

splice_and_tee() {
	head -c 1M big.bin >small.bin
	copies splice python3 splice.py small.bin out.bin copy.bin
	cmp small.bin out.bin
	cmp small.bin copy.bin
	true_of splice \
		'[.paths[].hops[] | select(.calls == ["tee"])] | length >= 1 and
			all(.how == "reference" and .copied_bytes == 0)' \
		'[.paths[].hops[] | select(.calls == ["splice"] and .from.type == "file")] |
			all(.how == "reference" and .copied_bytes == 0)' \
		'[.paths[].hops[] | select(.calls == ["splice"] and .to.type == "file")] | length >= 1 and
			all(.how == "copy")' \
		'[.paths[] | select(.hops[-1].to.path // "" | endswith("/out.bin"))] |
			map(.delivered_bytes) | add == 1048576' \
		'[.paths[] | select(.hops[-1].to.path // "" | endswith("/copy.bin"))] |
			map(.delivered_bytes) | add == 1048576'
}

# ---- real programs ----

less_fed_by_script() {
	local listing

	# shellcheck disable=SC2012 # only ls is recorded
	listing=$(ls -l /usr/bin | wc -c)
	printf 'Gq' | ipcprobe record -e "$classes" -o less.data -- \
		script -qec 'ls -l /usr/bin | less' typescript >/dev/null 2>less.err
	analyse less
	grep -q "$(printf '%s\n' /usr/bin/* | sed 's,.*/,,' | tail -n 1)" typescript
	true_of less \
		"[.pipes[].flows[] | select(.writer.comm == \"ls\" and .reader.comm == \"less\")] |
			length == 1 and .[0].bytes == $listing and .[0].relation == \"sibling\""
}

tar_and_zstd() {
	local tar_size out_size

	mkdir -p tree
	cp /usr/include/linux/[a-m]*.h tree/
	tar_size=$(tar c tree | wc -c)
	out_size=$(tar c tree | zstd | wc -c)
	copies tar sh -c 'tar c tree | zstd | wc -c >count'
	equal "compressed size" "$out_size" "$(<count)"
	true_of tar \
		"[.pipes[].flows[] | select(.writer.comm == \"tar\" and .reader.comm == \"zstd\").bytes] ==
			[$tar_size]" \
		"[.pipes[].flows[] | select(.writer.comm == \"zstd\" and .reader.comm == \"wc\").bytes] ==
			[$out_size]"
}

make_history() {
	local n

	git init -q history
	for ((n = 0; n < 3000; n++)); do
		printf 'commit refs/heads/master\ncommitter t <t@t> %d +0000\ndata 5\nn%04d\n' "$n" "$n"
	done | git -C history fast-import --quiet
}

git_log_and_head() {
	local wanted

	make_history
	wanted=$(git -C history log master 2>/dev/null | head -n 1 || true)
	copies git sh -c 'git -C history log master | head -n 1 >first'
	equal "first line" "$wanted" "$(<first)"
	# bytes that were written and not read are left, not delivered
	true_of git \
		'[.pipes[] | select(any(.flows[]; .writer.comm == "git" and .reader.comm == "head"))] |
			length == 1 and (.[0] | .written_bytes == .read_bytes + .left_bytes)' \
		'[.calls[] | select(.process.comm == "git" and .call == "write" and .on == "pipe")] |
			map(.errors) | add <= 1'
}

# The tokens that make gives out return to make.
jobserver() {
	{
		printf 'all: 1 2 3 4 5 6 7 8 ; @:\n'
		# shellcheck disable=SC2016 # make's own
		printf '1 2 3 4 5 6 7 8: ; @+$(MAKE) -s -f sub ID=$@\n'
	} >Makefile
	# shellcheck disable=SC2016
	printf 'all: a b\na b: ; @echo $(ID)$@\n' >sub
	copies make sh -c 'make -j3 >made'
	equal "output" "$(printf '%s\n' {1..8}{a,b})" "$(sort made)"
	true_of make \
		'[.pipes[] | select(any(.ends[]; .process.comm == "make" and .written_bytes > 0))] |
			all(.written_bytes == .read_bytes + .left_bytes)' \
		'[.pipes[] | select(any(.ends[]; .process.comm == "make"))] |
			all([.flows[].bytes] | (add // 0) <= 100)'
}

# ---- processes older than the recording ----

attached() {
	local reader

	mkfifo in.fifo
	cat in.fifo >attached.bin &
	reader=$!
	ipcprobe copies -J --top 0 -p "$reader" -- \
		sh -c "cat big.bin >in.fifo; tail --pid=$reader -f /dev/null" >attached.json
	wait "$reader"
	cmp big.bin attached.bin
	true_of attached \
		"[.paths[].hops[].process.pid] | unique == [$reader]" \
		"[.paths[].hops[] | select(.kind == \"write\") | .path_bytes] | add == $size" \
		"[.pipes[] | select(.path // \"\" | endswith(\"/in.fifo\")) | .read_bytes] == [$size]"
}

attached_alone() {
	local reader

	mkfifo alone.fifo
	cat alone.fifo >alone.bin &
	reader=$!
	ipcprobe copies -J --top 0 -p "$reader" >alone.json &
	await hooked
	cat big.bin >alone.fifo
	wait
	true_of alone \
		"[.paths[].hops[].process.pid] | unique == [$reader]" \
		'[.pipes[] | select(.path // "" | endswith("/alone.fifo")) | .read_bytes] | length == 1 and .[0] > 0'
}

# ---- checksums ----

# Change a few bytes of a large buffer in place, and print how many bytes are in
# blocks of 64 (by address) without a change.
change='import ctypes, os
size = 65536
buffer = bytearray(size)
address = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
assert os.readv(0, [buffer]) == size
changed = set()
for at in 30000, 30001, 40100, 50063, 65000:
	buffer[at] ^= 1
	begin = (address + at) // 64 * 64 - address
	changed |= set(range(max(begin, 0), min(begin + 64, size)))
assert os.write(1, buffer) == size
open("same", "w").write(str(size - len(changed)))'

# Number of bytes that were written to the file and are linked, with that grade, to
# bytes that were read.
linked() {
	jq --arg grade "$2" '[.paths[].hops | select(length == 2 and
		(.[0].from.path // "" | endswith("/random")) and
		(.[1].to.path // "" | endswith("/changed"))) | .[1] |
		select(.grade == $grade) | .path_bytes] | add // 0' "$1.json"
}

verified() {
	ipcprobe record --verify -e "$classes" -o verified.data -- \
		sh -c "exec python3 -c '$change' <random >changed" 2>verified.err
	cat verified.err
	analyse verified
	[ "$(cat same)" -ge $((65536 - 5 * 64)) ]
	equal "bytes proven" "$(cat same)" "$(linked verified exact)"
	equal "bytes by address" 0 "$(linked verified "by address")"
}

# The three words of the buffer that are compared did not change.
not_verified() {
	ipcprobe record -e "$classes" -o words.data -- \
		sh -c "exec python3 -c '$change' <random >changed" 2>words.err
	analyse words
	equal "exact bytes" 65536 "$(linked words exact)"
	equal "checksums" 0 "$(ipcprobe script -i words.data | grep -c io_sums || true)"
}

# ---- missing data is not shown as zero ----

nothing_happened() {
	copies nothing true
	true_of nothing '.pipes == []' '[.paths[].hops[] | select(.kind != "read")] == []' \
		'.total.referenced_bytes == 0'
}

text_says_the_same() {
	ipcprobe copies -i two.data >two.txt
	head -n 20 two.txt
	grep -q '4\.00' two.txt
	grep -q sibling two.txt
}

# ---- advice that would have saved copies ----

# Pass the input on: by read and write, or by the named call.
cat >relay.py <<-'EOF'
	import os, sys
	buf = bytearray(65536)
	def copy():
	    n = os.readv(0, [buf])
	    return os.write(1, memoryview(buf)[:n]) if n else 0
	pass_on = {
	    "copy": copy,
	    "splice": lambda: os.splice(0, 1, 65536),
	    "copy_file_range": lambda: os.copy_file_range(0, 1, 65536),
	    "sendfile": lambda: os.sendfile(1, 0, None, 65536),
	}[sys.argv[1]]
	while pass_on():
	    pass
EOF

# follow_advice NAME CALL LINE: run LINE with a relay that copies, and then with one
# that follows the advice, which must be CALL: it saves as many copied bytes as the
# advice says.
follow_advice() {
	local name=$1 call=$2 line=$3 relayed own

	own='select(.process.comm == "python3")'
	# shellcheck disable=SC2016 # jq's own
	relayed="[.paths[].hops[] | $own | select([.from, .to] |
		any(.type == \"pipe\" or (.path // \"\" | test(\"/(medium|out).bin\$\"))))] |
		map(del(.path_bytes)) | unique | map(.copied_bytes) | add"
	head -c 8M big.bin >medium.bin
	rm -f out.bin
	copies "$name-copies" sh -c "$line" sh copy
	cmp medium.bin out.bin
	jq -c ".advice[] | $own" "$name-copies.json"
	true_of "$name-copies" "[.advice[] | $own] | length == 1 and .[0].call == \"$call\""
	equal "bytes copied" 16777216 "$(jq "$relayed" "$name-copies.json")"
	rm -f out.bin
	copies "$name-advised" sh -c "$line" sh "$call"
	cmp medium.bin out.bin
	true_of "$name-advised" "[.advice[] | $own] == []"
	equal "bytes copied as advised" \
		"$(jq "($relayed) - (.advice[] | $own | .saved_bytes)" "$name-copies.json")" \
		"$(jq "$relayed" "$name-advised.json")"
	ipcprobe copies -i "$name-copies.data" | tee /dev/stderr |
		grep -q "^advice: $call(2) in python3"
}

# shellcheck disable=SC2016 # the recorded shell expands it
# shellcheck disable=SC2016 # the shell that is recorded expands it
follow_all_advice() {
	follow_advice file-pipe splice 'python3 relay.py $1 <medium.bin | cat >out.bin'
	follow_advice pipe-pipe splice 'cat medium.bin | python3 relay.py $1 | cat >out.bin'
	follow_advice pipe-file splice 'cat medium.bin | python3 relay.py $1 >out.bin'
	follow_advice file-file copy_file_range 'python3 relay.py $1 <medium.bin >out.bin'
}

# The kernel discards the rest of a packet after a short read.
packets() {
	copies packets python3 -c '
import os
read_end, write_end = os.pipe2(os.O_DIRECT)
for _ in range(3):
    os.write(write_end, os.urandom(1000))
    assert len(os.read(read_end, 10)) == 10
os.write(write_end, b"x" * 1000)
assert len(os.read(read_end, 4096)) == 1000'
	true_of packets \
		'[.paths[] | select(.discarded_bytes > 0)] | length == 1 and .[0].discarded_bytes == 2970 and
			.[0].hops[-1].kind == "discard" and .[0].hops[-1].process.comm == "python3" and
			.[0].hops[-1].nr_calls == 3' \
		'.total.discarded_bytes == 2970 and .total.left_bytes == 0' \
		'[.pipes[].left_bytes] | add == 0'
	ipcprobe copies --top 0 -i packets.data >packets.txt
	cat packets.txt
	grep 'python3.* pipe:.* python3.*: 2.9 KiB thrown away' packets.txt >/dev/null
	grep '^total: .*, 2.9 KiB thrown away' packets.txt >/dev/null
}

# A file is shown under its present name, also if it was written under another; the
# reader knows only the new name.
renamed() {
	mkdir there
	copies renamed sh -c 'cat big.bin >here.tmp; mv here.tmp here; mv here there/final; cat there/final >again'
	true_of renamed \
		'[.paths[0].hops[] | .from.path, .to.path | select(.) | sub(".*/"; "")] ==
			["big.bin", "final", "final", "again"]' \
		".paths[0].delivered_bytes == $size" \
		'any(.paths[0].hops[].to.path; . != null and endswith("/there/final"))'
}

# Bytes behind the new end of a file do not reach a later reader.
shortened() {
	mkdir ram
	mount -t ramfs ramfs ram
	copies shortened sh -c 'cat some.bin >ram/f; truncate -s 1000 ram/f; truncate -s 50000 ram/f
		cat ram/f >ram/g; : >ram/f; truncate -s 300 ram/f; cat ram/f >ram/h'
	umount -l ram
	true_of shortened \
		'[.objects[] | select(.path != null and (.path | endswith("/f"))) | .capacity_bytes] == [300]' \
		'[.objects[] | select(.path != null and (.path | endswith("/f"))).flows[] | select(.writer != null).bytes] | add == 1000'
}

# A file is mapped, not read; one byte of it is changed before.
mapped_privately() {
	copies mapped python3 -c '
import mmap, os, sys
source = os.open("some.bin", os.O_RDONLY)
area = mmap.mmap(source, 0, mmap.MAP_PRIVATE)
area[5000] = 1
os.write(os.open("mapped.bin", os.O_WRONLY | os.O_CREAT), memoryview(area)[4096:60000])'
	true_of mapped \
		'[.paths[] | select(.hops[-1].to.path // "" | endswith("/mapped.bin"))] | length == 1 and
			(.[0] | .delivered_bytes == 55904 and .grade == "by address" and .copies == 1 and
			(.hops | length == 1 and (.[0].from.path | endswith("/some.bin"))))'
}

prove "cat | cat: four copies of every byte, amplification 4" two_stages
prove "the two cats are siblings, children of the shell" siblings
prove "the text has the same results" text_says_the_same
rm -f two.data
on 6.12 prove "three stages: six copies" three_stages
on 7.2 prove "a FIFO between unrelated processes: four copies, with its path" fifo
rm -f fifo.data
on 6.1 prove "a parent that writes to its child" parent
on 6.12 prove "many writers: each has its own bytes, exactly" many_writers
on 6.12 prove "pv moves page references" pv_splices
on 6.1 prove "packets cut short: the rest is discarded" packets
on 6.12 prove "a file is called by its last name" renamed
on 6.1 prove "bytes behind the new end of a file are removed" shortened
on 7.2 prove "a private mapping leads to its file" mapped_privately
prove "splice and tee are no copies, a splice into a file is one" splice_and_tee
on 7.2 prove "ls | less" less_fed_by_script
on 7.2 prove "advice saves the copies that it promises to" follow_all_advice
on 6.1 prove "tar | zstd | wc" tar_and_zstd
on 6.12 prove "git log | head: SIGPIPE" git_log_and_head
on 7.2 prove "make -j with its jobserver" jobserver
on 6.1 prove "copies -p records a process that runs already, and not the command" attached
on 6.12 prove "copies -p alone records it until it ends" attached_alone
on 6.12 prove "with --verify exactly the unchanged blocks are exact" verified
on 6.1 prove "without it, words decide for a whole buffer" not_verified
on 6.1 prove "a recording without transfers has no paths" nothing_happened
prove_end
