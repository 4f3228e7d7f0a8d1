#!/bin/bash
# The files of tools/ depend on each other in one direction only, and no files of module/
# call each other in a circle. Includes are read from the sources, calls from the object
# files (nm); the order of the folders is in Documentation/tools.rst. Prints TAP.
# shellcheck disable=SC2016,SC2317 # programs of sed and awk; functions that prove() calls
set -uo pipefail
cd "$(dirname "$0")" || exit 1
. ../tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd ../../tools || exit 1

# "FOLDER LEVEL", the lowest first: folders in one row of the table have the same level.
order() {
	sed -n '/^Folders$/,/^Rules$/s/^\(``[a-z`, /.]*``\)  .*/\1/p' ../Documentation/tools.rst |
		tr -d '`,' | awk '{ for (i = 1; i <= NF; i++) print $i, NR }'
}

# "FROM TO" for each include of one of our files.
includes() {
	grep -rE --include='*.[ch]' '^#include "' . |
		sed -E 's|^\./([^:]*):#include "([^"]*)".*|\1 \2|' | sort -u
}

# calls TYPES: of object files, "FROM TO" for each symbol of these types (see nm(1))
# that one file uses and another one defines.  A tracepoint calls its probes by pointer:
# to use it (__SCT__) is no call of the file that defines it.
calls() {
	xargs nm -A -g -P | sed 's|:||' | awk -v types="$1" '
	$3 == "U" { uses[$1, $2]; next }
	index(types, $3) && $2 !~ /^__SCT__/ { home[$2] = $1 }
	END {
		for (use in uses) {
			split(use, part, SUBSEP)
			if (part[2] in home)
				print part[1], home[part[2]]
		}
	}' | sort -u
}

objects_of_tools() { find . -name '*.c' | sed 's|^\./||; s|c$|o|'; }

# Those of the kernel for which the module was built last, to its end.
objects_of_module() {
	local folder source object

	# shellcheck disable=SC2012 # files that we named
	folder=$(dirname "$(ls -t ../build/*/module/ipcprobe.ko 2>/dev/null | head -1)")
	[ "$folder" != . ] || return 0
	for source in ../module/*.c; do
		object=$folder/$(basename "$source" .c).o
		[ ! -e "$object" ] || echo "$object"
	done
}

# Of "FROM TO": those that lead to a higher folder, or to another one of the same level.
# The longest name in the table that a path begins with is its folder.
upward() {
	awk '
	function folder(path) {
		sub("[.][cho]$", "", path)
		while (!(path in level) && sub("/[^/]*$", "", path))
			;
		return path
	}
	NR == FNR { level[$1] = $2; next }
	{
		from = folder($1)
		to = folder($2)
		if (!(from in level) || !(to in level))
			print $1 " -> " $2 ": tools.rst does not have the folder of one of them"
		else if (from != to && level[to] >= level[from])
			print $1 " -> " $2 ": " from " is not above " to
	}' "$work/order" "$1"
}

# The circles in pairs "FROM TO", as tsort(1) finds them: one file a line.
circles() { tsort "$1" 2>&1 >/dev/null | sed 's/^tsort: //' || true; }

# none COMMAND...: it prints nothing; else that is what is wrong.
none() {
	"$@" >"$work/wrong"
	cat "$work/wrong"
	[ ! -s "$work/wrong" ]
}

# enough FILE LEAST: else nothing was found to look at.
enough() {
	local nr

	nr=$(wc -l <"$1")
	echo "$nr found"
	[ "$nr" -ge "$2" ]
}

# The folders in a file that the table does not have; view/svg belongs to view.
unlisted() {
	awk 'NR == FNR { level[$1]; next } !($1 in level) && !(substr($1, 1, index($1 "/", "/") - 1) in level)' \
		"$work/order" "$1"
}

test_order() {
	enough "$work/order" 10
	find . -name '*.c' | sed 's|^\./||; s|/[^/]*$||; s|[.]c$||' | sort -u >"$work/folders"
	none unlisted "$work/folders"
}

test_includes() {
	enough "$work/includes" 500
	none upward "$work/includes"
}

test_include_circles() { none circles "$work/includes"; }

test_calls() {
	enough "$work/calls" 500
	none upward "$work/calls"
}

test_call_circles() { none circles "$work/calls"; }

# Functions only: variables are shared by files that call each other in one direction.
test_module_circles() {
	objects_of_module >"$work/objects"
	[ -s "$work/objects" ] || skip "the module was not built"
	calls T <"$work/objects" >"$work/module_calls"
	enough "$work/module_calls" 100
	none circles "$work/module_calls"
}

echo "TAP version 13"
order >"$work/order"
includes >"$work/includes"
objects_of_tools | calls TDBRVWCG >"$work/calls"
prove 'each folder of tools/ has its level' test_order
prove 'no file includes a header of a higher folder' test_includes
prove 'no headers include each other in a circle' test_include_circles
prove 'no file calls one of a higher folder' test_calls
prove 'no files call each other in a circle' test_call_circles
prove 'no files of module/ call each other in a circle' test_module_circles
prove_end
