#!/bin/bash
# A FIFO that is no pipe: the kernel's NFS server asks its helper through one of
# rpc_pipefs, whose open file holds the question while that is half read. It is
# not taken for a pipe, neither by ls nor by a snapshot.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe python3
load_module
modules=/lib/modules/$(uname -r)
modprobe -q nfsd 2>/dev/null ||
	for name in sunrpc grace lockd auth_rpcgss nfs_acl nfs_localio nfsd; do
		insmod "$(find "$modules" -name "$name.ko*" | head -n 1)" 2>/dev/null
	done
pipes=/run/rpc_pipefs
mkdir -p $pipes
if ! mount -t rpc_pipefs rpc_pipefs $pipes || ! mount -t nfsd nfsd /proc/fs/nfsd; then
	echo "1..0 # SKIP the kernel has no NFS server"
	exit 4
fi 2>/dev/null
# Version 4 alone does without rpcbind.
echo -3 >/proc/fs/nfsd/versions
cd "$work" || exit 1

# Reads one byte of the question, and keeps the file until it is told to go.
cat >helper.py <<'END'
import os, select, sys, time
path = sys.argv[1] + "/nfsd/cld"
while not os.path.exists(path):
    time.sleep(0.01)
fd = os.open(path, os.O_RDWR)
poll = select.poll()
poll.register(fd, select.POLLIN)
while not poll.poll(1000):
    pass
print(len(os.read(fd, 1)), os.fstat(fd).st_ino, flush=True)
sys.stdin.read()
END
mkfifo in
python3 helper.py $pipes <in >question &
exec 9>in
echo 1 >/proc/fs/nfsd/threads 2>/dev/null &
await test -s question
read -r bytes inode <question

ls_leaves_it_out() {
	equal "bytes read" 1 "$bytes"
	ipcprobe ls -J -t pipe >ls.json
	! grep -q "\"inode\": *$inode\b.*rpc_pipefs" ls.json
	grep -q '"type": *"pipe"' ls.json
}

snapshots_leave_it_out() {
	ipcprobe record -e pipe -o data -- true
	ipcprobe script -e pipe_snapshot -i data >snapshots
	grep -q . snapshots
	! grep "rpc_pipefs" snapshots
}

prove "ls" ls_leaves_it_out
prove "the snapshot of a recording" snapshots_leave_it_out
exec 9>&-
echo 0 >/proc/fs/nfsd/threads
wait
umount /proc/fs/nfsd $pipes
prove_end
