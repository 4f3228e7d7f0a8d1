# Sourced after tap.sh: real programs that were not written for these tests, with work
# for each, and one proof for each that the results of "ipcprobe copies" are right.
# shellcheck shell=bash
# shellcheck disable=SC2154 # $work is of tap.sh

# Make the programs' input in the current folder.
oracle_inputs() {
	seq 20000 >numbers
	head -c 300000 /usr/include/linux/ethtool.h /usr/include/linux/nl80211.h | grep -v '^==>' >text
	mkdir -p tree/sub
	cp /usr/include/linux/[a-c]*.h tree/
	cp /usr/include/linux/[de]*.h tree/sub/
	cat >program.c <<'END'
#include <stdio.h>
#include <string.h>
int main(void)
{
	char line[256];

	while (fgets(line, sizeof(line), stdin))
		printf("%zu %s", strlen(line), line);
	return 0;
}
END
	cat >Makefile <<'END'
all: one two
one: one.c
	cc -O1 -o $@ $<
two: one
	cp one two
	strip two
END
	cp program.c one.c
	cat >lines.py <<'END'
import subprocess
import sys

text = open("text").read()
words = sorted(set(text.split()))
with open("words", "w") as out:
    out.write("\n".join(words).upper() + "\n")
done = subprocess.run(["wc", "-l"], input="\n".join(words), text=True, capture_output=True)
sys.stdout.write(done.stdout)
END
	printf '.TH PAGE 1\n.SH NAME\npage \\- %s\n' "$(head -c 5000 text)" >page.1
	printf 'int main(void)\n{\n\treturn 0;\n}\n' >empty.c
}

# Print one command a line; each is run by sh -c.
oracle_programs() {
	cat <<'END'
cat text | cat >cat.out
cat text | md5sum | cat >sum.out
date | cat
tr a-z A-Z <text >tr.out
sed 's/define/DEFINE/' text >sed.out; sed -i 's/DEFINE/define/' sed.out
awk '{ print NF, $1 }' text | sort | uniq -c | sort -rn | head -20
grep -n ETHTOOL text | cut -d: -f2 | tac | rev | fold -w 40 >cut.out
sort text | comm -12 - text >sort.out 2>/dev/null; sort -u -o sort.out sort.out
diff -u text tree/cdrom.h >diff.out
patch -o patched.h text <diff.out; cmp patched.h tree/cdrom.h
tar cf tree.tar tree; tar tvf tree.tar | tail -3; mkdir copy0; tar xf tree.tar -C copy0
mkdir copy1; tar cvf - tree | cat | tar xf - -C copy1
find tree -name '*.h' | cpio -o -H newc 2>/dev/null | zstd -q | zstd -dq | cpio -t 2>/dev/null | wc -l
gzip -c text >text.gz; zcat text.gz | cmp - text; gzip -dc text.gz | xz -0 | xz -dc | md5sum
dd if=text of=dd.out bs=1000 conv=swab 2>/dev/null; dd if=dd.out bs=4096 2>/dev/null | od -c | tail -2
split -b 20000 text part.; cat part.* | cmp - text; paste numbers numbers | head -2000 >paste.out
base64 text | base64 -d | openssl enc -aes-128-cbc -k x -pbkdf2 >enc.out 2>/dev/null
perl -pe 's/(\w+)/\u$1/g' text >perl.out; perl -i -pe 's/U/V/' perl.out
python3 lines.py
cc -O1 -c program.c -o program.o; cc program.o -o program; ./program <text | tail -1; ar r p.a program.o
make -s; ./two <numbers | head -3
cc -static -o static empty.c && ./static; nm static | head -100 | c++filt >nm.out; objcopy static stripped
git init -q repo && cd repo && cp ../text . && git add . && git -c user.name=n -c user.email=e commit -qm m && git log -p | head -50 && git gc -q
man ./page.1 | tail -20; mandoc -T html page.1 >page.html; man cat | head -30
rsync -a tree/ copy/; echo x >>tree/cdrom.h; rsync -a --no-whole-file tree/ copy/
sqlite3 data.db 'create table t(a, b); begin; insert into t select value, hex(value) from generate_series(1, 2000); commit; select count(*) from t; update t set b = a; vacuum; .dump' | tail -3
musl-gcc -static -O1 program.c -o musl; ./musl <text >musl.out; ./musl <numbers | tail -1; ls -lR tree | column -t | tail -5
bash -c 'while read -r a b; do echo "$b $a"; done <tree/cdrom.h >loop.out; x=$(cat loop.out); echo "${#x}"'
tee a.out b.out <text | wc -c; cp text c.out; cat a.out b.out >>c.out; head -c 1000 c.out >a.out; truncate -s 500 a.out; cat a.out >>b.out
iconv -f latin1 -t utf-16 text | iconv -f utf-16 -t latin1 | cmp - text; shuf text | nl | tail -1; join numbers numbers | wc -l
busybox sh -c 'busybox cat text | busybox gzip | busybox zcat | busybox sed s/a/b/ >busybox.out'
strings -n 8 /bin/ls | head -50; readelf -aW /bin/ls | tail -30; objdump -d /bin/true | head -200 | md5sum
END
}

# compare COMMAND [RECORDING]: run the command, and compare the results with the trace.
compare() {
	"$tests/oracle_trace" -o "$work/trace" ${2:+-r "$2"} sh -c "$1" \
		</dev/null >/dev/null 2>"$work/messages" || echo "# exit status $?"
	"$tests/oracle_check" "$work/trace" "${@:2}" >"$work/checked" ||
		{ cat "$work/messages" "$work/checked"; return 1; }
	sed -n 's/^# exact: \([0-9]*\) .*/\1/p' "$work/checked" >>"$work/exact"
	grep -q '^# exact' "$work/checked"
}

# That no result is wrong means something only if many bytes have a result.
much_is_exact() {
	local sum

	sum=$(awk '{ sum += $1 } END { print sum + 0 }' "$work/exact")
	echo "$sum bytes are said to be exact"
	[ "$sum" -gt 1000000 ]
}

# prove_oracle TESTS NTH FIRST [RECORDING]: test each NTH program from number FIRST
# on. TESTS is the folder of oracle_trace.
prove_oracle() {
	local tests=$1 nth=$2 first=$3 number=0 command

	mkdir "$work/programs"
	cd "$work/programs" || exit 1
	oracle_inputs
	: >"$work/exact"
	while IFS= read -r command; do
		[ $((number % nth)) != "$first" ] ||
			prove "${command//\#/}" compare "$command" "${@:4}"
		number=$((number + 1))
	done <<<"$(oracle_programs)"
	prove "more than 1 MB are exact" much_is_exact
}
