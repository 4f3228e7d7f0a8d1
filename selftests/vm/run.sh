#!/bin/bash
# run.sh [OPTION...] [--] [COMMAND]: boot a guest, run COMMAND there (through bash -c,
# in the present folder, on this machine's files, with changes to files discarded),
# and return its stdout, stderr and exit status.
#
# The guest sees copies of the files in this machine's /tmp that COMMAND names.
#
#	-k KERNEL	6.1 (default), 6.12, 7.2 or debug
#	-s SMP		processors (2)
#	-m MEM		memory (2G)
#	-t SECONDS	the longest that COMMAND may take (300)
#	-c		count instructions: one processor, 1 ns each (icount)
#	-o FOLDER	a folder of this machine that COMMAND may write to, as /out
#	-n		do not load ipcprobe.ko (nor build it)
#	-a ARGUMENTS	more words for the kernel's command line
#	-i		interactive: COMMAND (default: a shell) on this terminal
#
# VM_TCG_THREAD=multi: a thread for each emulated processor, see below.
#
# Exit status 123: VM_TCG_THREAD=multi and the emulator's race lost the guest.
# Exit status 125: the guest was lost (panic, time-out, no verdict).
# Exit status 126: the command ended, but the kernel log is not clean, or the
# module does not load or unload.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

RACED=123
LOST=125
DIRTY=126

usage() {
	sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

kernel=6.1 smp=2 mem=2G limit=300 icount='' load=1 append='' out='' interactive=''
while getopts k:s:m:t:o:cna:i option; do
	case $option in
	k) kernel=$OPTARG ;;
	s) smp=$OPTARG ;;
	m) mem=$OPTARG ;;
	t) limit=$OPTARG ;;
	o) out=$OPTARG ;;
	c) icount=1 ;;
	n) load= ;;
	a) append=$OPTARG ;;
	i) interactive=1 ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
command=$*
if [ -n "$interactive" ]; then
	# Do not read the user's own start-up files, which can be slow to emulate.
	: "${command:="PS1='\\h:\\w\\$ ' exec bash --norc -i"}"
fi
[ -n "$command" ] || usage
# An idle machine boots in a tenth of this.
boot_limit=300
[ "$kernel" != debug ] || boot_limit=600

# A larger part of a file in the guest's /tmp would take too much of its memory.
TMP_FILE_MAX=$((64 << 20))

# Print the files in this machine's /tmp that the command names, one in each line.
named_tmp_files() {
	local words file

	read -r -d '' -a words < <(tr -c '[:alnum:]_./,:@%+~-' ' ' <<<"$command") || true
	realpath -ms -- . "${words[@]}" | sort -u | while read -r file; do
		[[ $file != /tmp/* || $file == "$ROOT"/* || ! -f $file ]] || echo "$file"
	done
}

# Copy these files into the folder that becomes the guest's /tmp.
write_tmp_folder() {
	local file

	mkdir "$run/tmp"
	while read -r file; do
		if [ "$(stat -L -c %s "$file")" -gt $TMP_FILE_MAX ]; then
			say "$file is too large for the guest's /tmp: move it out of /tmp"
			continue
		fi
		mkdir -p "$run$(dirname "$file")"
		cp -p "$file" "$run$file"
	done < <(named_tmp_files)
}

# Write what the guest gets in /run/vm. The module, too: a build that goes on
# meanwhile would replace it during the tests.
write_run_folder() {
	local ko=$ROOT/build/$kernel/module/ipcprobe.ko

	mkdir "$run/in"
	cp "$VM_DIR/session.sh" "$VM_DIR/leaks.sh" "$VM_DIR/dirty-log" "$run/in/"
	if [ -e "$ko" ]; then
		cp "$ko" "$run/in/"
	fi
	printf '%s' "$command" >"$run/in/command"
	{
		printf 'VM_CWD=%q\n' "$PWD"
		printf 'VM_ROOT=%q\n' "$ROOT"
		printf 'VM_KERNEL=%q\n' "$kernel"
		printf 'VM_MODULES=%q\n' "$image/lib/modules"
		printf 'VM_LOAD=%q\n' "$load"
		printf 'VM_OUT=%q\n' "${out:+/out}"
		printf 'VM_INTERACTIVE=%q\n' "$interactive"
		printf 'VM_TERM=%q\n' "${TERM:-dumb}"
		printf 'VM_ROWS=%q\n' "$(tput lines 2>/dev/null || echo 24)"
		printf 'VM_COLUMNS=%q\n' "$(tput cols 2>/dev/null || echo 80)"
		printf 'VM_PATH=%q\n' "$ROOT/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	} >"$run/in/variables"
	mkfifo "$run/stdout" "$run/stderr"
	: >"$run/verdict"
	: >"$run/console"
}

# Under emulation the kernel distrusts the TSC and would fall back to a timer, each
# reading of which leaves the emulated code.
kernel_arguments() {
	echo -n "console=ttyS0 quiet oops=panic panic=-1 log_buf_len=8M"
	[ "$accel" = kvm ] || echo -n " clocksource=tsc tsc=reliable no_timer_check"
	# The interpreter of ACPI tables, with all checkers on, takes minutes to find
	# the interrupt routes; the multiprocessor table has them, too.
	#
	# no5lvl: identify_cpu() clears the boot processor's features for a moment,
	# and KASAN looks up five-level paging there to find where addresses begin: an
	# interrupt in that moment is reported as a wild memory access.
	[ "$kernel" != debug ] || echo -n " panic_on_warn=1 acpi=noirq no5lvl"
	echo " vm_run=$run $append"
}

# The emulator runs all processors in one thread: with a thread for each, a processor
# that has translated code just before another one patches it may go on with the old
# code, see raced.sh.  VM_TCG_THREAD=multi makes processors run at once.
machine_arguments() {
	if [ -n "$icount" ]; then
		machine=(-accel "tcg,thread=single" -icount "shift=0" -cpu max -smp 1)
	elif [ "$accel" = kvm ]; then
		machine=(-accel kvm -cpu host -smp "$smp")
	else
		machine=(-accel "tcg,thread=${VM_TCG_THREAD:-single}" -cpu max -smp "$smp")
	fi
	machine+=(-m "$mem" -initrd "$initramfs")
	if [ -e "$image/vmlinux" ]; then
		machine+=(-kernel "$image/vmlinux")
	else
		machine+=(-kernel "$image/vmlinuz")
	fi
	if [ -n "$interactive" ]; then
		machine+=(-serial mon:stdio)
	else
		machine+=(-serial "file:$run/console")
	fi
}

# qemu requires that a comma in a path is doubled.
out_arguments() {
	share=()
	[ -n "$out" ] || return 0
	# shellcheck disable=SC2054 # commas of qemu's
	share=(-fsdev "local,id=out,path=${out//,/,,},security_model=none"
		-device virtio-9p-pci,fsdev=out,mount_tag=out)
}

start_guest() {
	local machine share
	machine_arguments
	out_arguments

	exec "$emulator" -nodefaults -no-user-config -display none -no-reboot \
		"${machine[@]}" -append "$(kernel_arguments)" \
		-fsdev local,id=host,path=/,readonly=on,security_model=none,multidevs=remap \
		-device virtio-9p-pci,fsdev=host,mount_tag=host \
		"${share[@]}" \
		-device virtio-serial-pci \
		-chardev file,id=stdout,path="$run/stdout" \
		-device virtserialport,chardev=stdout,name=stdout \
		-chardev file,id=stderr,path="$run/stderr" \
		-device virtserialport,chardev=stderr,name=stderr \
		-chardev file,id=verdict,path="$run/verdict" \
		-device virtserialport,chardev=verdict,name=verdict
}

# Wait until the guest ends by itself; end it at its limit, with a message.
watch_guest() {
	local deadline=$((SECONDS + boot_limit)) started=''

	while kill -0 "$qemu" 2>/dev/null; do
		if [ -z "$started" ] && [ -s "$run/verdict" ]; then
			started=1
			deadline=$((SECONDS + limit))
		fi
		if [ "$SECONDS" -ge "$deadline" ] && [ -z "$interactive" ]; then
			kill -KILL "$qemu"
			timed_out=${started:+"after $limit s"}
			: "${timed_out:="no session within $boot_limit s"}"
			return
		fi
		sleep 0.1
	done
}

boot() {
	local relays

	timed_out=''
	cat "$run/stdout" &
	relays=$!
	cat "$run/stderr" >&2 &
	relays+=" $!"
	if [ -n "$interactive" ]; then
		(start_guest) || true
	else
		start_guest </dev/null >"$run/qemu" 2>&1 &
		qemu=$!
		watch_guest
		wait "$qemu" 2>/dev/null || true
		qemu=''
		cat "$run/qemu" >&2
	fi
	# A qemu that failed early never opened these, and the relays wait for that.
	: <>"$run/stdout" <>"$run/stderr"
	# shellcheck disable=SC2086 # process ids
	wait $relays
}

# Print the kernel's first complaint, and the end of the console.
lost() {
	local first

	echo "guest lost: $1" >&2
	first=$(grep -n -m 1 -E -f "$run/in/dirty-log" "$run/console" | cut -d: -f1 || true)
	if [ -n "$first" ]; then
		tail -n +"$((first > 5 ? first - 5 : 1))" "$run/console" | head -n 80 >&2
		echo "guest lost: the end of the console:" >&2
	fi
	tail -n 40 "$run/console" >&2
	exit $LOST
}

judge() {
	local status

	if [ "$accel" = tcg ] && [ "${VM_TCG_THREAD:-single}" = multi ] &&
		"$VM_DIR/raced.sh" "$run/console"; then
		(lost "the emulator's race") || true
		exit $RACED
	fi
	if ! grep -qx end "$run/verdict"; then
		if grep -qx unloadable "$run/verdict"; then
			echo "ipcprobe.ko does not load:" >&2
			tail -n 20 "$run/console" >&2
			exit $DIRTY
		elif grep -q 'Kernel panic' "$run/console"; then
			lost panic
		elif [ -n "$timed_out" ]; then
			lost "timeout, $timed_out"
		fi
		lost "no verdict"
	fi
	status=$(sed -n 's/^status //p;T;q' "$run/verdict")
	if grep -qx 'log dirty' "$run/verdict"; then
		echo "the guest's kernel log is not clean (the command's status was $status):" >&2
		sed '1,/^log dirty$/d;/^end$/d' "$run/verdict" >&2
		exit $DIRTY
	fi
	exit "$status"
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null || true
	rm -rf "$run"
}

if [ -n "$out" ]; then
	mkdir -p "$out"
	out=$(realpath "$out")
fi
image=$("$VM_DIR/kernel.sh" "$kernel")
initramfs=$("$VM_DIR/initramfs.sh" "$kernel")
emulator=$("$VM_DIR/qemu.sh")
accel=tcg
[ -n "$icount" ] || accel=$("$VM_DIR/accel.sh")
if [ -n "$load" ]; then
	"$VM_DIR/modules.sh" "$kernel" >/dev/null
fi

qemu='' timed_out=''
mkdir -p "$CACHE/run"
# Remove what a killed run left behind.
find "$CACHE/run" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} +
run=$(mktemp -d "$CACHE/run/XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT TERM
write_run_folder
write_tmp_folder

boot
if [ ! -s "$run/verdict" ] && ! grep -q 'Kernel panic' "$run/console"; then
	# The machine is overloaded, or the emulator is at fault: none of our code has
	# run yet, so booting is tried again, once.
	say "${timed_out:-no session}, booting again"
	boot
fi
judge
