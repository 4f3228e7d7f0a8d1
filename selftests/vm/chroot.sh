#!/bin/bash
# chroot.sh KERNEL: make sure that the cache holds a small chroot of that kernel's
# suite with its compiler and the kernel's headers, and print its path. It is made
# again after the kernel was, and when it lacks a package.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

# The host's options for the archive (proxies, for instance) are valid in the chroot, too.
host_acquire_options() {
	apt-config dump --format '%F "%v";%n' \
		Acquire::http Acquire::https Acquire::Check-Valid-Until \
		Acquire::Check-Date | grep -v ' "";$' || true
}

packages_of() {
	local packages="linux-headers-$2 gcc make libc6-dev sparse"

	# Packages to build a whole kernel: the debug kernel's compiler is the one
	# that builds the module for it.
	if [ "$1" = 6.12 ]; then
		packages+=' bc bison flex libelf-dev libssl-dev xz-utils rsync kmod cpio'
		packages+=' pahole python3-minimal'
	fi
	echo "$packages"
}

make_chroot() {
	local kernel=$1 version=$2 suite temp packages options=()

	suite=$(suite_of "$kernel")
	temp=$(cache_temp)
	packages=$(packages_of "$kernel" "$version")
	host_acquire_options >"$temp/acquire"
	while read -r option; do
		options+=(--aptopt="$option")
	done <"$temp/acquire"
	rm "$temp/acquire"

	say "making a $suite chroot with linux-headers-$version"
	if ! suite_sources "$suite" | as_root mmdebstrap --quiet --mode=root \
		--variant=essential --include="${packages// /,}" \
		--dpkgopt='path-exclude=/usr/share/{doc,man,locale,info}/*' \
		"${options[@]}" "$suite" "$temp/root" >"$temp/log" 2>&1; then
		tail -n 20 "$temp/log" >&2
		return 1
	fi
	echo "$version" | as_root tee "$temp/root/kernel-version" >/dev/null
	cache_publish "$temp/root" "$CACHE/chroots/$kernel"
	rm -rf "$temp"
}

[ $# = 1 ] || die "usage: chroot.sh KERNEL"
dir=$CACHE/chroots/$1
kernel_version() { cat "$("$VM_DIR/kernel.sh" "$@")/version"; }

is_current() {
	[ "$(cat "$dir/kernel-version" 2>/dev/null)" = "$2" ] || return
	# shellcheck disable=SC2046 # a word for each package
	chroot "$dir" dpkg-query -W $(packages_of "$@") >/dev/null 2>&1
}

version=$(kernel_version "$1")
cache_lock "chroot-$1"
if ! is_current "$1" "$version"; then
	# The archive may no longer have the headers of an older kernel.
	make_chroot "$1" "$version" ||
		make_chroot "$1" "$(kernel_version --refresh "$1")" ||
		die "cannot make the $1 chroot"
fi
echo "$dir"
