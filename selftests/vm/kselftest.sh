#!/bin/bash
# kselftest.sh: make sure that the cache holds the common files of the kernel's
# selftests, which Debian ships only inside its kernel source: the headers, lib.mk and
# the runner; and checkpatch.pl. Print their folder (for -I).
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

KERNEL=6.12
SELFTESTS='kselftest_harness.h kselftest.h lib.mk run_kselftest.sh
	kselftest/runner.sh kselftest/prefix.pl'
SCRIPTS='checkpatch.pl spelling.txt const_structs.checkpatch'

fetch() {
	local temp suite file members=()

	suite=$(suite_of $KERNEL)
	temp=$(cache_temp)
	say "extracting the common part of the selftests of linux-source-$KERNEL"
	suite_update "$suite"
	suite_download "$suite" linux-source-$KERNEL "$temp"
	dpkg-deb -x "$temp"/linux-source-*.deb "$temp/tree"
	for file in $SELFTESTS; do
		members+=("linux-source-$KERNEL/tools/testing/selftests/$file")
	done
	for file in $SCRIPTS; do
		members+=("linux-source-$KERNEL/scripts/$file")
	done
	mkdir "$temp/out"
	tar -xf "$temp"/tree/usr/src/linux-source-*.tar.* -C "$temp/tree" "${members[@]}"
	mv "$temp/tree/linux-source-$KERNEL"/{tools/testing/selftests/*,scripts/*} "$temp/out/"
	cache_publish "$temp/out" "$CACHE/kselftest"
	rm -rf "$temp"
}

is_complete() {
	local file

	for file in $SELFTESTS $SCRIPTS; do
		[ -e "$CACHE/kselftest/$file" ] || return
	done
}

cache_lock kselftest
is_complete || fetch
echo "$CACHE/kselftest"
