# Sourced. Run test programs and print their output as nested KTAP. A program's exit
# status is its verdict (0, or 4 for skip). If the program prints TAP, that must agree
# with its plan.
# shellcheck shell=bash

KSFT_SKIP=4

# ktap_objection FILE: print why the TAP in FILE is not that of a successful run.
ktap_objection() {
	awk '
	/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
	/^ok / { results++ }
	/^not ok / { results++; if (!/# (SKIP|TODO|XFAIL)/) failed++ }
	END {
		if (failed)
			print failed " of its tests failed"
		else if (planned && results != plan)
			print results + 0 " results, " plan " planned"
	}' "$1"
}

# ktap_program NUMBER SECONDS PROGRAM [JUDGE...]: run the program; succeeds if all is
# well. The line before the result says how long it took. JUDGE is a command that prints
# other failures after the program ran.
ktap_program() {
	local number=$1 seconds=$2 program=$3 name out status=0 reason='' begin=$SECONDS
	shift 3

	name=$(basename "$program")
	out=$(mktemp)
	timeout --kill-after=5 "$seconds" "$program" </dev/null 2>&1 |
		tee "$out" | ktap_nest || status=${PIPESTATUS[0]}

	case $status in
	0 | "$KSFT_SKIP") reason=$(ktap_objection "$out") ;;
	124 | 137) reason="took more than $seconds s" ;;
	*) reason="exit status $status" ;;
	esac
	if [ $# -gt 0 ] && ! "$@" >"$out.judge"; then
		sed 's/^/  # /' "$out.judge"
		reason+="${reason:+, }$(tail -n 1 "$out.judge")"
	fi

	echo "  # $((SECONDS - begin)) s"
	if [ -n "$reason" ]; then
		echo "not ok $number $name # $reason"
	elif [ "$status" = "$KSFT_SKIP" ]; then
		echo "ok $number $name # SKIP $(grep -v '^1\.\.' "$out" | tail -n 1 | sed 's/^[# ]*//; s/^SKIP *//')"
	else
		echo "ok $number $name"
	fi
	rm -f "$out" "$out.judge"
	[ -z "$reason" ]
}

# Print all other lines as comments.
ktap_nest() {
	sed -u -E '/^ *(KTAP|TAP version|1\.\.[0-9]|ok |not ok |#)/!s/^/# /; s/^/  /'
}

# ktap_count EXPECTED-SKIPS: copy KTAP from stdin to stdout and print the closing
# line. A result is a leaf unless results were nested before it; one that fails
# although all of those passed counts as a failure of its own. A skip fails that
# EXPECTED-SKIPS does not list as: KERNEL PROGRAM REASON, where KERNEL is "host" or a
# guest's, * matches any, and REASON is a regex.
ktap_count() {
	awk -v expected="$1" '
	function is_expected(reason,   i) {
		for (i = 1; i <= entries; i++)
			if ((kernel[i] == "*" || kernel[i] == section) &&
			    (program[i] == "*" || program[i] == owner) &&
			    reason ~ regex[i])
				return 1
		return 0
	}
	# Skips wait for the line that names their program and section.
	function settle(   i) {
		for (i = 1; i <= waiting; i++) {
			if (is_expected(skip[i])) {
				skipped++
			} else {
				unexpected[++nr_unexpected] = section " " owner ": " skip[i]
				failed++
			}
		}
		waiting = 0
	}
	BEGIN {
		while ((getline line < expected) > 0) {
			if (line ~ /^[ \t]*(#|$)/)
				continue
			split(line, word, " ")
			kernel[++entries] = word[1]
			program[entries] = word[2]
			sub(/^[^ ]+ +[^ ]+ +/, "", line)
			regex[entries] = line
		}
	}
	{ print; fflush() }
	/^# section / { section = $3 }
	/^ *(not )?ok / {
		match($0, /^ */)
		depth = RLENGTH / 2
		bad = /^ *not ok / && !/# (SKIP|TODO|XFAIL)/
		# In a program"s own result its name is the last word.
		line = $0
		sub(/^ *(not )?ok [0-9]* *(- )?/, "", line)
		sub(/ *#.*/, "", line)
		if (depth <= 1)
			owner = line
		nested = below[depth + 1]
		nested_bad = bad_below[depth + 1]
		below[depth + 1] = bad_below[depth + 1] = 0
		if (bad && (!nested || !nested_bad))
			failed++
		else if (!nested && match($0, /# SKIP/))
			skip[++waiting] = substr($0, RSTART + 7)
		else if (!nested)
			passed++
		below[depth]++
		bad_below[depth] += bad || nested_bad
		if (depth <= 1)
			settle()
	}
	END {
		settle()
		for (i = 1; i <= nr_unexpected; i++)
			print "# a skip that is not expected: " unexpected[i]
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed || !passed
	}'
}
