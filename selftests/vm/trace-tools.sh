#!/bin/bash
# trace-tools.sh: make sure that the cache holds Debian 13's perf, trace-cmd and
# bpftrace with their libraries, whatever this machine's own are, and print the
# program that runs them: "RUN perf stat ...".
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/suite.sh"

SUITE=trixie
PACKAGES='linux-perf trace-cmd bpftrace libtraceevent1-plugin'

# Run by their own loader with their own libraries, they need nothing of the host.
write_run() {
	cat >"$1" <<'END'
#!/bin/bash
root=$(dirname "$(readlink -f "$0")")
program=$1
shift
exec "$root/usr/lib64/ld-linux-x86-64.so.2" \
	--library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/$program" "$@"
END
	chmod 755 "$1"
}

fetch() {
	local temp deb

	temp=$(cache_temp)
	say "fetching $SUITE's $PACKAGES"
	suite_update $SUITE
	mkdir -p "$temp/debs/partial" "$temp/root"
	# With an empty package status, apt downloads all dependencies.
	# shellcheck disable=SC2086 # a word for each package
	suite_apt $SUITE install -qq -y --no-install-recommends --download-only \
		-o Dir::Cache::archives="$temp/debs/" $PACKAGES >&2
	for deb in "$temp"/debs/*.deb; do
		dpkg-deb -x "$deb" "$temp/root"
	done
	write_run "$temp/root/run"
	"$temp/root/run" perf --version >/dev/null
	cache_publish "$temp/root" "$CACHE/trace-tools"
	rm -rf "$temp"
}

cache_lock trace-tools
[ -x "$CACHE/trace-tools/run" ] || fetch
echo "$CACHE/trace-tools/run"
