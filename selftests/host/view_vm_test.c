// SPDX-License-Identifier: GPL-2.0
/* Views, compared with golden/: address spaces. */
#include "address_space.h"
#include "golden.h"
#include "view/vm.h"

static const char space_server[] =
	"10000-18000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n"
	"18000-1c000 rw-p 00008000 fd:01 11  /lib/libc.so.6\n"
	"1c000-1e000 rw-p 00000000 00:00 0   \n"
	"20000-80000 rw-p 00000000 00:00 0   [heap]\n"
	"100000-108000 rw-s 00000000 00:01 7   /SYSV0000002a (deleted)\n"
	"200000-204000 rw-s 00000000 00:01 8   /memfd:\033[1mbold (deleted)\n";
static const char space_client[] =
	"40000-48000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n"
	"48000-4c000 rw-p 00008000 fd:01 11  /lib/libc.so.6\n"
	"60000-80000 rw-p 00000000 00:00 0   [heap]\n"
	"100000-108000 rw-s 00000000 00:01 7   /SYSV0000002a (deleted)\n";

static void space_fill(struct vm_sample *sample)
{
	struct vm_share *share = &sample->share;

	*sample = (struct vm_sample){ .at_ns = 1000000000ULL * 86400, .took_ns = 1500000 };
	space_init(share, 2);
	space_process(share, 0, "server", NULL, space_server);
	space_process(share, 1, "client", NULL, space_client);
	space_pages(share, 0, 0x10000, 6, 1000, 2, SPACE_FILE);
	space_pages(share, 0, 0x18000, 1, 1008, 2, SPACE_FILE);
	space_pages(share, 0, 0x19000, 2, 2000, 1, SPACE_FRAME);
	space_pages(share, 0, 0x1c000, 1, 2010, 1, SPACE_FRAME);
	space_pages(share, 0, 0x20000, 30, 3000, 1, SPACE_FRAME);
	for (uint64_t i = 0; i < 3; i++)
		space_pages(share, 0, 0x50000 + i * VM_PAGE_SIZE, 1, 5, 9,
			    SPACE_FRAME | VM_PAGE_ZERO);
	space_pages(share, 0, 0x53000, 1, 0x105, 0, VM_PAGE_SWAPPED);
	space_pages(share, 0, 0x54000, 1, 3100, 1, SPACE_FRAME | VM_PAGE_CHANGED);
	space_pages(share, 0, 0x100000, 5, 4000, 2, SPACE_FILE | VM_PAGE_WRITTEN);
	space_pages(share, 0, 0x105000, 2, 4005, 1, SPACE_FILE);
	space_pages(share, 0, 0x200000, 4, 4100, 3, SPACE_FILE);
	space_pages(share, 1, 0x40000, 6, 1000, 2, SPACE_FILE);
	space_pages(share, 1, 0x48000, 1, 1008, 2, SPACE_FILE);
	space_pages(share, 1, 0x49000, 2, 5000, 1, SPACE_FRAME);
	space_pages(share, 1, 0x60000, 3, 5010, 1, SPACE_FRAME);
	space_pages(share, 1, 0x100000, 2, 4000, 2, SPACE_FILE | VM_PAGE_WRITTEN);
	space_pages(share, 1, 0x102000, 2, 4002, 2, SPACE_FILE);
	space_pages(share, 1, 0x104000, 1, 4004, 2, SPACE_FILE | VM_PAGE_WRITTEN);
	sample->before = calloc(2, sizeof(*sample->before));
	if (space_parse(&sample->before[0], NULL, space_server) || vm_share_count(share))
		abort();
}

static const struct vm_sample *space;

static int vm_text(const struct model *model, const void *opts)
{
	(void)model;
	return view_vm_print(space, opts);
}

static int share_text(const struct model *model, const void *opts)
{
	(void)model;
	return view_share_print(space, opts);
}

static int watch_text(const struct model *model, const void *opts)
{
	(void)model;
	return view_watch_print(space, opts);
}

static int vm_json(const struct model *model, const void *opts)
{
	(void)model;
	(void)opts;
	return view_vm_json(space);
}

static void test_address_spaces(void)
{
	struct view_vm one = { .table = view_vm_usual, .top = VIEW_SHARE_TOP };
	struct view_vm several = { .table = view_share_usual, .top = VIEW_SHARE_TOP };
	struct view_vm watched = { .table = view_watch_usual, .top = VIEW_SHARE_TOP };
	struct vm_sample sample;

	space_fill(&sample);
	space = &sample;
	compare("vm.txt", capture(vm_text, NULL, &one));
	compare("vm-share.txt", capture(share_text, NULL, &several));
	compare("vm.json", capture(vm_json, NULL, NULL));
	sample.watch = WATCH_WRITTEN;
	sample.watched_ns = 1000000000;
	compare("vm-written.txt", capture(watch_text, NULL, &watched));
	vm_sample_deinit(&sample);
}

int main(int argc, char **argv)
{
	(void)argc;
	golden_begin(argv[0], 4);
	test_address_spaces();
	return ktap_end();
}
