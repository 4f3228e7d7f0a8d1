#!/bin/bash
# deps.sh [build|test]: install the missing Debian packages and print their names;
# print nothing if none is missing. "build" are packages to build and boot a guest,
# "test" (the default) adds those of the tests and benchmarks.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

BUILD='build-essential bc bison flex libelf-dev libssl-dev cpio rsync xz-utils
zstd pkg-config qemu-system-x86 mmdebstrap busybox-static kmod git tar
util-linux binutils debian-archive-keyring libnl-3-dev libnl-genl-3-dev
libzstd-dev zlib1g-dev libsmartcols-dev libjansson-dev'
TEST='strace pv stress-ng rt-tests trace-cmd linux-perf bpftrace sparse
shellcheck less man-db mandoc python3 python3-yaml python3-docutils procps iproute2 psmisc
sqlite3 jq musl-tools openssl btrfs-progs libpopt-dev libcap-dev util-linux-extra clang libclang-rt-dev'

case ${1:-test} in
build) wanted=$BUILD ;;
test) wanted="$BUILD $TEST" ;;
*) die "usage: deps.sh [build|test]" ;;
esac

installed=" $(dpkg-query -W -f '${Package} ${db:Status-Status}\n' |
	sed -n 's/ installed$//p' | tr '\n' ' ')"
missing=()
for package in $wanted; do
	[[ $installed == *" $package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

say "installing ${missing[*]}"
as_root apt-get update -qq >&2
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
	--no-install-recommends "${missing[@]}" >&2
