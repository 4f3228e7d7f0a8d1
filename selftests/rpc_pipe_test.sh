#!/bin/bash
# A FIFO that is no pipe: the files of rpc_pipefs, in which the kernel sends requests
# to programs. While a request is being read, the open file's private data is a
# message, and code that takes it for a pipe follows a wrong pointer.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq
load_module
cd "$work" || exit 1

rpc=$work/rpc cld=$work/rpc/nfsd/cld
trap 'umount -q /proc/fs/nfsd "$rpc"; leave' EXIT

# The NFS server sends a request to the holder of the file "cld" at its start, and
# waits for an answer. It does so only if the file is opened within a second after its
# creation.
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

# read_question BYTES: append so many bytes of the request to the file "question"
read_question() { dd bs="$1" count=1 <&9 2>dd.err >>question && [ -s question ]; }

# Read only the first byte of the request: the file keeps the rest of the message.
hold_question() {
	start_server
	await open_questions
	await read_question 1
	equal "bytes read" 1 "$(stat -c %s question)"
	equal "type of the file" fifo "$(stat -L -c %F /proc/self/fd/9)"
	inode=$(stat -L -c %i /proc/self/fd/9)
}

# Bytes 2 and 3 of an answer are a status: an error. The server starts nevertheless.
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
