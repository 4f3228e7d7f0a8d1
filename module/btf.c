// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the offsets of members of private kernel structs from the kernel's own
 * type description (BTF): /sys/kernel/btf/vmlinux is read once and searched.
 * Format: Documentation/bpf/btf.rst of the kernel.
 *
 * Context: module load only. A task that may load a module may see all of the
 * kernel, and the file is looked up in the root directory of that task.
 */
#include <linux/btf.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>

#include "btf.h"

struct blob {
	const char *strings;
	u32 strings_len;
	const void *types;
	const void *types_end;
	const struct btf_type **by_id;	/* index: type id, from 1 */
	u32 nr_types;
};

static int open_blob(struct blob *blob, const void *buf, size_t len)
{
	const struct btf_header *head = buf;

	if (len < sizeof(*head) || head->magic != BTF_MAGIC ||
	    head->hdr_len > len ||
	    (u64)head->hdr_len + head->type_off + head->type_len > len ||
	    (u64)head->hdr_len + head->str_off + head->str_len > len ||
	    !head->str_len)
		return -EINVAL;
	blob->strings = buf + head->hdr_len + head->str_off;
	blob->strings_len = head->str_len;
	blob->types = buf + head->hdr_len + head->type_off;
	blob->types_end = blob->types + head->type_len;
	return blob->strings[blob->strings_len - 1] ? -EINVAL : 0;
}

static const char *string_at(const struct blob *blob, u32 offset)
{
	return offset < blob->strings_len ? blob->strings + offset : "";
}

/*
 * Bytes that follow a struct btf_type, by the kind of the type; -1: the kind is
 * unknown.
 */
static ssize_t tail_bytes(const struct btf_type *type)
{
	u32 nr = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return nr * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return nr * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return nr * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return nr * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return nr * sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

/* Return: the type after @type; NULL if @type is damaged or of an unknown kind. */
static const void *next_type(const struct blob *blob, const struct btf_type *type)
{
	ssize_t left = blob->types_end - (const void *)type, tail;

	if (left < (ssize_t)sizeof(*type))
		return NULL;
	tail = tail_bytes(type);
	if (tail < 0 || tail > left - (ssize_t)sizeof(*type))
		return NULL;
	return (const void *)(type + 1) + tail;
}

static u32 count_types(const struct blob *blob)
{
	const void *pos = blob->types;
	u32 nr = 0;

	for (; pos && pos < blob->types_end; pos = next_type(blob, pos))
		nr++;
	return pos ? nr : 0;
}

/*
 * Types refer to each other by number. If one type is not understood, no type
 * is used.
 */
static int index_types(struct blob *blob)
{
	const void *pos = blob->types;
	u32 id;

	blob->nr_types = count_types(blob);
	if (!blob->nr_types)
		return -EINVAL;
	blob->by_id = kvmalloc_array(blob->nr_types + 1, sizeof(*blob->by_id), GFP_KERNEL);
	if (!blob->by_id)
		return -ENOMEM;
	blob->by_id[0] = NULL;	/* void */
	for (id = 1; id <= blob->nr_types; id++, pos = next_type(blob, pos))
		blob->by_id[id] = pos;
	return 0;
}

static const struct btf_type *find_struct(const struct blob *blob,
					  const char *name)
{
	u32 id;

	for (id = 1; id <= blob->nr_types; id++)
		if (BTF_INFO_KIND(blob->by_id[id]->info) == BTF_KIND_STRUCT &&
		    !strcmp(string_at(blob, blob->by_id[id]->name_off), name))
			return blob->by_id[id];
	return NULL;
}

/* The type that is left without its typedefs, qualifiers and tags; NULL: void. */
static const struct btf_type *bare_type(const struct blob *blob, u32 id)
{
	unsigned int depth;

	for (depth = 0; id && id <= blob->nr_types && depth < 32; depth++) {
		switch (BTF_INFO_KIND(blob->by_id[id]->info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = blob->by_id[id]->type;
			break;
		default:
			return blob->by_id[id];
		}
	}
	return NULL;
}

/*
 * True if the type is @what, the text after the member's name in
 * ipcprobe_btf_offsets().
 */
static bool is_what(const struct blob *blob, u32 id, const char *what)
{
	const struct btf_type *type = bare_type(blob, id);
	u32 kind = type ? BTF_INFO_KIND(type->info) : BTF_KIND_UNKN;
	unsigned int bytes;

	for (; *what == '*'; what++) {
		if (kind != BTF_KIND_PTR)
			return false;
		type = bare_type(blob, type->type);
		kind = type ? BTF_INFO_KIND(type->info) : BTF_KIND_UNKN;
	}
	if (!*what)
		return true;
	if (!kstrtouint(what, 10, &bytes))
		return (kind == BTF_KIND_INT || kind == BTF_KIND_ENUM) &&
		       type->size == bytes;
	return (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) &&
	       !strcmp(string_at(blob, type->name_off), what);
}

/* Byte offset of a member; -1 if there is no such member, or if it is a bit-field. */
static int member_offset(const struct blob *blob, const struct btf_type *type,
			 const char *name)
{
	const struct btf_member *member = (const void *)(type + 1);
	const char *what = strchrnul(name, ' ');
	const char *found;
	u32 i, bits;

	for (i = 0; i < BTF_INFO_VLEN(type->info); i++, member++) {
		found = string_at(blob, member->name_off);
		if (strncmp(found, name, what - name) || found[what - name])
			continue;
		bits = BTF_MEMBER_BIT_OFFSET(member->offset);
		if (bits % 8 || bits / 8 + sizeof(u32) > type->size ||
		    (*what && !is_what(blob, member->type, what + 1)))
			return -1;
		return bits / 8;
	}
	return -1;
}

/*
 * Return: the contents of the file, which the caller frees with kvfree(), or an
 * ERR_PTR.
 */
static void *read_whole(const char *path, size_t *len)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t size, pos = 0;
	void *buf = NULL;
	ssize_t n = 1;

	if (IS_ERR(file))
		return file;
	if (file_inode(file)->i_sb->s_magic != SYSFS_MAGIC) {
		filp_close(file, NULL);
		return ERR_PTR(-ENOENT);
	}
	size = i_size_read(file_inode(file));
	if (size > 0 && size <= SZ_64M)
		buf = kvmalloc(size, GFP_KERNEL);
	while (buf && pos < size && n > 0)
		n = kernel_read(file, buf + pos, size - pos, &pos);
	filp_close(file, NULL);
	if (buf && n < 0) {
		kvfree(buf);
		return ERR_PTR(n);
	}
	*len = pos;
	return buf ?: ERR_PTR(-ENOMEM);
}

static struct blob kernel;	/* valid between load and unload */
static void *contents;

/**
 * ipcprobe_btf_load - read the kernel's BTF once, for all callers
 *
 * If the kernel has no BTF, ipcprobe_btf_offsets() finds nothing.
 *
 * Context: process.
 */
void ipcprobe_btf_load(void)
{
	size_t len;
	void *buf;

	buf = read_whole("/sys/kernel/btf/vmlinux", &len);
	if (IS_ERR(buf))
		return;
	if (open_blob(&kernel, buf, len) || index_types(&kernel))
		kvfree(buf);
	else
		contents = buf;
}

void ipcprobe_btf_unload(void)
{
	if (contents)
		kvfree(kernel.by_id);
	kvfree(contents);
	contents = NULL;
}

/**
 * ipcprobe_btf_offsets - find the offsets of members of a kernel struct
 * @struct_name: name of the struct
 * @members: names of @nr members; after each name a space and the type that the member
 *	must have: the bytes of an integer ("cpu 4"), the name of a struct
 *	("css cgroup_subsys_state"), or asterisks and the type that they point to
 *	("stop *task_struct"; "task *": any type)
 * @offsets: filled with byte offsets; -1: there is no such member, or it has another type
 * @nr: number of members
 *
 * Context: process, between ipcprobe_btf_load() and ipcprobe_btf_unload().
 * Return: bytes of the struct; -ENOENT if there is no usable BTF or no such struct.
 */
int ipcprobe_btf_offsets(const char *struct_name, const char *const *members,
			 int *offsets, unsigned int nr)
{
	const struct btf_type *type;
	unsigned int i;

	type = contents ? find_struct(&kernel, struct_name) : NULL;
	if (!type)
		return -ENOENT;
	for (i = 0; i < nr; i++)
		offsets[i] = member_offset(&kernel, type, members[i]);
	return type->size;
}
