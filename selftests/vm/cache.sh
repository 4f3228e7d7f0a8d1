# Sourced. Where downloaded and derived files are kept, and how to make one there.
#
# Each file or folder in the cache is built under a temporary name and renamed when it
# is complete, so an interrupted run leaves nothing that looks complete.
# shellcheck shell=bash

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ipcprobe
VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Another tree can be built and booted by these scripts, too.
# shellcheck disable=SC2034 # for those who source this
ROOT=${IPCPROBE_ROOT:-$(cd "$VM_DIR/../.." && pwd)}

say() { echo "$(basename "$0" .sh): $*" >&2; }

die() {
	say "$*"
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# cache_lock NAME: take the lock of that name until the script ends: one builder at a time.
cache_lock() {
	mkdir -p "$CACHE/locks"
	exec {cache_lock_fd}>"$CACHE/locks/$1"
	if ! flock --nonblock "$cache_lock_fd"; then
		say "waiting for another run that prepares $1"
		flock "$cache_lock_fd"
	fi
}

# cache_temp: make a new folder in the cache, on the file system of its later place.
# Folders that a killed run left behind are removed after a day.
cache_temp() {
	mkdir -p "$CACHE/tmp"
	find "$CACHE/tmp" -mindepth 1 -maxdepth 1 -mmin +1440 -print0 |
		as_root xargs -0r rm -rf --one-file-system
	mktemp -d "$CACHE/tmp/XXXXXX"
}

# cache_publish TEMP TARGET: replace TARGET by TEMP, which is complete.
cache_publish() {
	mkdir -p "$(dirname "$2")"
	if [ -e "$2" ]; then
		as_root mv "$2" "$1.old"
	fi
	as_root chmod 755 "$1"
	as_root mv "$1" "$2"
	as_root rm -rf --one-file-system "$1.old"
}

# cache_is_fresh FILE: FILE exists and is less than a month old.
cache_is_fresh() {
	[ -n "$(find "$1" -maxdepth 0 -mtime -30 2>/dev/null)" ]
}
