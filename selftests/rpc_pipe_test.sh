#!/bin/bash
# A FIFO that is no pipe: the files of rpc_pipefs, where the kernel asks programs.
# What such an open file points to while a question is being read is a message,
# and whoever takes it for a pipe follows what is none.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq
load_module
cd "$work" || exit 1

rpc=$work/rpc cld=$work/rpc/nfsd/cld
trap 'umount -q /proc/fs/nfsd "$rpc"; leave' EXIT

# The NFS server asks the holder of the file "cld" at its start, and waits for an
# answer. It asks only if the file is open within a second of being made.
start_server() {
	modprobe -q nfsd || skip "the kernel has no NFS server"
	mkdir -p "$rpc"
	mount -t rpc_pipefs rpc "$rpc"
	mount -t nfsd nfsd /proc/fs/nfsd
	echo "-2 -3 +4" >/proc/fs/nfsd/versions || echo "-3 +4" >/proc/fs/nfsd/versions
	echo "tcp 20049" >/proc/fs/nfsd/portlist
	echo 1 >/proc/fs/nfsd/threads &
	server=$!
}

open_questions() { exec 9<>"$cld"; }

# read_question BYTES: appends so many of it to the file "question"
read_question() { dd bs="$1" count=1 <&9 2>dd.err >>question && [ -s question ]; }

# The first byte of the question: the file keeps the rest of the message.
hold_question() {
	start_server
	await open_questions
	await read_question 1
	equal "bytes read" 1 "$(stat -c %s question)"
	equal "type of the file" fifo "$(stat -L -c %F /proc/self/fd/9)"
	inode=$(stat -L -c %i /proc/self/fd/9)
}

# Bytes 2 and 3 of an answer are a status: an error. The server starts all the same.
answer_questions() {
	while kill -0 "$server" 2>kill.err; do
		read_question 8192 || continue
		printf '\377\377' | dd of=question bs=1 seek=2 conv=notrunc 2>dd.err
		dd if=question bs=8192 >&9 2>dd.err
		: >question
	done
	exec 9<&-
	wait "$server"
	echo 0 >/proc/fs/nfsd/threads
	umount /proc/fs/nfsd "$rpc"
}

not_a_pipe() {
	hold_question
	ipcprobe ls -J >ls.json
	ipcprobe record -e pipe -- sh -c 'echo | cat' >/dev/null
	ipcprobe script -J -e pipe_snapshot >pipes.json
	answer_questions
	jq -e -s --argjson inode "$inode" 'any(.[]; .fields.ino != $inode)' pipes.json
	jq -e -s --argjson inode "$inode" 'all(.[]; .fields.ino != $inode)' pipes.json
	jq -e --argjson inode "$inode" '[.. | objects | select(.ino? == $inode)] | length == 0' ls.json
}

prove "the file of rpc_pipefs that a message is read from is not taken for a pipe" not_a_pipe
prove_end
