#!/bin/bash
# Semaphores and message queues, compared with programs that count their operations:
# stress-ng's metrics, strace, ipcs.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe stress-ng strace perl python3
load_module
cd "$work" || exit 1

# A pipe from "ipcprobe script" would hide its status.
script() { ipcprobe script -i r.data >script.txt; }

# count EVENT [REGULAR-EXPRESSION]: print the number of such records
count() { grep -c -E "\\b$1: .*${2-}" script.txt || true; }

# stress STRESSOR OPS: record stress-ng.
stress() {
	ipcprobe record -m 16M -e sem,msg -o r.data -- stress-ng --"$1" 1 --"$1-ops" "$2" --metrics \
		>out 2>&1
	grep -q ' 0 lost' out
	grep -E "metrc:.* $1 +$2 " out
	script
}

# stress-ng counts one operation before the first send.
msg_ops() {
	stress msg 2000
	equal "sends" 1999 "$(count msg_send ' ret=0 ')"
}

mq_ops() {
	grep -q ' do_mq_timedsend$' /proc/kallsyms ||
		skip "the kernel has inlined do_mq_timedsend"
	stress mq 2000
	equal "sends" 2000 "$(count mq_send ' ret=0 ')"
	equal "unknown messages" 0 "$(count mq_receive ' seq=0 .* ret=[0-9]')"
}

# Each operation of stress-ng is one decrement and one increment; it tries others besides.
sem_ops() {
	stress sem-sysv 2000
	[ "$(count sem_op ' ret=0 .* nsops=1 .* op=-1 ')" -ge 2000 ]
	[ "$(count sem_op ' ret=0 .* nsops=1 .* op=1 ')" -ge 2000 ]
	equal "values that do not fit" 0 "$(python3 - <<'END'
import re
bad = 0
for line in open("script.txt"):
    if "sem_op:" in line and "ret=0" in line:
        f = dict(re.findall(r"(\w+)=(-?\d+)", line))
        bad += int(f["before"]) >= 0 and int(f["before"]) + int(f["op"]) != int(f["after"])
print(bad)
END
)"
}

# Each send, receive and semaphore operation of two processes, with errors.
cat >talk.pl <<'END'
use IPC::SysV qw(IPC_PRIVATE IPC_NOWAIT IPC_RMID SETVAL);
my $queue = msgget(IPC_PRIVATE, 0600) // die;
my $sem = semget(IPC_PRIVATE, 1, 0600) // die;
my $child = fork;
for my $i (1 .. 100) {
	my $op = pack("s!3", 0, $child ? 1 : -1, 0);
	semop($sem, $op) or die;
	if ($child) {
		msgsnd($queue, pack("l! a*", 1 + $i % 3, "x" x $i), 0) or die;
	} else {
		msgrcv($queue, my $text, 200, 0, 0) // die;
	}
}
exit 0 unless $child;
waitpid($child, 0);
msgrcv($queue, my $text, 200, 0, IPC_NOWAIT);
semop($sem, pack("s!3", 0, -1, IPC_NOWAIT));
semop($sem, pack("s!3", 9, -1, 0));
msgctl($queue, IPC_RMID, 0);
msgrcv($queue, $text, 200, 0, 0);
semctl($sem, 0, IPC_RMID, 0);
END

# Print the calls in strace's output: call, result, error.
strace_counts() {
	sed -n -E 's/.*(msgsnd|msgrcv|semop|semtimedop)(\(| resumed).*= (-?[0-9]+)( E[A-Z0-9]+)?.*/\1 \3\4/p' \
		trace.txt | sed 's/semtimedop/semop/; s/-1 //' | sort | uniq -c
}

our_counts() {
	sed -n -E 's/.* (msg_send|msg_receive|sem_op):.* ret=-?([A-Z0-9]+) .*/\1 \2/p' script.txt |
		sed 's/msg_send/msgsnd/; s/msg_receive/msgrcv/; s/sem_op/semop/' | sort | uniq -c
}

strace_agrees() {
	ipcprobe record -e sem,msg -o r.data -- \
		strace -f -o trace.txt -e trace=ipc perl talk.pl >out 2>&1
	script
	strace_counts >strace.counts
	our_counts >our.counts
	grep -q 'msgsnd 0' strace.counts
	diff strace.counts our.counts
}

# The numbers of all messages sent are those of all received, each once.
numbers_agree() {
	grep -o 'msg_send: .*' script.txt | grep -o ' seq=[1-9][0-9]*' | sort >sent
	grep -o 'msg_receive: .*' script.txt | grep -o ' seq=[1-9][0-9]*' | sort >received
	equal "messages" 100 "$(uniq sent | wc -l)"
	diff sent received
}

snapshot_agrees() {
	local queue set

	queue=$(ipcmk -Q | grep -o '[0-9]*$')
	set=$(ipcmk -S 3 | grep -o '[0-9]*$')
	ipcprobe record -e sem,msg -o r.data -- true 2>out
	ipcrm -q "$queue" -s "$set"
	script
	equal "queue" 1 "$(count msg_snapshot " id=$queue ")"
	equal "set" 1 "$(count sem_snapshot " id=$set ")"
}

prove "stress-ng --msg counts as many sends" msg_ops
prove "stress-ng --mq counts as many sends, and each receive has its send" mq_ops
prove "values before and after fit in stress-ng --sem-sysv" sem_ops
prove "calls and errors are those of strace" strace_agrees
prove "each message received is one that was sent, once" numbers_agree
prove "existing objects are found" snapshot_agrees
prove_end
