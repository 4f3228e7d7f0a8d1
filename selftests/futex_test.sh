#!/bin/bash
# Futexes of real programs: the waiters of each lock are right, and each call of
# stress-ng is recorded.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe stress-ng strace python3
load_module
cd "$work" || exit 1

cat >locks.py <<'END'
"""Waits once for a lock of threads and once for one of processes."""
import multiprocessing, threading

def take(lock):
    lock.acquire()

for lock, task in ((threading.Lock(), threading.Thread),
                   (multiprocessing.Lock(), multiprocessing.Process)):
    lock.acquire()
    waiter = task(target=take, args=(lock,))
    waiter.start()
    waiter.join(0.5)
    lock.release()
    waiter.join()
END

# record COMMAND...: nothing is lost, so a total is exact
record() {
	rm -f data
	ipcprobe record -m 16M -e futex,task -o data -- "$@" 2>messages >output || true
	ipcprobe script -i data -e futex >events
	cat messages
	grep -q ' 0 lost' messages
}

# number PATTERN: print the number of events
number() { grep -c -E "$1" events || true; }

# sum PATTERN: print the sum of the return values of successful calls
sum() { awk -v p="$1" '$0 ~ p { sub(/.* ret=/, ""); n += $1 > 0 ? $1 : 0 } END { print n + 0 }' events; }

WOKEN_WAIT=' futex_wait: .* ret=0 .*BLOCKED'

# woken NUMBER PATTERN: expect so many events that name a waiter; without BTF there are none
woken() {
	[ ! -e /sys/kernel/btf/vmlinux ] || equal "tasks that were woken" "$1" "$(number "$2")"
}

# Each waiter that was woken names its waker.
balanced() {
	local waits

	waits=$(number "$WOKEN_WAIT")
	echo "$waits waits"
	woken "$waits" ' futex_woken: '
}

locks_are_named() {
	record python3 locks.py
	grep futex_block events
	[ "$(number "$WOKEN_WAIT")" -ge 2 ]
	grep -q ' futex_block: .* file=0 .* lock=sem at=0x' events
	grep -q ' futex_block: .* file=[1-9][0-9]* .* lock=sem at=0x' events
}

stress_sem() {
	record stress-ng --sem 2 --sem-procs 8 --sem-ops 100000 -t 20 --metrics
	[ "$(number ' futex_')" -gt 0 ]
	balanced
}

# A child waits and its parent wakes it; the waits are so short that most time out.
stress_futex() {
	local waits

	record stress-ng --futex 1 --futex-ops 200 -t 20 --metrics
	waits=$(number ' futex_wait: ')
	echo "$waits waits"
	[ "$waits" -gt 0 ]
	woken "$(sum ' futex_wake: .*op=WAKE ')" ' futex_woken: .*op=WAKE '
}

# strace and ipcprobe look at the same run; strace does not record itself.
agrees_with_strace() {
	record strace -f -qq -e trace=futex -o strace.log python3 locks.py
	sed -i '/^ *strace /d' events
	equal "calls of futex(2)" "$(grep -c 'futex(' strace.log)" \
		"$(number ' futex_(wait|wake|requeue|wake_op): .*call=futex ')"
}

nothing_is_left() { fails hooked; }


prove "a program's waiters name their lock" locks_are_named
prove "each of its waits that was woken names its waker" balanced
prove "each wait of stress-ng --sem that was woken names its waker" stress_sem
prove "stress-ng --futex has as many wakes as its option says" stress_futex
prove "as many calls as strace sees" agrees_with_strace
prove "nothing stays attached" nothing_is_left
prove_end
