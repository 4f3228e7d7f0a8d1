#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each function of the tools is called by the tools.
set -u
cd "$(dirname "$0")/../../tools" || exit 1

# Print the functions of the library.
functions() { nm libipcprobe.a | awk '$2 == "T" { print $3 }' | sort -u; }

# Print the words that occur once in the sources; comments and declarations do not count.
words() {
	{
		find . -name '*.c' -exec cat {} +
		find . -name '*.h' -exec sed '/^[a-z].*(/{/^static/!d}' {} +
	} | sed 's:/\*.*\*/::; /^ \*/d' |
		grep -o '[A-Za-z_][A-Za-z_0-9]*' | sort | uniq -c | awk '$1 == 1 { print $2 }' | sort
}

unused=$(comm -12 <(functions) <(words))
echo "KTAP version 1"
echo 1..1
if [ "$(functions | wc -l)" -gt 100 ] && [ -z "$unused" ]; then
	echo "ok 1 every function of the tools is called"
else
	echo "# never called: ${unused//$'\n'/ }"
	echo "not ok 1 every function of the tools is called"
	exit 1
fi
