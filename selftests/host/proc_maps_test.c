// SPDX-License-Identifier: GPL-2.0
/* /proc/PID/maps and smaps: lines, figures, and the object of a region. */
#include <errno.h>

#include "address_space.h"
#include "ktap.h"
#include "lib/array.h"

static const char smaps[] =
	"55a0c0000000-55a0c0002000 r--p 00000000 fd:01 1234                       /usr/bin/my cat\n"
	"Size:                  8 kB\n"
	"KernelPageSize:        4 kB\n"
	"Rss:                   8 kB\n"
	"Pss:                   3 kB\n"
	"Pss_Dirty:             1 kB\n"
	"Shared_Clean:          4 kB\n"
	"Private_Dirty:         4 kB\n"
	"Referenced:            8 kB\n"
	"Swap:                 12 kB\n"
	"THPeligible:           0\n"
	"VmFlags: rd mr mw me sd \n"
	"55a0c0002000-55a0c0003000 r--p 00000000 00:00 0                          [vvar]\n"
	"Rss:                   0 kB\n"
	"VmFlags: rd mr pf io de dd sd \n"
	"7f0000000000-7f0000001000 rw-s 00003000 00:01 18446744073709551615\n"
	"Rss:                   4 kB\n"
	"VmFlags: rd mr io mm de dd sd \n";

static void test_smaps(void)
{
	struct proc_maps maps;
	const struct region *region;

	ktap_false(space_parse(&maps, NULL, smaps));
	ktap_eq(maps.nr, 3);
	ktap_result("smaps has three regions");
	region = maps.region;
	ktap_eq(region->start, 0x55a0c0000000);
	ktap_eq(region->end, 0x55a0c0002000);
	ktap_eq(region->major, 0xfd);
	ktap_eq(region->minor, 1);
	ktap_eq(region->inode, 1234);
	ktap_str_eq(region->prot, "r--p");
	ktap_result("a line is split into its fields");
	ktap_str_eq(region->name, "/usr/bin/my cat");
	ktap_result("a path keeps its blanks");
	ktap_eq(region->smaps.rss, 8192);
	ktap_eq(region->smaps.pss, 3072);
	ktap_eq(region->smaps.shared_clean, 4096);
	ktap_eq(region->smaps.private_dirty, 4096);
	ktap_eq(region->smaps.private_clean, 0);
	ktap_eq(region->smaps.swap, 12288);
	ktap_eq(region->smaps.swap_pss, 0);
	ktap_result("figures are taken by their whole names");
	ktap_false(region[0].is_raw);
	ktap_true(region[1].is_raw);
	ktap_false(region[2].is_raw);
	ktap_true(region[2].is_mixed);
	ktap_false(region[1].is_mixed);
	ktap_result("VmFlags marks memory that the kernel does not count, or only in part");
	ktap_eq(region[2].inode, UINT64_MAX);
	ktap_eq(region[2].offset, 0x3000);
	ktap_false(region[2].name[0]);
	ktap_true(region_is_shared(&region[2]));
	ktap_result("a name may be missing, and an inode large");
	proc_maps_deinit(&maps);
}

static void refuses(const char *text)
{
	struct proc_maps maps;
	int seen = space_parse(&maps, NULL, text);

	ktap_eq(seen, -EBADMSG);
	ktap_result("'%s' is refused", text);
	proc_maps_deinit(&maps);
}

static const struct {
	const char *line;
	enum region_kind kind;
	enum region_part part;
} kinds[] = {
	{ "r-xp 00000000 fd:01 10  /usr/bin/cat", REGION_PROGRAM, PART_TEXT },
	{ "rw-p 00000000 fd:01 10  /usr/bin/cat", REGION_PROGRAM, PART_DATA },
	{ "r--p 00000000 fd:01 10  /usr/bin/cat", REGION_PROGRAM, PART_CONST },
	{ "r-xp 00000000 fd:01 11  /usr/lib/libc.so.6", REGION_LIBRARY, PART_TEXT },
	{ "rw-p 00000000 fd:01 11  /usr/lib/libc.so.6", REGION_LIBRARY, PART_DATA },
	{ "---p 00000000 fd:01 11  /usr/lib/libc.so.6", REGION_LIBRARY, PART_BARRED },
	{ "r--p 00000000 fd:02 11  /usr/share/data", REGION_FILE, PART_CONST },
	{ "rw-s 00000000 fd:02 12  /tmp/file (deleted)", REGION_FILE, PART_SHARED },
	{ "rw-p 00000000 00:00 0", REGION_ANON, PART_NONE },
	{ "rw-p 00000000 00:00 0  [anon:named]", REGION_ANON, PART_NONE },
	{ "rw-p 00000000 00:00 0  [heap]", REGION_HEAP, PART_NONE },
	{ "rw-p 00000000 00:00 0  [stack]", REGION_STACK, PART_NONE },
	{ "r-xp 00000000 00:00 0  [vdso]", REGION_KERNEL, PART_NONE },
	{ "r--p 00000000 00:00 0  [vvar_vclock]", REGION_KERNEL, PART_NONE },
	{ "rw-s 00000000 00:01 0  /SYSV0000002a (deleted)", REGION_SYSV, PART_SHARED },
	{ "rw-s 00000000 00:01 65538  /SYSV00000000 (deleted)", REGION_SYSV, PART_SHARED },
	{ "rw-s 00000000 00:1a 3  /dev/shm/psm_1", REGION_POSIX, PART_SHARED },
	{ "rw-s 00000000 00:01 4  /memfd:x (deleted)", REGION_MEMFD, PART_SHARED },
	{ "rw-p 00000000 00:01 4  /memfd:x (deleted)", REGION_MEMFD, PART_DATA },
	{ "rw-s 00000000 00:01 5  /dev/zero (deleted)", REGION_SHARED_ANON, PART_SHARED },
	{ "rw-s 00000000 00:01 6  [anon_shmem:x]", REGION_SHARED_ANON, PART_SHARED },
	{ "rw-s 00000000 00:05 7  /dev/dri/card0", REGION_DEVICE, PART_SHARED },
	{ "rw-s 00000000 00:0e 8  anon_inode:[io_uring]", REGION_DEVICE, PART_SHARED },
};

static void test_kinds(void)
{
	struct proc_maps maps;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		fprintf(out, "%x000-%x000 %s\n", 16 + i, 17 + i, kinds[i].line);
	fclose(out);
	ktap_false(space_parse(&maps, "/usr/bin/cat", text));
	ktap_eq(maps.nr, ARRAY_SIZE(kinds));
	ktap_result("maps without figures is read, too");
	for (unsigned int i = 0; i < maps.nr; i++) {
		ktap_eq(maps.region[i].kind, kinds[i].kind);
		ktap_eq(region_part(&maps.region[i]), kinds[i].part);
		ktap_result("%s is of kind %s, part %d", kinds[i].line,
			    region_kind_name(kinds[i].kind), kinds[i].part);
	}
	proc_maps_deinit(&maps);
	free(text);
}

int main(void)
{
	ktap_begin(6 + 5 + 1 + ARRAY_SIZE(kinds));
	test_smaps();
	refuses("Rss: 4 kB");
	refuses("1000-2000 rw-p 0 00:00");
	refuses("2000-2000 rw-p 0 00:00 0");
	refuses("1000-2000 rw 0 00:00 0");
	refuses("xyz");
	test_kinds();
	return ktap_end();
}
