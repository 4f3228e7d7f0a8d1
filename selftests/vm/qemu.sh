#!/bin/bash
# qemu.sh: print the path of a qemu-system-x86_64 that may run several processors at
# once under emulation. Before 8.1, TCG can go on executing an instruction that
# another processor has just overwritten, so a kernel that patches itself (ftrace does
# at each attach) now and then locks up: all processors spin on a breakpoint that no
# longer exists. If this machine's qemu is older, Debian 13's is unpacked into the
# cache, with its libraries.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

SUITE=trixie

is_recent() {
	local version

	version=$(qemu-system-x86_64 --version 2>/dev/null |
		sed -n 's/.* version \([0-9.]*\).*/\1/p')
	dpkg --compare-versions "${version:-0}" ge 8.1
}

# Run by its own loader with its own libraries, qemu needs nothing of the host.
write_wrapper() {
	cat >"$1" <<'END'
#!/bin/bash
root=$(dirname "$(readlink -f "$0")")
lib=$root/usr/lib/x86_64-linux-gnu
export QEMU_MODULE_DIR=$lib/qemu
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$lib" \
	"$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" \
	-L "$root/usr/share/seabios" "$@"
END
	chmod 755 "$1"
}

fetch() {
	local temp deb

	temp=$(cache_temp)
	say "fetching $SUITE's qemu, this machine's is too old"
	suite_update $SUITE
	mkdir -p "$temp/debs/partial" "$temp/root"
	# With an empty package status, apt downloads all dependencies.
	suite_apt $SUITE install -qq -y --no-install-recommends --download-only \
		-o Dir::Cache::archives="$temp/debs/" qemu-system-x86 >&2
	for deb in "$temp"/debs/*.deb; do
		dpkg-deb -x "$deb" "$temp/root"
	done
	write_wrapper "$temp/root/qemu"
	"$temp/root/qemu" --version >/dev/null
	cache_publish "$temp/root" "$CACHE/qemu"
	rm -rf "$temp"
}

if is_recent; then
	command -v qemu-system-x86_64
	exit
fi
cache_lock qemu
[ -e "$CACHE/qemu/qemu" ] || fetch
echo "$CACHE/qemu/qemu"
