#!/bin/bash
# debug-kernel.sh: make sure that the cache holds KERNEL=debug: Debian's 6.12 source
# with all the checkers of debug-kernel.config built in and no modules. It is made
# again when that file changes (for a newer source, remove the folder debug-kernel
# from the cache first); this takes some 30 minutes on two free processors.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

KERNEL=6.12
FRAGMENT=$VM_DIR/debug-kernel.config
WORK=$CACHE/debug-kernel

build_make() {
	"$VM_DIR/enter.sh" $KERNEL "$WORK" -- \
		nice make -C "$WORK/source" O="$WORK/build" --no-print-directory "$@"
}

unpack_source() {
	local suite temp

	[ ! -e "$WORK/source/Makefile" ] || return 0
	suite=$(suite_of $KERNEL)
	temp=$(cache_temp)
	say "unpacking linux-source-$KERNEL"
	suite_update "$suite"
	suite_download "$suite" linux-source-$KERNEL "$temp"
	dpkg-deb -x "$temp"/linux-source-*.deb "$temp/tree"
	mkdir "$temp/source"
	tar -xf "$temp"/tree/usr/src/linux-source-*.tar.* -C "$temp/source" \
		--strip-components=1
	cache_publish "$temp/source" "$WORK/source"
	rm -rf "$temp"
}

# Kconfig silently removes an option whose dependency is missing; without a checker
# each run would look clean.
missing_options() {
	local option name

	while read -r option; do
		name=${option%%=*}
		case $option in
		CONFIG_*=n) ! grep -q "^$name=" "$1" || echo "$option" ;;
		CONFIG_*) grep -qxF "$option" "$1" || echo "$option" ;;
		esac
	done <"$FRAGMENT"
}

configure() {
	local missing

	mkdir -p "$WORK/build"
	build_make -s tinyconfig
	cp "$FRAGMENT" "$WORK/fragment"
	(cd "$WORK/build" && ../source/scripts/kconfig/merge_config.sh -m -O . \
		.config "$WORK/fragment" >/dev/null)
	build_make -s olddefconfig
	missing=$(missing_options "$WORK/build/.config")
	[ -z "$missing" ] || die "the configuration lost:" "${missing//$'\n'/ }"
}

publish() {
	local temp modules

	temp=$(cache_temp)
	cp "$WORK/build/arch/x86/boot/bzImage" "$temp/vmlinuz"
	cp "$FRAGMENT" "$temp/fragment"
	cp "$WORK/build/include/config/kernel.release" "$temp/version"
	# For modprobe, which looks up what is built in.
	modules=$temp/lib/modules/$(<"$temp/version")
	mkdir -p "$modules"
	cp "$WORK"/build/modules.{order,builtin,builtin.modinfo} "$modules/"
	depmod -b "$temp" "$(<"$temp/version")"
	cache_publish "$temp" "$CACHE/kernels/debug"
}

cache_lock debug-kernel
[ $# = 0 ] || die "usage: debug-kernel.sh"
if ! cmp -s "$FRAGMENT" "$CACHE/kernels/debug/fragment"; then
	# In a subshell, so that the lock on the suite ends with it: other builders
	# that need the suite would wait for the whole build.
	(unpack_source)
	configure
	say "building (log: $WORK/build.log)"
	# With one caller do_mq_timedsend() would be inlined, and its hook would not
	# be called.
	if ! build_make -j"$(nproc)" bzImage modules >"$WORK/build.log" 2>&1 \
		CFLAGS_mqueue.o=-fno-inline-functions-called-once; then
		tail -n 30 "$WORK/build.log" >&2
		die "the debug kernel does not build"
	fi
	publish
fi
echo "$CACHE/kernels/debug"
