#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests whose processors run at once: which of them count as lost by the emulator,
# and how check.sh treats these. The guests themselves are simulated here.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/../tap.sh"
selftests=$(realpath "$(dirname "$0")/..")

# console BYTE: print an oops at int3 with that byte before the next instruction.
console() {
	cat <<-END
		[   61.524137] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI
		[   61.524201] RIP: 0010:pipe_write+0x5/0x6b0
		[   61.524262] Code: 90 90 90 90 90 90 90 90 90 f3 0f 1e fa $1 <44> 00 00 0f 1f
		[   61.524300] RSP: 0018:ffffc90000a3bd80 EFLAGS: 00000246
	END
}

raced() { "$selftests/vm/raced.sh" "$1"; }

absent_breakpoint() {
	console 0f >"$work/console"
	raced "$work/console"
	console c3 >"$work/console"
	raced "$work/console"
}

present_breakpoint() {
	console cc >"$work/console"
	fails raced "$work/console"
}

other_oops() {
	console 0f | sed 's/int3: 0000/invalid opcode: 0000/' >"$work/console"
	fails raced "$work/console"
}

# Make a tree whose guests print what the file "script" says, one line "STATUS TEXT"
# for each boot of a guest with parallel processors; other guests pass one test.
make_tree() {
	local script

	mkdir -p "$work/tree/vm"
	cp "$selftests"/{check.sh,ktap.sh} "$work/tree/"
	: >"$work/tree/expected-skips"
	cat >"$work/tree/vm/run.sh" <<-'END'
		#!/bin/bash
		[ "${VM_TCG_THREAD-}" = multi ] || { echo 1..1; echo "ok 1 plain ${*##*--}"; exit 0; }
		boot=$(($(cat boots 2>/dev/null || echo 0) + 1))
		echo $boot >boots
		read -r status text < <(sed -n "${boot}p" script)
		printf '1..1\n%s\n' "$text"
		exit "$status"
	END
	for script in "$selftests"/vm/*.sh; do
		[ "${script##*/}" = run.sh ] || echo '#!/bin/bash' >"$work/tree/vm/${script##*/}"
	done
	chmod 755 "$work/tree/vm"/*.sh
}

# check LINE...: print the output of check.sh if the guest's boots go as the lines say.
check() {
	rm -f "$work/tree/boots"
	printf '%s\n' "$@" >"$work/tree/script"
	(cd "$work/tree" && ./check.sh -p 6.12 2>/dev/null) || true
}

# The results of a lost boot do not count: two passed in the guests, and one build.
lost_once() {
	check '123 not ok 1 lost here' '0 ok 1 here' >"$work/out"
	cat "$work/out"
	equal end '3 passed, 0 failed, 0 skipped' "$(tail -n 1 "$work/out")"
	grep -qx '1\.\.3' "$work/out"
	grep -qx 'ok 3 parallel-6.12' "$work/out"
	grep -qx '# boot 1 of 3 was lost by the emulator:' "$work/out"
	grep -qx '# not ok 1 lost here' "$work/out"
}

lost_always() {
	check '123 a' '123 b' '123 c' '0 ok 1 never booted' >"$work/out"
	cat "$work/out"
	equal boots 3 "$(<"$work/tree/boots")"
	equal end '2 passed, 1 failed, 0 skipped' "$(tail -n 1 "$work/out")"
	grep -qx 'not ok 3 parallel-6.12 # lost by the emulator, 3 times' "$work/out"
}

lost_otherwise() {
	check '125 guest lost: panic' '0 ok 1 never booted' >"$work/out"
	cat "$work/out"
	equal boots 1 "$(<"$work/tree/boots")"
	equal end '2 passed, 1 failed, 0 skipped' "$(tail -n 1 "$work/out")"
	grep -qx 'not ok 3 parallel-6.12 # guest lost' "$work/out"
}

failed_test() {
	check '1 not ok 1 here' '0 ok 1 never booted' >"$work/out"
	cat "$work/out"
	equal boots 1 "$(<"$work/tree/boots")"
	equal end '2 passed, 1 failed, 0 skipped' "$(tail -n 1 "$work/out")"
}

# Each part boots its own guest; the module is built once.
parts() {
	(cd "$work/tree" && ./check.sh 6.12:1/2 6.12:2/2 2>/dev/null) >"$work/out"
	cat "$work/out"
	equal end '3 passed, 0 failed, 0 skipped' "$(tail -n 1 "$work/out")"
	equal builds 1 "$(grep -c '^ok . build-6.12$' "$work/out")"
	grep -q '^ *ok 1 plain .*guest.sh -p 1/2$' "$work/out"
	grep -q '^ *ok 1 plain .*guest.sh -p 2/2$' "$work/out"
	grep -qx 'ok 2 guest-6.12:1/2' "$work/out"
	grep -qx 'ok 3 guest-6.12:2/2' "$work/out"
}

make_tree
prove "a breakpoint that was executed and is not there is the emulator's" absent_breakpoint
prove "one that is there is the guest's own" present_breakpoint
prove "so is another oops" other_oops
prove "a guest that the emulator lost boots again, and its results do not count" lost_once
prove "the third time it has failed" lost_always
prove "a guest that was lost otherwise has failed" lost_otherwise
prove "so has one in which a test failed" failed_test
prove "the tests in parts run in a guest for each part" parts
prove_end
