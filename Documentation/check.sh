#!/bin/bash
# check.sh: does what the documents say agree with the header, the tools and
# the tree? Prints TAP. Needs tools/ipcprobe.
set -euo pipefail
cd "$(dirname "$0")"

UAPI=../module/uapi
IPCPROBE=../tools/ipcprobe
CC=${CC:-cc}

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
number=0 failed=0

# result SENTENCE: what went wrong is in $temp/wrong, one a line.
result() {
	local verdict=ok

	number=$((number + 1))
	if [ -s "$temp/wrong" ]; then
		sed 's/^/# /' "$temp/wrong"
		verdict='not ok'
		failed=$((failed + 1))
	fi
	echo "$verdict $number $1"
	rm -f "$temp/wrong"
}

wrong() { echo "$*" >>"$temp/wrong"; }

# differ WHAT-IS-LEFT WHAT-IS-RIGHT LEFT RIGHT: lists in files, in any order.
differ() {
	comm -23 <(sort -u "$3") <(sort -u "$4") | sed "s|\$|: $1|" >>"$temp/wrong"
	comm -13 <(sort -u "$3") <(sort -u "$4") | sed "s|\$|: $2|" >>"$temp/wrong"
}

# ---- names ----

# All macros and enumerators of the header.
header_names() {
	{
		"$CC" -E -dM -I$UAPI -include linux/ipcprobe.h -x c /dev/null |
			sed -n 's/^#define \(_*IPCPROBE_[A-Za-z0-9_]*\).*/\1/p'
		"$CC" -E -P -I$UAPI -include linux/ipcprobe.h -x c /dev/null |
			grep -o '\b_*IPCPROBE_[A-Za-z0-9_]*'
	} | sort -u
}

# Names that only documents for developers may use.
inner_names() {
	grep -h -o '\bIPCPROBE_[A-Za-z0-9_]*' ../module/*.h ../module/hook_*.c \
		../selftests/vm/*.sh | sort -u
}

# names_in FILE...: a name before * or < stands for all that begin so.
names_in() {
	sed 's/\\-/-/g' "$@" | grep -o '\bIPCPROBE_[A-Za-z0-9_]*[*<]\?' | sort -u
}

check_names() {
	local file name known=$temp/header

	for file in *.rst man/*.1 netlink/specs/*.yaml ../README.md; do
		[ -e "$file" ] || continue
		known=$temp/header
		case $file in
		architecture.rst | testing.rst | contributing.rst | adding-a-class.rst | module-map.rst) known=$temp/inner ;;
		esac
		while read -r name; do
			case $name in
			*[*\<]) grep -q "^${name%?}" "$known" ;;
			*) grep -qx "$name" "$known" ;;
			esac || wrong "$file: $name: there is no such name"
		done < <(names_in "$file")
	done
	result "every name in the documents exists"
}

# What the X-macros are made of and what they make; events.rst has the latter.
MACHINERY='^(_|IPCPROBE_(E$|MEMBER|FIELDS_|STRUCT|EVENT_NUMBER|EVENTS$|CLASSES$|CALLS$|REC_[a-z]|CALL_|FUTEX_OP_|KIND_|KINDS$|BY_STORED|BY_SHOWN|NAMES_OF|NO_NAMES|SIGNALS$|NOTIFICATIONS$))|_(UNSPEC|MAX)$|'
# Lists of ipcprobe_names.h: events.rst has what they hold.
MACHINERY+='^IPCPROBE_[A-Z]+_(FLAGS|KINDS|TYPES|STATES|CLASSES|COMMANDS|CODES|RESULTS)$'
LIMITS='IPCPROBE_(REC|PATH|RING_BYTES|NR_PIDS)_MAX'

check_uapi() {
	local name

	while read -r name; do
		grep -q "\b$name\b" uapi.rst || wrong "uapi.rst: $name is missing"
	done < <(grep -E -v "$MACHINERY" "$temp/header"; grep -E -x "$LIMITS" "$temp/header")
	result "uapi.rst has every name of the header"
}

# fields_of STRUCT
fields_of() {
	sed -n "/^struct $1 {/,/^}/{s/^\t__[us][0-9]* \([a-z_]*\).*;/\1/p}" \
		$UAPI/linux/ipcprobe.h
}

check_fields() {
	local struct field

	for struct in ipcprobe_info ipcprobe_config ipcprobe_stats \
		ipcprobe_ring_consumer ipcprobe_ring_producer; do
		grep -q "struct $struct\b" uapi.rst || wrong "struct $struct is missing"
		for field in $(fields_of $struct); do
			grep -q "\`\`$field\`\`\|\`\`$field\`\`, \|\`\`[a-z_]*\`\`, \`\`$field\`\`" uapi.rst ||
				wrong "struct $struct: $field is missing"
		done
	done
	result "uapi.rst has every field of the ioctls and of the rings"
}

# Names as in the header, in the order that gives them their numbers.
yaml_names() {
	awk '
	/^[a-z]/ { section = $1 }
	$1 == "name-prefix:" { prefix = $2 }
	section == "attribute-sets:" && /^  -$/ { prefix = "" }
	section == "attribute-sets:" && /^        name: / { print prefix $2 }
	section == "operations:" && /^      name: / { print prefix $2 }
	' netlink/specs/ipcprobe.yaml | tr 'a-z-' 'A-Z_'
}

header_attributes() {
	grep -o '^	IPCPROBE_\(A\|CMD\)_[A-Z_]*\b' $UAPI/linux/ipcprobe.h |
		tr -d '\t' | grep -E -v '_(UNSPEC|MAX)$'
}

# The names of an enum's entries, in their order.
yaml_entries() {
	awk -v enum="$1" '
	/^    name: / { on = $2 == enum }
	/^attribute-sets:/ { exit }
	on && /^        name: / { print $2 }
	' netlink/specs/ipcprobe.yaml
}

header_classes() {
	sed -n 's/^	C([A-Z]*, *[0-9]*, \([a-z]*\),.*/\1/p' $UAPI/linux/ipcprobe_events.h
}

check_yaml() {
	local kind

	for kind in CMD A_INFO A_SESSION A_COUNT A_HOOK A_OBJECT; do
		diff <(header_attributes | grep "^IPCPROBE_${kind}_") \
			<(yaml_names | grep "^IPCPROBE_${kind}_") >>"$temp/wrong" || true
	done
	diff <(header_classes) <(yaml_entries class) >>"$temp/wrong" || true
	result "the YAML has the classes, commands and attributes of the header, in its order"
}

check_events() {
	"$CC" -std=gnu11 -Wall -Wextra -Werror -I$UAPI -o "$temp/events" events.c
	"$temp/events" | diff events.rst - >"$temp/wrong" || true
	result "events.rst is what the event table makes ('make -C Documentation')"
}

# Code blocks of the language "c" are whole programs.
check_example() {
	awk '/^\.\. code-block:: c$/ { on = 1; next } on && /^[^\t]/ { exit } on' \
		uapi.rst | sed 's/^\t//' >"$temp/example.c"
	[ -s "$temp/example.c" ] || wrong "no example"
	"$CC" -std=gnu11 -Wall -Wextra -Werror -I$UAPI -o "$temp/example" \
		"$temp/example.c" 2>>"$temp/wrong" || true
	result "the example in uapi.rst compiles"
}

# Files that have tables of hooks.
HOOK_FILES=$(echo ../module/hook_*.c ../module/op.c ../module/op_end.c ../module/wait.c)

check_hooks() {
	# shellcheck disable=SC2086 # names without blanks
	grep -h -E -o '\{ (TP|FN|FN_FROM)\((SYS\()?"[a-z_0-9.]+"' $HOOK_FILES |
		sed 's/(SYS("/(__x64_sys_/; s/.*(//; s/"//g; s/[.].*//' >"$temp/code"
	awk '$2 == "tp" || $2 == "fn" { print $1 }' hooks.rst |
		grep -v '^\(tp\|fn\)$' >"$temp/doc"
	differ "not in hooks.rst" "in hooks.rst only" "$temp/code" "$temp/doc"
	result "hooks.rst has every hook"
}

# Classes with operations, as the table of kinds has them.
operation_classes() {
	sed -n 's/^	K([A-Z_]*, \([A-Z]*\),.*/\L\1/p' ../module/op_kind.h | grep -v meta | sort -u | paste -sd' '
}

# class_of FILE: the class that has the file's table; none: several.
class_of() {
	local stem

	stem=$(basename "$1" .c)
	grep -h -o "^const struct ipcprobe_event_class ipcprobe_class_[a-z]*" "$1" ||
		sed -n "/^const struct ipcprobe_event_class/h; /\.hooks = .*\bipcprobe_${stem#hook_}_hooks\b/{g;p}" \
			../module/hook_*.c
}

# The tables' rows as the preprocessor leaves them, a hook's name and its classes:
# every row of whatever kernel, and IPCPROBE_BIT() undone.
code_classes() {
	local file class

	for file in $HOOK_FILES; do
		class=$(class_of "$file" | sed 's/.*ipcprobe_class_\([a-z]*\).*/\1/')
		{
			echo '#define FN(n, f) .name = n'
			echo '#define TP(n, f) .name = n'
			echo '#define FN_FROM(n, f) .name = n'
			echo '#define SYS(n) "__x64_sys_" n'
			sed -n '/^#define IPCPROBE_IO_CLASSES\b/p' ../module/class.h
			sed -n '/^#define \(BOTH\|MQ\|SCX\|THROTTLE\|URING\)\b/{:more
				/\\$/{N;b more}
				p}' "$file"
			sed -n '/^\(static \)*struct ipcprobe_hook [a-z_]*hooks\[\] = {/,/^};/{/^#/d;p}' "$file"
		} | "$CC" -E -P -x c - 2>>"$temp/wrong" | tr -d '\n' | sed 's/\.name = /\n/g' |
			sed "1d; /\.classes = /!s/\$/ .classes = $class/" |
			sed -n 's/^\("[^,}]*"\).*\.classes = \([^.,}]*\).*/\1 \2/p'
		echo
	done | sed "s/\" \"//g; s/\"//g; s/[.]constprop[.]0//; s/__IPCPROBE_CLASSES_ALL/every class/
			s/IPCPROBE_OP_CLASSES/$(operation_classes)/
			s/IPCPROBE_BIT(\([A-Z]*\))/\L\1/g; s/[(),|]/ /g"
}

# Names as in the document's own column: continued in the next line after a comma.
doc_classes() {
	awk '
	/^=+ =+ =+ =+ / { # columns begin where these do
		at = 1
		for (i = 1; i < 4; i++)
			at += length($i) + 1
		width = length($4)
		next
	}
	$2 == "tp" || $2 == "fn" { name = $1; on = 1 }
	!NF { on = 0 }
	on { print name, substr($0, at, width) }' hooks.rst |
		sed "s/,* *extra//; s/,/ /g
			s/\boperations\b/$(operation_classes)/"
}

# A hook and one of its classes in each line.
one_by_one() { awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | sort -u; }

check_classes() {
	code_classes | one_by_one >"$temp/code"
	doc_classes | one_by_one >"$temp/doc"
	differ "not in hooks.rst" "in hooks.rst only" "$temp/code" "$temp/doc"
	[ "$(wc -l <"$temp/code")" -gt 100 ] || wrong "the tables were not found"
	result "hooks.rst says which classes use each hook"
}

# The classes in the paragraph that begins "*Operations*".
doc_operations() {
	sed -n '/^\*Operations\*/,/^$/p' hooks.rst | tr '\n' ' ' |
		sed 's/^[^:]*: //; s/, whose.*//; s/ and /, /; s/, /\n/g'
}

check_operations() {
	operation_classes | tr ' ' '\n' | sort >"$temp/code"
	doc_operations | sort >"$temp/doc"
	differ "not in hooks.rst" "in hooks.rst only" "$temp/code" "$temp/doc"
	result "hooks.rst says which classes have operations"
}

# A place and one of its hooks in each line, as .one_of in the tables has them.
code_places() {
	# shellcheck disable=SC2086 # names without blanks
	cat $HOOK_FILES | tr '\n\t' '  ' |
		grep -o -E '\{ (TP|FN|FN_FROM)\([^{}]*\.one_of = "[^"]*"' |
		sed -E 's/SYS\("/("__x64_sys_/; s/[.]constprop[.]0//
			s/[^"]*"([^"]*)".*one_of = "([^"]*)"/\2: \1/'
}

doc_places() {
	awk '
	!NF { on = 0 }
	/^=/ { next }
	/^place  / { on = 1; at = index($0, "hooks"); next }
	on {
		place = substr($0, 1, at - 1)
		sub(/ *$/, "", place)
		nr = split(substr($0, at), names, /, (else |also .*)?/)
		for (i = 1; i <= nr; i++)
			if (names[i] != "")
				print place ": " names[i]
	}' hooks.rst
}

check_places() {
	code_places >"$temp/code"
	doc_places >"$temp/doc"
	differ "not in hooks.rst" "in hooks.rst only" "$temp/code" "$temp/doc"
	[ "$(wc -l <"$temp/code")" -gt 10 ] || wrong "the tables were not found"
	result "hooks.rst says which hooks are alternatives"
}

# ---- tools ----

# commands [COMMAND]: those of the program, or those that the command has.
commands() { "$IPCPROBE" "$@" --help | awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }'; }

# Options as -x and --long; those that argp gives every program are left out.
options_of() {
	local below

	{
		"$IPCPROBE" "$1" --help
		for below in $(commands "$1"); do
			"$IPCPROBE" "$1" "$below" --help
		done
	} 2>/dev/null | sed -n '/--\(help\|usage\|version\)\b/d; s/^ *\(-.*\)/\1/p' |
		grep -E -o '(^|[ ,])--?[A-Za-z?][a-z-]*' | tr -d ' ,' || true
}

# In mdoc(7): ".It Fl m , Fl -ring-size Ar size"
man_options() {
	sed -n '/^\.It Fl/p' "$1" | grep -o 'Fl [A-Za-z-]*' | sed 's/Fl /-/' || true
}

check_man() {
	local command

	[ -e man/ipcprobe.1 ] || wrong "man/ipcprobe.1 is missing"
	for command in $(commands); do
		[ "$command" != help ] || continue
		if [ ! -e "man/ipcprobe-$command.1" ]; then
			wrong "man/ipcprobe-$command.1 is missing"
			continue
		fi
		options_of "$command" >"$temp/help"
		man_options "man/ipcprobe-$command.1" >"$temp/man"
		differ "ipcprobe-$command.1 lacks it" "'ipcprobe $command' has it not" \
			"$temp/help" "$temp/man"
		grep -q "^\.Xr ipcprobe-$command\b" man/ipcprobe.1 ||
			wrong "ipcprobe.1 does not name ipcprobe-$command"
	done
	result "every option is in its man page, and none besides"
}

# examples_of PAGE
examples_of() { sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{s/^\.Dl //;s/\\-/-/g;s/$([^)]*)//g;p}' "$1"; }

check_examples() {
	local command

	for command in $(commands); do
		[ "$command" != help ] || continue
		examples_of "man/ipcprobe-$command.1" >"$temp/man-$command.help"
		grep -q "[#\$|] ipcprobe $command\b" "$temp/man-$command.help" ||
			wrong "man/ipcprobe-$command.1: no 'ipcprobe $command' in its examples"
	done
	examples_of man/ipcprobe.1 >"$temp/man.help"
	grep -q "[#\$|] ipcprobe [a-z]" "$temp/man.help" || wrong "man/ipcprobe.1: no example"
	result "every man page has an example of its command"
}

# Command lines in README.md, in the pages and in the examples: ipcprobe WORD [OPTION...]
check_commands() {
	local file word rest option

	commands >"$temp/commands"
	while read -r word; do
		"$IPCPROBE" "$word" --help >"$temp/$word.help"
	done < <(grep -vx -e help -e sched "$temp/commands")
	while read -r word; do
		"$IPCPROBE" sched "$word" --help >"$temp/sched-$word.help"
	done < <(commands sched)
	while IFS=: read -r file word rest; do
		if ! grep -qx -e "$word" "$temp/commands"; then
			wrong "$file: ipcprobe $word: there is no such command"
			continue
		fi
		options_of "$word" >"$temp/help"
		for option in $rest; do
			case $option in
			--) break ;;
			-*) grep -qx -e "${option%%=*}" "$temp/help" ||
				wrong "$file: ipcprobe $word $option: there is no such option" ;;
			esac
		done
	done < <(grep -H -o -E '(^	|^    |[`$#'\''] ?|sudo )ipcprobe [a-z]+( [^`|'\'']*)?' ../README.md ./*.rst "$temp"/*.help |
		sed -E 's/:.*ipcprobe ([a-z]+)/:\1:/')
	result "every command line in the documents has a command and options that exist"
}

check_targets() {
	local file target

	sed -n 's/^\([a-z-]*\):.*/\1/p' ../Makefile >"$temp/targets"
	while IFS=: read -r file target; do
		grep -qx -e "$target" "$temp/targets" || wrong "$file: make $target: there is no such target"
	done < <(grep -H -o -E '(^	|^    |[`$#'\''] ?|sudo )make [a-z][a-z-]*\b' ../README.md ./*.rst |
		sed -E 's/:.*make /:/')
	result "every make target in the documents exists"
}

check_files() {
	local file path

	while IFS=: read -r file path; do
		[ -e "../$path" ] || [ -e "$path" ] || wrong "$file: $path: there is no such file"
	done < <(grep -H -o -E '\b((module|tools|selftests|Documentation|netlink)/[a-zA-Z0-9_./-]+\.(c|h|sh|rst|yaml|rules)|[a-z-]+\.rst)\b' \
		../README.md ./*.rst | sort -u)
	result "every file that the documents name exists"
}

# The words of the samples' headings: lines with five columns or more.
sample_columns() {
	grep -h -E '^(	|    )\S*( *[A-Z][A-Za-z-]+){5}' ../README.md tour.rst |
		grep -o -E '\b[A-Z][A-Za-z-]+' | grep -E '^[A-Z-]+(iB)?$' | sort -u
}

check_samples() {
	local word

	sample_columns >"$temp/columns"
	[ "$(wc -l <"$temp/columns")" -gt 20 ] || wrong "the samples were not found"
	while read -r word; do
		grep -r -q --include='*.[ch]' "[\" ]$word[\" ]" ../tools || wrong "column $word: the tools have none"
	done <"$temp/columns"
	result "the samples of README.md and tour.rst have the columns of the tools"
}

# What docutils warns of: a table whose cells are wider than their columns, a name that
# looks like a reference.
check_markup() {
	python3 - ./*.rst >>"$temp/wrong" 2>&1 <<-'END' || true
		import sys
		from docutils.core import publish_string
		settings = {"report_level": 2, "syntax_highlight": "none"}
		for name in sys.argv[1:]:
		    with open(name) as page:
		        publish_string(page.read(), source_path=name, writer_name="null",
		                       settings_overrides=settings)
	END
	result "every page is valid reStructuredText"
}

# In comments of the module, without a folder: those of the kernel have one.
check_comments() {
	local file name

	while IFS=: read -r file name; do
		[ -e "../module/$name" ] || [ -e "$UAPI/linux/$name" ] ||
			wrong "$file: $name: there is no such file in module/"
	done < <(grep -v -H '#include' ../module/*.[ch] |
		sed -n 's/^\([^:]*\):/\1 /p' |
		grep -o -E '^[^ ]*|[^a-zA-Z0-9_/.][a-z_]+\.[ch]\b' |
		awk '/^[.][.]/ { file = $0; next } { print file ":" substr($0, 2) }' | sort -u)
	result "every file that the module's comments name exists"
}

check_lengths() {
	[ "$(wc -l <architecture.rst)" -le 120 ] || wrong "architecture.rst is longer than 120 lines"
	[ "$(wc -l <../README.md)" -le 150 ] || wrong "README.md is longer than 150 lines"
	result "the architecture fits on its page, and README.md is short"
}

echo "TAP version 13"
echo "1..19"
header_names >"$temp/header"
{ cat "$temp/header"; inner_names; } | sort -u >"$temp/inner"
check_names
check_uapi
check_fields
check_yaml
check_events
check_example
check_hooks
check_classes
check_operations
check_places
check_man
check_examples
check_commands
check_targets
check_files
check_samples
check_markup
check_comments
check_lengths
[ $failed = 0 ]
