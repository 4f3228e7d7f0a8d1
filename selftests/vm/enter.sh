#!/bin/bash
# enter.sh KERNEL [FOLDER...] -- COMMAND...: run COMMAND in that kernel's chroot. Each
# FOLDER is visible at the same path inside; the mounts are in a namespace of their
# own and vanish with the command.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

chroot=$("$VM_DIR/chroot.sh" "$1")
shift
folders=()
while [ "$1" != -- ]; do
	folders+=("$1")
	shift
done
shift

# shellcheck disable=SC2016 # expanded by the inner shell
as_root unshare --mount bash -euc '
	chroot=$1 user=$2 count=$3
	shift 3
	mount -t proc proc "$chroot/proc"
	for folder in "${@:1:count}"; do
		mkdir -p "$chroot$folder"
		mount --bind "$folder" "$chroot$folder"
	done
	shift "$count"
	exec chroot --userspec="$user" "$chroot" env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C.UTF-8 "$@"
' enter "$chroot" "$(id -u):$(id -g)" ${#folders[@]} "${folders[@]}" "$@"
