# SPDX-License-Identifier: GPL-2.0
# Completion of ipcprobe's commands and options for bash.  What there is to
# complete is asked of the program itself: its --help, and the lists in its
# messages about words that it does not know.

# The commands that "ipcprobe [sched] --help" lists.
_ipcprobe_commands() {
	"$@" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# The options that a command's --help lists, -h and --help among them.
_ipcprobe_options() {
	"$@" --help 2>/dev/null | sed -n 's/^ \{2,6\}\(-.*\)/\1/p' | sed 's/  .*//' |
		grep -oE -- '(^|[ ,])--?[A-Za-z?][a-z-]*' | tr -d ' ,'
	echo -h
}

# "a|b|c" that --help shows as an option's value, a word on each line.
_ipcprobe_choices() {
	local option=$1
	shift

	"$@" --help 2>/dev/null | sed -n "s/^.*$option=\\([a-z|]*|[a-z|]*\\).*/\\1/p" | tr '|' '\n'
}

# What "there are a, b, c" tells of an option's words.
_ipcprobe_known() {
	"$@" '?' 2>&1 >/dev/null | sed -n '1s/.*there are //p' | tr -d ' ' | tr ',' '\n'
}

# The last of words with commas between, out of the lines of $1.
_ipcprobe_list() {
	local head=''

	[[ $cur != *,* ]] || head=${cur%,*},
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "${cur##*,}")
	compopt -o nospace 2>/dev/null
}

_ipcprobe_value() {
	case ${command[*]:1}:$1 in
	ls:-t | ls:--type) _ipcprobe_list "$(_ipcprobe_known "${command[@]}" -t)" ;;
	vm:--columns) _ipcprobe_list "$(_ipcprobe_known "${command[@]}" $$ --columns)" ;;
	lab:--columns) _ipcprobe_list "$(_ipcprobe_known "${command[@]}" copies --columns)" ;;
	*:--columns) _ipcprobe_list "$(_ipcprobe_known "${command[@]}" --columns)" ;;
	record:-e | record:--events) _ipcprobe_list "$(_ipcprobe_known "${command[@]}" -e)" ;;
	script:-e | script:--events) _ipcprobe_list "$(_ipcprobe_known "${command[0]}" record -e)" ;;
	lab:--only) _ipcprobe_list "$(_ipcprobe_known "${command[@]}" --only)" ;;
	*:-i | *:--input | *:-o | *:--output | *:--svg) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	*:-p | *:--pid) _ipcprobe_list "$(ps -A -o pid= 2>/dev/null)" ;;
	*:--*) mapfile -t COMPREPLY < <(compgen -W "$(_ipcprobe_choices "$1" "${command[@]}")" -- "$cur") ;;
	*) return 1 ;;
	esac
	[ ${#COMPREPLY[@]} -gt 0 ]
}

# The command that is run: as if it stood alone.
_ipcprobe_program() {
	if declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif [ "$1" = "$COMP_CWORD" ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}

_ipcprobe() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i
	local command=("${COMP_WORDS[0]}")

	COMPREPLY=()
	# "--by=ta" is three words
	if [ "$cur" = = ]; then
		cur=''
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_ipcprobe_commands "${command[@]}")
			--help --version -h" -- "$cur")
		return
	fi
	command+=("${COMP_WORDS[1]}")
	if [ "${command[1]}" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_ipcprobe_commands "${command[0]}")" -- "$cur")
		return
	fi
	if [ "${command[1]}" = sched ]; then
		if [ "$COMP_CWORD" = 2 ]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_ipcprobe_commands "${command[@]}")
				--help -h" -- "$cur")
			return
		fi
		command+=("${COMP_WORDS[2]}")
	fi
	for ((i = ${#command[@]}; i < COMP_CWORD; i++)); do
		if [ "${COMP_WORDS[i]}" = -- ]; then
			_ipcprobe_program $((i + 1))
			return
		fi
	done
	! _ipcprobe_value "$previous" || return
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_ipcprobe_options "${command[@]}")" -- "$cur")
	elif [ "${command[1]}" = lab ]; then
		mapfile -t COMPREPLY < <(compgen -W copies -- "$cur")
	elif [ "${command[1]}" = vm ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(ps -A -o pid= 2>/dev/null)" -- "$cur")
	fi
}

complete -F _ipcprobe ipcprobe
