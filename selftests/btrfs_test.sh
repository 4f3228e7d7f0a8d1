#!/bin/bash
# Files of btrfs: a file and its copy in a snapshot have the same device, inode number
# and generation inside the kernel; records show them as two files.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq mkfs.btrfs btrfs
load_module
cd "$work" || exit 1

make_snapshot() {
	modprobe -q btrfs || skip "the kernel has no btrfs"
	modprobe -q loop || true
	truncate -s 128M image
	mkfs.btrfs -q image
	mkdir disk
	mount -o loop image disk
	btrfs -q subvolume create disk/live
	echo live >disk/live/file
	sync
	btrfs -q subvolume snapshot disk/live disk/old
	echo old >disk/old/file
}

# paths_read BYTES: print the files of which so many bytes were read
paths_read() {
	jq -rs --argjson bytes "$1" '
		(reduce (.[] | select(.event == "file_info").fields) as $file ({};
			.[$file.file | tostring] = $file.path)) as $path |
		.[] | select(.event == "file_read" and .fields.ret == $bytes) |
		$path[.fields.file | tostring]' script.json
}

two_files() {
	make_snapshot
	equal "inode number" "$(stat -c %i disk/live/file)" "$(stat -c %i disk/old/file)"
	ipcprobe record -e file,task -o b.data -- cat disk/live/file disk/old/file
	ipcprobe script -J -i b.data >script.json
	umount disk
	equal "the file of 5 bytes" "$work/disk/live/file" "$(paths_read 5)"
	equal "the file of 4 bytes" "$work/disk/old/file" "$(paths_read 4)"
}

prove "a file and its copy in a snapshot of btrfs are two files" two_files
prove_end
