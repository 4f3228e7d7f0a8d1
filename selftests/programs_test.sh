#!/bin/bash
# Programs that were not written for these tests, each recorded for its whole life
# with all classes: the program's result is right, no record is lost, and each byte
# that came out of a pipe, socket or queue has the write that put it there.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq pgrep python3 tar zstd
load_module
cd "$work" || exit 1

# record NAME COMMAND...: record the command; its output is in NAME.out
record() {
	local name=$1
	shift

	ipcprobe record -m 32M -o "$name.data" -- "$@" >"$name.out" 2>"$name.err" ||
		{ cat "$name.out" "$name.err"; return 1; }
	grep -q ' 0 lost$' "$name.err" || { cat "$name.err"; return 1; }
	ipcprobe copies -J --top 0 -i "$name.data" >"$name.json"
	ipcprobe script -i "$name.data" >"$name.txt"
}

# A read gets only bytes that were written by a recorded call; only bytes that were in
# the channel when the recording began may have no writer.
STREAMS='(.pipes[], (.objects[] | select(has("left_bytes")))) | select(.read_bytes > 0)'
no_orphans() {
	local orphans

	orphans=$(jq -c '.paths[] | select(.origin == "unknown" and
		(.hops[0].from.type | IN("pipe", "fifo", "msg", "mq", "unix")))' "$1.json")
	equal "paths from nowhere" "" "$orphans"
	orphans=$(jq -c "$STREAMS | select(.written_bytes != .read_bytes + .left_bytes or
		.read_bytes != ([.flows[].bytes] | add))" "$1.json")
	equal "channels that do not balance" "" "$orphans"
	[ "$(jq -c "$STREAMS" "$1.json" | wc -l)" -gt 0 ]
}

# Each command reads the recording without a message on stderr.
all_read() {
	local tool

	for tool in "script" "copies" "stat" "runq"; do
		ipcprobe "$tool" -i "$1.data" 2>complaint >/dev/null
		equal "$tool says" "" "$(<complaint)"
	done
}

# ---- Python's multiprocessing ----

cat >workers.py <<'END'
"""Two processes add to one byte under a semaphore and fill a queue; a third
gives back what it gets."""
import multiprocessing as mp
from multiprocessing import shared_memory

N = 100

def produce(queue, sem, name):
    shm = shared_memory.SharedMemory(name)
    for _ in range(N):
        with sem:
            shm.buf[0] += 1
        queue.put(b"x" * 1000)
    shm.close()

def echo(conn):
    for _ in range(N):
        conn.send_bytes(conn.recv_bytes())

if __name__ == "__main__":
    mp.set_start_method("fork")
    shm = shared_memory.SharedMemory(create=True, size=65536)
    queue, sem = mp.Queue(), mp.Semaphore(1)
    near, far = mp.Pipe()
    workers = [mp.Process(target=produce, args=(queue, sem, shm.name)) for _ in range(2)]
    workers.append(mp.Process(target=echo, args=(far,)))
    for worker in workers:
        worker.start()
    total = 0
    for _ in range(N):
        near.send_bytes(b"y" * 500)
        total += len(near.recv_bytes())
    total += sum(len(queue.get()) for _ in range(2 * N))
    for worker in workers:
        worker.join()
    print(total, shm.buf[0])
    shm.close()
    shm.unlink()
END

python_workers() {
	record python python3 workers.py
	equal "result" "250000 200" "$(<python.out)"
	no_orphans python
}

# Each message has a header of 4 bytes.
python_channels() {
	equal "the Pipe, each way" "$((100 * 504)) $((100 * 504))" \
		"$(jq -r '[.objects[] | select(.type == "unix") | .read_bytes] | join(" ")' python.json)"
	equal "writers into the Queue" 2 \
		"$(jq '[.pipes[] | select(.read_bytes > 200000) | .flows[]] | length' python.json)"
}

# ---- tar | zstd ----

tar_zstd() {
	mkdir -p tree
	cp /usr/include/linux/[a-h]*.h tree/
	record tar sh -c 'tar c tree | zstd | wc -c'
	equal "bytes" "$(tar c tree | zstd | wc -c)" "$(<tar.out)"
	no_orphans tar
	equal "into zstd" "$(tar c tree | wc -c)" "$(jq '.pipes[].flows[] |
		select(.writer.comm == "tar" and .reader.comm == "zstd").bytes' tar.json)"
}

# ---- PostgreSQL ----

cat >session.sh <<'END'
set -e
postgres -D data -k "$PWD" -c listen_addresses= -c fsync=off -c autovacuum=off >server.log 2>&1 &
until pg_isready -q -h "$PWD"; do :; done
# its tables, with few of the 100,000 accounts
pgbench -h "$PWD" -i -I dtp -q postgres >init.log 2>&1
psql -h "$PWD" -q -c 'insert into pgbench_branches values (1, 0)' \
	-c 'insert into pgbench_tellers select n, 1, 0 from generate_series(1, 10) n' \
	-c 'insert into pgbench_accounts select n, 1, 0 from generate_series(1, 1000) n' postgres
pgbench -h "$PWD" -n -c 4 -t 10 postgres >bench.log 2>&1
psql -h "$PWD" -Atc 'select count(*) from pgbench_history' postgres
while pgrep -f '^postgres: postgres ' >/dev/null; do :; done
ipcprobe ls -t shm -J >ls.json 2>ls.err
cat /proc/sysvipc/shm >sysvipc
pg_ctl -D data -m fast stop >stop.log
wait
END

postgresql() {
	local bin

	bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
	[ -x "$bin/pgbench" ] || skip "PostgreSQL is not installed"
	runuser -u postgres -- test -x "$(command -v ipcprobe)" ||
		skip "PostgreSQL's user may not enter the folder of ipcprobe"
	PATH=$bin:$PATH
	chmod 711 .
	install -d -o postgres server
	cp session.sh server/
	cd server
	runuser -u postgres -- initdb -D data -A trust --no-sync --no-instructions >../initdb.log
	record ../postgres runuser -u postgres -- sh session.sh
	cd ..
	equal "transactions" 40 "$(<postgres.out)"
	no_orphans postgres
}

# Holders of the segment, which each of PostgreSQL's processes inherits.
segment() {
	[ -e postgres.json ] || skip "there is no recording of PostgreSQL"
	equal "attached" "$(awk 'NR > 1 { print $7 }' server/sysvipc)" \
		"$(jq '.objects[] | select(.id != null and .type == "shm").holders | length' server/ls.json)"
	equal "made" 1 "$(grep -c ' shm_create: .*call=shmget is_new=1' postgres.txt)"
	[ ! -e /sys/kernel/btf/vmlinux ] ||
		equal "destroyed" 1 "$(grep -c ' shm_destroy: ' postgres.txt)"
}

# ---- Chromium ----

page='<p id=p></p><script>p.textContent = "sum=" + (20 + 22)</script>'

browser() {
	command -v chromium >/dev/null || skip "Chromium is not installed"
	[ "${IPCPROBE_KERNEL-}" != debug ] || skip "Chromium takes minutes on the debug kernel"
	echo "$page" >page.html
	record browser env HOME="$PWD" chromium --headless --no-sandbox --disable-gpu --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$PWD/profile" --dump-dom "file://$PWD/page.html"
	grep -q '<p id="p">sum=42</p>' browser.out
	no_orphans browser
}

# Each descriptor that was received was sent, at the same position of the other end;
# memory is shared through descriptors, and each wait has an end.
passed() {
	[ -e browser.json ] || skip "there is no recording of Chromium"
	python3 - browser.txt <<'END'
import re
import sys

WAITS = {"futex_block": "futex_wait", "pipe_block": "pipe_unblock", "unix_block": "unix_unblock"}
peer, sent, received, holders, waiting, gone = {}, set(), set(), {}, {}, set()
for line in open(sys.argv[1]):
    pid, tid, event, rest = re.match(r".* (\d+)/(\d+) \[\d+\] \S+ (\w+): ?(.*)", line).groups()
    field = dict(re.findall(r"(\w+)=(\S+)", rest))
    if event in ("unix_pair", "unix_connect", "unix_socket"):
        peer[field["sock"]], peer[field["peer"]] = field["peer"], field["sock"]
    elif event == "unix_fd":
        place = [field[name] for name in ("pos", "index", "dev", "ino")]
        if "SENT" in field["flags"]:
            sent.add((field["sock"], *place))
        else:
            received.add((peer[field["sock"]], *place))
    elif event == "shm_map":
        holders.setdefault(field["object"], set()).add(pid)
    elif event in WAITS:
        waiting[tid, WAITS[event]] = line
    elif event in WAITS.values():
        waiting.pop((tid, event), None)
    elif event in ("unix_send", "unix_recv") and field["sock"] not in peer:
        gone.add(line)
shared = sum(len(pids) > 1 for pids in holders.values())
print(f"{len(sent)} sent, {len(received)} received, {shared} mappings shared")
for line in [*sorted(received - sent), *waiting.values(), *gone]:
    print("odd:", line)
sys.exit(not received or not shared or bool(received - sent or waiting or gone))
END
}

on 6.1 prove "multiprocessing: result right, no byte from nowhere" python_workers
on 6.1 prove "its Pipe and its Queue have all bytes, by the right processes" python_channels
on 6.1 prove "every tool reads the recording" all_read python
on 6.1 prove "tar | zstd | wc: the same" tar_zstd
on 6.12 prove "PostgreSQL under pgbench: the same" postgresql
on 6.12 prove "its segment has the holders that the kernel counts" segment
on 7.2 prove "Chromium shows a page: the same" browser
on 7.2 prove "its descriptors, memory and futexes match between processes" passed
prove_end
