# Sourced after cache.sh. The Debian suite of each kernel, and a private apt for that
# suite: the host's own packages and lists are never changed.
# shellcheck shell=bash

suite_of() {
	case $1 in
	6.1) echo bookworm ;;
	6.12) echo trixie ;;
	7.2) echo sid ;;
	*) die "unknown kernel '$1' (known: 6.1 6.12 7.2)" ;;
	esac
}

# archive_uri LABEL: print the mirror that this machine's apt uses for the archive of
# that label. apt itself prints it, so both source formats are understood.
archive_uri() {
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
		'Created-By: Packages' |
		awk -F'|' -v label="$1" '$1 == "Debian" && $2 == label { print $3; exit }'
}

# suite_sources SUITE: print the suite's lines for a sources.list.
suite_sources() {
	local main security keyring options=''

	main=$(archive_uri Debian)
	if [ -z "$main" ]; then
		as_root apt-get update -qq >&2
		main=$(archive_uri Debian)
	fi
	[ -n "$main" ] || die "no Debian archive in this machine's apt sources"
	security=$(archive_uri Debian-Security)

	# Use the archive's keys; without their package, apt's own trust decides.
	for keyring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
		if [ -e "$keyring" ]; then
			options="[signed-by=$keyring] "
		fi
	done

	echo "deb $options$main $1 main"
	[ "$1" != sid ] || return 0
	echo "deb $options$main $1-updates main"
	if [ -n "$security" ]; then
		echo "deb $options$security $1-security main"
	fi
}

# suite_apt SUITE COMMAND...: run apt-get, or apt-cache if COMMAND begins with
# "cache", with SUITE's own state.
suite_apt() {
	local dir=$CACHE/apt/$1 program=apt-get
	shift
	if [ "$1" = cache ]; then
		program=apt-cache
		shift
	fi
	"$program" -o Dir::State="$dir/state" -o Dir::Cache="$dir/cache" \
		-o Dir::State::status="$dir/status" \
		-o Dir::Etc::SourceList="$dir/sources.list" \
		-o Dir::Etc::SourceParts=- -o Dir::Etc::Preferences=- \
		-o Dir::Etc::PreferencesParts="$dir/none" -o APT::Architecture=amd64 \
		-o APT::Architectures=amd64 -o APT::Sandbox::User=root "$@"
}

# suite_update SUITE: get the suite's present package lists.
suite_update() {
	local dir=$CACHE/apt/$1

	cache_lock "apt-$1"
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,none}
	: >"$dir/status"
	suite_sources "$1" >"$dir/sources.list"
	suite_apt "$1" update -qq >&2
}

# suite_download SUITE PACKAGE FOLDER: download to FOLDER/PACKAGE_*.deb.
suite_download() {
	(cd "$3" && suite_apt "$1" download -qq "$2" >&2)
}
