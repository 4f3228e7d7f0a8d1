#!/bin/bash
# initramfs.sh KERNEL: make sure that the cache holds the guest's first stage for that
# kernel (busybox, init.sh, the modules to reach the host's root), and print its path.
# It is not compressed: unpacking takes longer than reading.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

MODULES='virtio_pci virtio_console 9pnet_virtio 9p overlay'

# Copy the modules in the order in which they load; built-in ones are left out.
copy_modules() {
	local kernel=$1 to=$2 version=$3 module path name

	for module in $MODULES; do
		modprobe -d "$kernel" -S "$version" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r path; do
			name=$(basename "$path" | sed 's/\.ko.*/.ko/')
			case $path in
			*.xz) xz -dc "$path" ;;
			*.zst) zstd -dcq "$path" ;;
			*) cat "$path" ;;
			esac >"$to/$name"
			echo "$name" >>"$to/order"
		done
}

build() {
	local kernel=$1 out=$2 temp version

	temp=$(cache_temp)
	version=$(cat "$kernel/version")
	mkdir -p "$temp"/{bin,dev,modules}
	cp "$(command -v busybox)" "$temp/bin/busybox"
	cp "$VM_DIR/init.sh" "$temp/init"
	chmod 755 "$temp/init"
	: >"$temp/modules/order"
	if [ -e "$kernel/lib/modules/$version/modules.dep" ]; then
		copy_modules "$kernel" "$temp/modules" "$version"
	fi
	(cd "$temp" && find . | cpio --quiet -o -H newc -R 0:0) >"$temp.cpio"
	mv "$temp.cpio" "$out"
	rm -rf "$temp"
}

[ $# = 1 ] || die "usage: initramfs.sh KERNEL"
kernel=$("$VM_DIR/kernel.sh" "$1")
key=$(cat "$VM_DIR/init.sh" "$VM_DIR/initramfs.sh" "$(command -v busybox)" | sha256sum)
out=$kernel/initramfs-${key:0:12}.cpio
cache_lock "initramfs-$1"
if [ ! -e "$out" ]; then
	# Keep those of other trees, which a guest may be about to boot.
	find "$kernel" -maxdepth 1 -name 'initramfs-*.cpio' -mtime +0 -delete
	build "$kernel" "$out"
fi
echo "$out"
