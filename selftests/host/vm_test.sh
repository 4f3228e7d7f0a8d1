#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a guest gets and gives back: the command's folder, files in /tmp that the
# command names, and the folder that the guest may write to.
set -u
cd "$(dirname "$0")" || exit 1

. ../results.sh

# same SENTENCE WANTED SEEN: the sentence holds if both are equal.
same() {
	if [ "$2" = "$3" ]; then
		result ok "$1"
	else
		printf '# wanted: %s\n# seen: %s\n' "$2" "$3"
		result 'not ok' "$1"
	fi
}

run=$PWD/../vm/run.sh
mkdir "$dir/work,place"
echo 'echo "script of $1 in $PWD"; echo from the guest >/out/file; mkdir /out/sub;
ls "$(dirname "$0")" >/out/sub/list; echo lost >"$1/unnamed"; rm "$0"; exit 3' >"$dir/script.sh"
: >"$dir/unnamed"
cd "$dir/work,place" || exit 1
said=$("$run" -n -o "../out,folder" -- "bash ../script.sh $dir" 2>"$dir/err")
same "the command's exit status is the guest's" 3 $?
same "a script in /tmp runs, in the folder that run.sh was called from" \
	"script of $dir in $dir/work,place" "$said"
same "what the guest writes to /out is in the folder afterwards" \
	'from the guest' "$(cat "$dir/out,folder/file")"
same "folders too; of /tmp the guest has the named file and the command's folder" \
	$'script.sh\nwork,place' "$(cat "$dir/out,folder/sub/list")"
same "changes to other files are discarded" '' "$(cat "$dir/unnamed")"
same "a file that the guest removes in its /tmp is still here" yes \
	"$([ ! -e "$dir/script.sh" ] || echo yes)"

results_end
