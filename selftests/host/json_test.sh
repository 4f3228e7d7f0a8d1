#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# JSON: each member of each object is in the manual page of its command, and the first
# object has the version of the format.
set -u
cd "$(dirname "$0")" || exit 1

. ../results.sh
pages=$PWD/../../Documentation/man

# members <JSON: print the names of members. The fields of records are documented in
# events.rst.
members() {
	python3 -c '
import json, sys

names = set()
def visit(value):
    if isinstance(value, list):
        for one in value:
            visit(one)
    elif isinstance(value, dict):
        names.update(value)
        for name, one in value.items():
            if name != "fields":
                visit(one)
rest = sys.stdin.read().strip()
while rest:
    value, end = json.JSONDecoder().raw_decode(rest)
    visit(value)
    rest = rest[end:].strip()
print("\n".join(sorted(names)))'
}

# words PAGE: print the words of the page's section about JSON, of the section about
# all commands, and of ls's columns.
words() {
	{
		sed -n '/^\.Sh JSON/,/^\.Sh /p' "$pages/$1" "$pages/ipcprobe.1"
		[ "$1" != ipcprobe-ls.1 ] ||
			sed -n '/^\.Sh COLUMNS/,/^\.Sh /s/^\.It //p' "$pages/$1" |
				tr '[:upper:]' '[:lower:]'
	} | grep -o '[A-Za-z_:][A-Za-z_0-9:]*' | sort -u
}

# documented PAGE NAME: each member of the JSON in $dir/json is documented.
documented() {
	local missing

	members <"$dir/json" >"$dir/members"
	missing=$(comm -23 "$dir/members" <(words "$1"))
	if [ -s "$dir/members" ] && [ -z "$missing" ]; then
		result ok "$1 has every member of $2"
	else
		echo "# missing: ${missing//$'\n'/ }"
		result 'not ok' "$1 has every member of $2"
	fi
}

# versioned NAME: the JSON in $dir/json begins with its version.
versioned() {
	if [ "$(head -n 1 "$dir/json" | python3 -c 'import json, sys
print(list(json.loads(sys.stdin.readline()).items())[0])')" = "('schema', 2)" ]; then
		result ok "the first member of the first object of $1 is the schema"
	else
		head -c 200 "$dir/json" | sed 's/^/# /'
		result 'not ok' "the first member of the first object of $1 is the schema"
	fi
}

# check PAGE COMMAND...: test the JSON of the command.
check() {
	local page=$1
	shift

	"$ipcprobe" "$@" >"$dir/json" 2>/dev/null
	documented "$page" "'$*'"
	versioned "'$*'"
}

echo "KTAP version 1"
./tracefile_test "$dir/data" 5000 2 || exit 1
cd "$dir" || exit 1
ln -s data ipcprobe.data
check ipcprobe-script.1 script -J
check ipcprobe-stat.1 stat -J
check ipcprobe-copies.1 copies -J --calls
check ipcprobe-runq.1 runq -J
check ipcprobe-runq.1 runq -J --map --width 20
check ipcprobe-runq.1 runq -J --at 0.001
for view in explain latency 'latency --by waker --histogram' timehist 'timehist --precise' \
	'timehist -w -M -n -S' map 'map --timeline --width 20' migrations 'migrations -s' stat; do
	# shellcheck disable=SC2086 # words of a command
	check ipcprobe-sched.1 sched $view -J
done
check ipcprobe-path.1 path -J --task 1103
check ipcprobe-ls.1 ls -J
check ipcprobe-ls.1 ls -lJ
check ipcprobe-vm.1 vm -J $$
check ipcprobe-vm.1 vm -J $$ $PPID
check ipcprobe-vm.1 vm -J --touched 0.01 $$
check ipcprobe-check.1 check -J
cd - >/dev/null || exit 1
# ipcprobe ls needs the module: find the members in its view's source
sed -n '/---- JSON ----/,$s/"\([a-z_]*\)", *[a-z]/\n{"\1": 0}\n/gp' ../../tools/view/lab.c |
	grep '^{' >"$dir/json"
documented ipcprobe-lab.1 "'lab copies -J'"
# members that the synthetic recording does not have
for golden in golden/*.json; do
	page=${golden#golden/}
	page=ipcprobe-${page%%[-.]*}.1
	cp "$golden" "$dir/json"
	documented "$page" "$golden"
	# a file that holds a list is a part of a page
	grep -q '^\[' "$golden" || versioned "$golden"
done
results_end
