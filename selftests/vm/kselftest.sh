#!/bin/bash
# kselftest.sh: make sure that the cache holds the kernel's selftest headers,
# which Debian ships only inside its kernel source, and print their folder
# (for -I); checkpatch.pl and lib.mk lie there too.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

KERNEL=6.12
SELFTESTS='kselftest_harness.h kselftest.h lib.mk kselftest/runner.sh kselftest/prefix.pl'
SCRIPTS='checkpatch.pl spelling.txt const_structs.checkpatch'

fetch() {
	local temp suite file members=()

	suite=$(suite_of $KERNEL)
	temp=$(cache_temp)
	say "extracting the selftest headers of linux-source-$KERNEL"
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

cache_lock kselftest
[ -e "$CACHE/kselftest/kselftest_harness.h" ] || fetch
echo "$CACHE/kselftest"
