// SPDX-License-Identifier: GPL-2.0
/*
 * scx_run [-p] COMMAND [ARG...]: run the command while a BPF scheduler is loaded that
 * has a name, scx_run, and no operations: sched_ext then queues all tasks of the fair
 * class in one queue for all CPUs, first come first served.
 *
 *	-p	only tasks whose policy is SCHED_EXT, as COMMAND's is then
 *
 * Exit status: COMMAND's; 4 if the kernel has no sched_ext; 1 if the kernel ended the
 * scheduler before COMMAND ended.
 *
 * A scheduler without operations has no program: the kernel only needs its description,
 * as a map whose value has the layout in the kernel's own BTF.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/bpf.h>
#include <linux/btf.h>

#define SKIP			4
#define POLICY_EXT		7
#define SWITCH_PARTIAL		(1ULL << 3)	/* SCX_OPS_SWITCH_PARTIAL */
#define STRUCT_OPS_LINK		44		/* BPF_STRUCT_OPS, an attach type */
#define MAP_HAS_LINK		(1U << 13)	/* BPF_F_LINK */
#define VALUE_TYPE		"bpf_struct_ops_sched_ext_ops"
#define STATE_FILE		"/sys/kernel/sched_ext/state"

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* ---- the kernel's types ---- */

struct types {
	const char *strings;
	const struct btf_type *first;
	const void *end;
};

static char *read_all(const char *path)
{
	size_t len = 0, room = 1 << 24;
	char *buf = malloc(room);
	int fd = open(path, O_RDONLY);
	ssize_t nr;

	if (fd < 0 || !buf)
		return NULL;
	while ((nr = read(fd, buf + len, room - len)) > 0)
		len += nr;
	close(fd);
	return nr ? NULL : buf;
}

static bool load_types(struct types *types)
{
	const char *buf = read_all("/sys/kernel/btf/vmlinux");
	const struct btf_header *head = (const void *)buf;

	if (!buf || head->magic != BTF_MAGIC)
		return false;
	types->strings = buf + head->hdr_len + head->str_off;
	types->first = (const void *)(buf + head->hdr_len + head->type_off);
	types->end = (const char *)types->first + head->type_len;
	return true;
}

static unsigned int nr_of(const struct btf_type *type)
{
	return type->info & 0xffffff;
}

static const struct btf_type *next_type(const struct btf_type *type)
{
	static const uint8_t each[NR_BTF_KINDS] = {
		[BTF_KIND_STRUCT] = sizeof(struct btf_member),
		[BTF_KIND_UNION] = sizeof(struct btf_member),
		[BTF_KIND_ENUM] = sizeof(struct btf_enum),
		[BTF_KIND_ENUM64] = sizeof(struct btf_enum64),
		[BTF_KIND_FUNC_PROTO] = sizeof(struct btf_param),
		[BTF_KIND_DATASEC] = sizeof(struct btf_var_secinfo),
	};
	static const uint8_t once[NR_BTF_KINDS] = {
		[BTF_KIND_INT] = sizeof(uint32_t), [BTF_KIND_VAR] = sizeof(uint32_t),
		[BTF_KIND_DECL_TAG] = sizeof(uint32_t),
		[BTF_KIND_ARRAY] = sizeof(struct btf_array),
	};
	unsigned int kind = type->info >> 24 & 0x7f;

	if (kind >= NR_BTF_KINDS)
		errx(1, "the kernel's BTF has a kind %u", kind);
	return (const void *)((const char *)(type + 1) + once[kind] + each[kind] * nr_of(type));
}

/* Return: the id of the struct, 0: there is none. */
static uint32_t find_struct(const struct types *types, const char *name,
			    const struct btf_type **found)
{
	const struct btf_type *type = types->first;
	uint32_t id;

	for (id = 1; (const void *)type < types->end; id++, type = next_type(type)) {
		if (type->info >> 24 != BTF_KIND_STRUCT ||
		    strcmp(types->strings + type->name_off, name))
			continue;
		*found = type;
		return id;
	}
	return 0;
}

static size_t offset_of(const struct types *types, const struct btf_type *type, const char *name)
{
	const struct btf_member *member = (const void *)(type + 1);
	unsigned int i;

	for (i = 0; i < nr_of(type); i++)
		if (!strcmp(types->strings + member[i].name_off, name))
			return member[i].offset / 8;
	errx(1, "%s has no member %s", types->strings + type->name_off, name);
}

/* ---- the scheduler ---- */

/* The kernel requires BTF of the loader itself, with any content. */
static int load_own_btf(void)
{
	static const struct own {
		struct btf_header head;
		struct btf_type type;
		uint32_t encoding;
		char strings[5];
	} own = {
		.head = {
			.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(own.head),
			.type_len = sizeof(own.type) + sizeof(own.encoding),
			.str_off = sizeof(own.type) + sizeof(own.encoding),
			.str_len = sizeof(own.strings),
		},
		.type = { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
		.encoding = 32,
		.strings = "\0int",
	};
	union bpf_attr attr = {
		.btf = (uintptr_t)&own, .btf_size = offsetof(struct own, encoding) + 4 + sizeof(own.strings),
	};

	return bpf(BPF_BTF_LOAD, &attr);
}

static int make_map(uint32_t type_id, uint32_t value_size)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_STRUCT_OPS, .key_size = 4, .value_size = value_size,
		.max_entries = 1, .map_flags = MAP_HAS_LINK, .btf_fd = load_own_btf(),
		.btf_vmlinux_value_type_id = type_id, .map_name = "scx_run",
	};

	if ((int)attr.btf_fd < 0)
		err(1, "BTF");
	return bpf(BPF_MAP_CREATE, &attr);
}

/* The scheduler is loaded as long as the returned descriptor is open. */
static int load(bool is_partial)
{
	const struct btf_type *value, *ops;
	union bpf_attr update = { 0 }, link = { 0 };
	uint32_t type_id, key = 0;
	struct types types;
	uint64_t flags = is_partial ? SWITCH_PARTIAL : 0;
	int map, fd;
	char *bytes;

	if (access(STATE_FILE, R_OK) || !load_types(&types))
		errx(SKIP, "this kernel has no sched_ext, or no BTF");
	type_id = find_struct(&types, VALUE_TYPE, &value);
	if (!type_id || !find_struct(&types, "sched_ext_ops", &ops))
		errx(SKIP, "this kernel's BTF has no sched_ext");
	map = make_map(type_id, value->size);
	bytes = calloc(1, value->size);
	if (map < 0 || !bytes)
		err(1, "map");
	bytes += offset_of(&types, value, "data");
	stpcpy(bytes + offset_of(&types, ops, "name"), "scx_run");
	memcpy(bytes + offset_of(&types, ops, "flags"), &flags, sizeof(flags));
	update.map_fd = map;
	update.key = (uintptr_t)&key;
	update.value = (uintptr_t)(bytes - offset_of(&types, value, "data"));
	if (bpf(BPF_MAP_UPDATE_ELEM, &update))
		err(1, "struct sched_ext_ops");
	link.link_create.prog_fd = map;
	link.link_create.attach_type = STRUCT_OPS_LINK;
	fd = bpf(BPF_LINK_CREATE, &link);
	if (fd < 0)
		err(1, "the scheduler was refused");
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static bool is_loaded(void)
{
	char *state = read_all(STATE_FILE);

	return state && !strncmp(state, "enabled", 7);
}

static void become_ext(void)
{
	struct sched_param param = { 0 };

	if (sched_setscheduler(0, POLICY_EXT, &param))
		err(1, "SCHED_EXT");
}

int main(int argc, char **argv)
{
	bool is_partial = argc > 1 && !strcmp(argv[1], "-p");
	char **command = argv + 1 + is_partial;
	int fd, status;
	pid_t pid;

	if (!*command)
		errx(2, "usage: scx_run [-p] COMMAND [ARG...]");
	fd = load(is_partial);
	pid = fork();
	if (!pid) {
		if (is_partial)
			become_ext();
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(1, "%s", command[0]);
	if (!is_loaded())
		errx(1, "the kernel ended the scheduler");
	close(fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
