#!/bin/bash
# accel.sh: print "kvm" if KVM boots a Debian kernel here, else "tcg". That /dev/kvm
# can be opened proves nothing (nested guests often cannot boot), so a guest is really
# started, for a few seconds, once per boot of this machine.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

PROBE_SECONDS=8

kvm_boots() {
	local kernel initramfs

	[ -w /dev/kvm ] || return
	kernel=$("$VM_DIR/kernel.sh" 6.1)
	initramfs=$("$VM_DIR/initramfs.sh" 6.1)
	say "trying KVM, at most $PROBE_SECONDS s"
	timeout --signal=KILL $PROBE_SECONDS "$emulator" -nodefaults \
		-no-user-config -display none -no-reboot -accel kvm -cpu host -m 512M \
		-kernel "$kernel/vmlinuz" -initrd "$initramfs" -serial stdio \
		-append 'console=ttyS0 quiet panic=-1 vm_probe' </dev/null 2>&1 |
		grep -q 'vm: reached user space'
}

mkdir -p "$CACHE"
emulator=$("$VM_DIR/qemu.sh")
key="$(cat /proc/sys/kernel/random/boot_id) $("$emulator" --version | head -n 1)"
cache_lock accel
if [ "$(head -n 1 "$CACHE/accel" 2>/dev/null)" != "$key" ]; then
	found=tcg
	if kvm_boots; then
		found=kvm
	fi
	printf '%s\n%s\n' "$key" "$found" >"$CACHE/accel.new"
	mv "$CACHE/accel.new" "$CACHE/accel"
	say "guests run under $found"
fi
tail -n 1 "$CACHE/accel"
