#!/bin/bash
# kernel.sh [--refresh] KERNEL: make sure that the cache holds Debian's kernel of that
# series, unpacked, and print its folder:
#
#	version		what uname -r prints
#	vmlinuz		as Debian ships it
#	vmlinux		the same, decompressed, where that could be done
#	lib/modules/	its modules, with depmod's index
#
# A kernel that is a month old is looked up again; without a network the old one is
# used.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

# Print the newest version whose headers are in the archive, too: the module is built
# against those.
newest_version() {
	local suite=$1 series=${2//./\\.} pattern version

	pattern="$series\\.[0-9][^-]*(-[0-9]+)?-amd64"
	suite_apt "$suite" cache search --names-only "^linux-image-$pattern\$" |
		sed -E 's/^linux-image-([^ ]+) .*/\1/' | sort -rV |
		while read -r version; do
			if suite_apt "$suite" cache show "linux-headers-$version" \
				>/dev/null 2>&1; then
				echo "$version"
				break
			fi
		done
}

# Decompressing under emulation takes seconds, so it is done once, here. The payload
# is found by its magic number: xz or zstd.
unpack_vmlinux() {
	local image=$1 out=$2 tool magic at

	for tool in xz zstd; do
		case $tool in
		xz) magic='\xFD7zXZ\x00' ;;
		zstd) magic='\x28\xB5\x2F\xFD' ;;
		esac
		while read -r at; do
			# Trailing bytes make either program fail after it has finished.
			tail -c +$((at + 1)) "$image" | "$tool" -dcq >"$out" 2>/dev/null || true
			if readelf -h "$out" >/dev/null 2>&1; then
				return 0
			fi
		done < <(LC_ALL=C grep -aboP "$magic" "$image" | cut -d: -f1)
	done
	rm -f "$out"
}

# Since 7.x the image package is empty and needs three others.
download() {
	local suite=$1 version=$2 dir=$3 package

	for package in linux-{image,base,binary,modules}-"$version"; do
		if suite_apt "$suite" cache show "$package" >/dev/null 2>&1; then
			suite_download "$suite" "$package" "$dir"
		fi
	done
}

# The files' places in a package have changed over the releases.
unpack() {
	local dir=$1 version=$2 tree=$1/tree deb place

	for deb in "$dir"/*.deb; do
		dpkg-deb -x "$deb" "$tree"
	done
	mkdir -p "$dir/lib/modules"
	for place in "$tree"/{,usr/}lib/modules/"$version"; do
		if [ -d "$place" ]; then
			mv "$place" "$dir/lib/modules/"
		fi
	done
	for place in "$tree/boot/vmlinuz-$version" "$dir/lib/modules/$version/vmlinuz"; do
		if [ -e "$place" ]; then
			mv "$place" "$dir/vmlinuz"
		fi
	done
	depmod -b "$dir" "$version"
	unpack_vmlinux "$dir/vmlinuz" "$dir/vmlinux"
	rm -rf "$tree" "$dir"/*.deb
	echo "$version" >"$dir/version"
}

fetch() {
	local kernel=$1 suite version temp

	suite=$(suite_of "$kernel")
	say "fetching Debian's $kernel kernel ($suite)"
	suite_update "$suite"
	version=$(newest_version "$suite" "$kernel")
	if [ -z "$version" ]; then
		say "$suite has no linux-image-$kernel.*-amd64 with headers (any more)"
		return 1
	fi
	temp=$(cache_temp)
	download "$suite" "$version" "$temp"
	unpack "$temp" "$version"
	cache_publish "$temp" "$CACHE/kernels/$kernel"
	say "$kernel is $version"
}

refresh=
if [ "${1-}" = --refresh ]; then
	refresh=1
	shift
fi
[ $# = 1 ] || die "usage: kernel.sh [--refresh] KERNEL"
dir=$CACHE/kernels/$1
if [ "$1" = debug ]; then
	[ -e "$dir/version" ] || die "no debug kernel yet: make debug-kernel"
	echo "$dir"
	exit
fi

suite_of "$1" >/dev/null
cache_lock "kernel-$1"
if [ -n "$refresh" ] || ! cache_is_fresh "$dir/version"; then
	# In the background, because in a condition a failure would not end it.
	fetch "$1" &
	if ! wait $!; then
		[ -e "$dir/version" ] || die "cannot get the $1 kernel"
		say "keeping $1 as it is: $(cat "$dir/version")"
	fi
fi
echo "$dir"
