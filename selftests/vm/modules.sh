#!/bin/bash
# modules.sh KERNEL [MAKE-ARGUMENT...]: build ipcprobe.ko for that kernel (or "debug")
# from a copy of the sources in build/KERNEL, and print its path. W=1 is set and any
# warning fails the build; C=2 adds sparse.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

# Print the names of changed files. Files that a build makes are neither copied nor deleted.
copy_sources() {
	mkdir -p "$build"
	rsync --archive --delete --out-format=%n --exclude='.*' --exclude='*.o' \
		--exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' \
		--exclude='Module.symvers' --exclude='modules.order' \
		--include='/Kbuild' --include='/module/***' --exclude='*' \
		"$ROOT/" "$build/" | grep -v '/$' || true
}

# Print what the .ko is built for: a change of any of this means a new build.
target() {
	cat "$image/version"
	stat -c %Y "$image/version"
}

compile() {
	local kdir enter=$kernel folders=("$build")

	if [ "$kernel" = debug ]; then
		enter=6.12
		kdir=$CACHE/debug-kernel/build
		folders+=("$CACHE/debug-kernel")
	else
		kdir=/lib/modules/$(cat "$image/version")/build
	fi
	"$VM_DIR/enter.sh" "$enter" "${folders[@]}" -- \
		make -C "$kdir" M="$build" W=1 KCFLAGS=-Werror --no-print-directory \
		-j"$(nproc)" "$@" modules >"$build/log" 2>&1
}

# modpost and sparse only warn. Their warnings must be seen in the next run, too, so
# the objects are removed.
has_warnings() {
	grep -Eiq '(warning|error):' "$build/log"
}

[ $# -ge 1 ] || die "usage: modules.sh KERNEL [MAKE-ARGUMENT...]"
kernel=$1
shift
build=$ROOT/build/$kernel
ko=$build/module/ipcprobe.ko
image=$("$VM_DIR/kernel.sh" "$kernel")
[ -d "$ROOT/module" ] || die "no module/ in the tree"

cache_lock "build-$kernel-$(echo "$build" | cksum | cut -d' ' -f1)"
if [ "$(cat "$build/target" 2>/dev/null)" != "$(target)" ]; then
	rm -rf "$build"
fi
changed=$(copy_sources)
if [ -n "$changed" ] || [ ! -e "$ko" ] || [ $# -gt 0 ]; then
	say "building ipcprobe.ko for $kernel"
	rm -f "$ko"
	if ! compile "$@" || has_warnings; then
		cat "$build/log" >&2
		rm -f "$ko" "$build"/module/*.o
		die "ipcprobe.ko for $kernel does not build without warnings"
	fi
	target >"$build/target"
fi
echo "$ko"
