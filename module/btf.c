// SPDX-License-Identifier: GPL-2.0
/*
 * Offsets of members of private kernel structs, from the kernel's own type
 * description (BTF): /sys/kernel/btf/vmlinux is read once and searched.
 * Format: Documentation/bpf/btf.rst of the kernel.
 *
 * At module load only: who loads a module may see all of the kernel, and the
 * file is looked up where he is.
 */
#include <linux/btf.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>

#include "ipcprobe.h"

struct blob {
	const struct btf_header *head;
	const char *strings;
	u32 strings_len;
	const void *types;
	const void *types_end;
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
	blob->head = head;
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

/* Bytes that follow a struct btf_type, by its kind. */
static size_t tail_bytes(const struct btf_type *type)
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
	default:
		return 0;
	}
}

static const struct btf_type *find_struct(const struct blob *blob,
					  const char *name)
{
	const void *pos = blob->types, *next;
	const struct btf_type *type;

	for (; pos + sizeof(*type) <= blob->types_end; pos = next) {
		type = pos;
		next = pos + sizeof(*type) + tail_bytes(type);
		if (next > blob->types_end)
			return NULL;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT &&
		    !strcmp(string_at(blob, type->name_off), name))
			return type;
	}
	return NULL;
}

/* Byte offset of a member of at least 4 bytes, or -1; bit-fields have none. */
static int member_offset(const struct blob *blob, const struct btf_type *type,
			 const char *name)
{
	const struct btf_member *member = (const void *)(type + 1);
	u32 i, bits;

	for (i = 0; i < BTF_INFO_VLEN(type->info); i++, member++) {
		if (strcmp(string_at(blob, member->name_off), name))
			continue;
		bits = BTF_MEMBER_BIT_OFFSET(member->offset);
		if (bits % 8 || bits / 8 + sizeof(u32) > type->size)
			return -1;
		return bits / 8;
	}
	return -1;
}

/* Return: the file's contents, to be freed with kvfree(), or an ERR_PTR. */
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

static struct blob kernel;	/* between load and unload */
static void *contents;

/**
 * ipcprobe_btf_load - read the kernel's BTF, once for all that ask
 *
 * Without any, ipcprobe_btf_offsets() finds nothing.
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
	if (open_blob(&kernel, buf, len))
		kvfree(buf);
	else
		contents = buf;
}

void ipcprobe_btf_unload(void)
{
	kvfree(contents);
	contents = NULL;
}

/**
 * ipcprobe_btf_offsets - where members of a kernel struct lie
 * @struct_name: struct
 * @members: names of @nr members
 * @offsets: filled with byte offsets, -1 for members that are not there
 * @nr: how many
 *
 * Context: process, between ipcprobe_btf_load() and ipcprobe_btf_unload().
 * Return: bytes of the struct; -ENOENT when there is no (usable) BTF or no such
 * struct.
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
