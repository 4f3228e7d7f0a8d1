#!/bin/bash
# kernel-selftests.sh KERNEL: make sure that build/KERNEL/kernel-selftests holds the
# kernel's own selftests of the hooked subsystems, from that kernel's source package
# and built by its own makefiles, and print the folder. The debug kernel has those of
# 6.12.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

TARGETS='ipc futex mqueue splice memfd'

# Unpack the tests' sources, the smallest part of the tree that builds them.
fetch() {
	local temp suite package

	suite=$(suite_of "$kernel")
	temp=$(cache_temp)
	say "unpacking the selftests of linux-source-$kernel"
	suite_update "$suite"
	suite_download "$suite" "linux-source-$kernel" "$temp"
	package=linux-source-$kernel
	dpkg-deb -x "$temp"/linux-source-*.deb "$temp/tree"
	mkdir "$temp/out"
	tar -xf "$temp"/tree/usr/src/linux-source-*.tar.* -C "$temp/out" --strip-components=1 \
		"$package"/tools/testing/selftests "$package"/scripts \
		"$package"/tools/include "$package"/tools/scripts
	suite_download "$suite" linux-libc-dev "$temp"
	dpkg-deb -x "$temp"/linux-libc-dev*.deb "$temp/out/headers"
	cache_publish "$temp/out" "$source"
	rm -rf "$temp"
}

build() {
	local temp=$out.new target

	say "building the kernel's own selftests for $kernel"
	rm -rf "$temp" "$out"
	for target in $TARGETS; do
		[ "$target" != futex ] || target=futex/functional
		mkdir -p "$temp/$target"
		# Some programs of a folder may need libraries that this machine lacks.
		make -k -s -C "$source/tools/testing/selftests/$target" \
			OUTPUT="$temp/$target" KHDR_INCLUDES="-isystem $source/headers/usr/include" \
			>>"$temp/log" 2>&1 || true
		find "$source/tools/testing/selftests/$target" -maxdepth 1 -name '*.sh' \
			-exec cp {} "$temp/$target/" \;
	done
	mv "$temp" "$out"
}

[ $# = 1 ] || die "usage: kernel-selftests.sh KERNEL"
kernel=${1/debug/6.12}
source=$CACHE/kernel-selftests/$kernel
out=$ROOT/build/$kernel/kernel-selftests

cache_lock "kernel-selftests-$kernel"
[ -d "$source" ] || fetch
[ -d "$out" ] || build
echo "$out"
