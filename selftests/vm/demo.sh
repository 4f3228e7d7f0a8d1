#!/bin/bash
# demo.sh: a short tour, in a guest with the module loaded.
set -euo pipefail

heading() { printf '\n== %s\n' "$*"; }

show() {
	echo "\$ $*"
	"$@"
}

heading "Is everything there? (kernel, module, hooks)"
show ipcprobe check

heading "How often is a pipeline's data copied?"
echo "64 MiB go through one pipe; every copy that a processor makes is counted."
head -c 64M /dev/urandom >/tmp/big.bin
show ipcprobe copies -- sh -c 'cat /tmp/big.bin | cat >/tmp/out.bin'

heading "Who was on each run queue, and when?"
show ipcprobe runq -- sh -c 'yes | head -c 8M | md5sum; yes | head -c 8M | sha1sum'

heading "Why did a task wait for a CPU, and why was it chosen then?"
show ipcprobe sched explain --worst 1 -- sh -c 'yes | head -c 2M | md5sum & yes | head -c 2M | md5sum; wait'

heading "A file from a server to a client, in thirteen ways: how many copies?"
show ipcprobe lab copies --size 4M

heading "Which IPC objects exist, who holds them, who waits?"
# shellcheck disable=SC2216 # nobody reads: that is what is shown
yes | sleep 60 &
until [[ $(ipcprobe ls -t pipe --columns TYPE,WAITERS 2>/dev/null) == *1* ]]; do :; done
show ipcprobe ls -t pipe,fifo,shm,sem,msg,mq
