#!/bin/bash
# Class unix on real programs: Python's multiprocessing, whose processes count their bytes.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq python3
load_module
cd "$work" || exit 1

# A connection sends a header of 4 bytes with each message, in one write up to 16 KiB,
# else in two. Each child returns what it gets.
cat >pool.py <<'EOF'
import multiprocessing as mp
SIZES = [1, 100, 4000, 16384, 16385, 100000]

def echo(conn):
    for _ in SIZES:
        conn.send_bytes(conn.recv_bytes())

if __name__ == '__main__':
    for _ in range(3):
        near, far = mp.Pipe(duplex=True)
        child = mp.get_context('fork').Process(target=echo, args=(far,))
        child.start()
        for size in SIZES:
            near.send_bytes(b'x' * size)
            assert len(near.recv_bytes()) == size
        child.join()
EOF
messages=$((3 * 2 * 6))
sends=$((messages + 3 * 2 * 2))
bytes=$((3 * 2 * (1 + 100 + 4000 + 16384 + 16385 + 100000) + 4 * messages))

multiprocessing() {
	ipcprobe record -e unix -o pool.data -- python3 pool.py 2>pool.err
	grep -q ' 0 lost$' pool.err
	ipcprobe script -i pool.data >pool.txt
	equal 'bytes sent' "$bytes" "$(sum unix_send)"
	equal 'bytes received' "$bytes" "$(sum unix_recv)"
	equal 'calls that send' "$sends" "$(grep -c ' unix_send: ' pool.txt)"
	equal 'pairs' 3 "$(grep -c ' unix_pair: ' pool.txt)"
	equal 'sockets closed' 6 "$(grep -c ' unix_close: .* unread=0' pool.txt)"
	fails grep RESYNC pool.txt
}

# sum EVENT: print the sum of ret
sum() {
	sed -n "s/.* $1: .* ret=\([0-9]*\) .*/\1/p" pool.txt | awk '{ n += $1 } END { print n }'
}

# Each socket receives its bytes in order, from 0 on, without a gap.
positions() {
	sed -n 's/.* unix_recv: .* sock=\([0-9]*\) .* pos=\([0-9]*\) .* ret=\([0-9]*\) .*/\1 \2 \3/p' \
		pool.txt >positions
	awk '$3 > 0 { if ($2 != next_pos[$1]) { print "gap:", $0; bad = 1 } next_pos[$1] = $2 + $3 }
		END { exit bad }' positions
	[ -s positions ]
}

prove 'multiprocessing: each call, each byte, each socket' multiprocessing
prove 'bytes received have the positions at which they were sent, without a gap' positions
prove_end
