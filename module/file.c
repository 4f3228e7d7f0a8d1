// SPDX-License-Identifier: GPL-2.0
/*
 * Gives numbers to regular files. Records carry a number; a file_info record
 * says once in each session which file has the number, and a file_rename record
 * says its later name. The table only remembers which files have a file_info
 * record: a file that loses its entry in the table gets another file_info
 * record, with a new number.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/hash.h>
#include <linux/ipc_namespace.h>
#include <linux/kdev_t.h>
#include <linux/kstrtox.h>
#include <linux/magic.h>
#include <linux/path.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "file.h"
#include "session.h"
#include "sysv.h"

#define TABLE_BITS	11
#define NR_WAYS		4

/*
 * Two files may have the same inode number and device: System V segments, a
 * file and its copy in a btrfs snapshot, files of two file systems below one
 * overlay.
 */
struct entry {
	const struct inode *inode;	/* only compared, never read: the inode may be freed */
	u64 ino;	/* ino, dev, generation: differ if another file uses the inode now */
	dev_t dev;
	u32 generation;
	u32 epoch;	/* value of ipcprobe_epoch when the file was described */
	u32 id;
};

struct bucket {
	raw_spinlock_t lock;	/* protects nr_taken and ways; task context only */
	u32 nr_taken;		/* entries ever taken; selects the entry that is replaced */
	struct entry ways[NR_WAYS];
};

static struct bucket *table;
static atomic_t last_id;

/* Buffer of IPCPROBE_REC_MAX bytes for a record that is being made; preemption off. */
static struct ipcprobe_rec_file_info __percpu *info_buf;

/*
 * The entries that each CPU used recently: a cache of the table, without a
 * lock. These entries are copies: the number of a described file stays valid,
 * even if another file takes the entry in the table.
 */
#define RECENT_BITS	4

static DEFINE_PER_CPU(struct entry[BIT(RECENT_BITS)], recent);	/* preemption off */

/* Offset of ns in struct shm_file_data of ipc/shm.c; -1: not known. */
static int segment_data_ns = -1;

/* Without BTF, segment_data_ns stays unknown. */
int ipcprobe_file_init(void)
{
	static const char *const members[] = { "ns *ipc_namespace" };
	u32 i;

	table = vcalloc(BIT(TABLE_BITS), sizeof(*table));
	if (!table)
		return -ENOMEM;
	info_buf = __alloc_percpu(IPCPROBE_REC_MAX, __alignof__(*info_buf));
	if (!info_buf)
		goto err_free_table;
	for (i = 0; i < BIT(TABLE_BITS); i++)
		raw_spin_lock_init(&table[i].lock);
	ipcprobe_btf_offsets("shm_file_data", members, &segment_data_ns, 1);
	return 0;

err_free_table:
	vfree(table);
	return -ENOMEM;
}

void ipcprobe_file_exit(void)
{
	free_percpu(info_buf);
	vfree(table);
}

u32 ipcprobe_file_count(void)
{
	return atomic_read(&last_id);
}

/**
 * ipcprobe_path_print - print a path as the current task sees it
 * @path: path; NULL: an empty string is printed
 * @buf: filled with the string and zeroes up to the next multiple of 8
 * @size: of @buf, a multiple of 8
 *
 * Context: task context.  Return: bytes filled.
 */
int ipcprobe_path_print(const struct path *path, char *buf, int size)
{
	char *name = "";
	int len, padded;

	if (path && current->fs) {
		name = d_path(path, buf, size);
		if (IS_ERR(name))
			name = PTR_ERR(name) == -ENAMETOOLONG ? "(too long)" : "";
	}
	len = strlen(name) + 1;
	memmove(buf, name, len);
	padded = ALIGN(len, 8);
	memset(buf + len, 0, padded - len);
	return padded;
}

/*
 * The inode of a file; if overlayfs opened the file for a mapping, the inode
 * that was mapped.
 */
static const struct inode *user_inode(const struct file *file)
{
	return d_inode(file_user_path(file)->dentry);
}

static void describe_file(const struct file *file, u32 id)
{
	struct ipcprobe_rec_file_info *rec = this_cpu_ptr(info_buf);
	const struct inode *inode = user_inode(file);
	u32 len;

	*rec = (struct ipcprobe_rec_file_info) {
		.hdr.tid = current->pid,
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.file = id,
	};
	len = offsetof(struct ipcprobe_rec_file_info, path) +
	      ipcprobe_path_print(file_user_path(file), rec->path, IPCPROBE_PATH_MAX);
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_NAME(file_info, rec, len, s, s->classes & IPCPROBE_OP_CLASSES);
}

/* ---- System V segments: each is a file with a name of its own ---- */

/* True if the file is a System V segment.  Only ipc/shm.c makes files of this name on the kernel's own tmpfs. */
bool ipcprobe_file_is_segment(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return (dentry->d_sb->s_magic == TMPFS_MAGIC ||
		dentry->d_sb->s_magic == HUGETLBFS_MAGIC) &&
	       dentry->d_sb->s_flags & SB_KERNMOUNT &&
	       !strncmp(dentry->d_name.name, "SYSV", 4);
}

/* The IPC namespace of an attached segment; if not known, that of the current task. */
static u32 segment_ns(const struct file *file)
{
	struct ipc_namespace *const *ns = file->private_data + segment_data_ns;

	if (segment_data_ns < 0 || !file->private_data)
		return ipcprobe_ipc_ns_if_any();
	return (*ns)->ns.inum;
}

static s32 segment_key(const struct file *file)
{
	u32 key = 0;

	if (kstrtou32(file->f_path.dentry->d_name.name + 4, 16, &key))
		return 0;
	return key;
}

/*
 * Emits a shm_segment record if the file is a System V segment. Context: task
 * context, preemption off.
 */
static void describe_segment(const struct file *file, u32 id)
{
	struct ipcprobe_rec_shm_segment rec = {
		.hdr.tid = current->pid,
		.object = id,
	};

	if (likely(!ipcprobe_file_is_segment(file)))
		return;
	rec.bytes = i_size_read(file_inode(file));
	rec.ns = segment_ns(file);
	rec.id = file_inode(file)->i_ino;
	rec.key = segment_key(file);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_IF(shm_segment, &rec, s, s->classes & IPCPROBE_BIT(SHM));
}

/* ---- the table ---- */

static __always_inline bool is_of(const struct entry *entry,
				  const struct inode *inode)
{
	return entry->inode == inode && entry->ino == inode->i_ino &&
	       entry->dev == inode->i_sb->s_dev &&
	       entry->generation == inode->i_generation;
}

static struct entry *find_entry(struct bucket *bucket, const struct inode *inode)
{
	int i;

	for (i = 0; i < NR_WAYS; i++)
		if (is_of(&bucket->ways[i], inode))
			return &bucket->ways[i];
	return NULL;
}

static struct entry *take_entry(struct bucket *bucket, const struct inode *inode,
				u32 epoch)
{
	struct entry *entry = &bucket->ways[bucket->nr_taken++ % NR_WAYS];

	*entry = (struct entry) {
		.inode = inode,
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.generation = inode->i_generation,
		.epoch = epoch - 1,
		.id = atomic_inc_return(&last_id),
	};
	return entry;
}

static struct bucket *bucket_of(const struct inode *inode)
{
	return &table[hash_ptr(inode, TABLE_BITS)];
}

/**
 * ipcprobe_file_known - find the number of a regular file that has a file_info
 *	record
 * @inode: inode of the file
 *
 * A file that lost its entry in the table is not known: it gets another number
 * when it is used again.
 *
 * Context: task context, preemption off.  Return: the number; 0: the file has none.
 */
u32 ipcprobe_file_known(const struct inode *inode)
{
	struct bucket *bucket = bucket_of(inode);
	const struct entry *entry;
	u32 id = 0;

	raw_spin_lock(&bucket->lock);
	entry = find_entry(bucket, inode);
	if (entry && entry->epoch == READ_ONCE(ipcprobe_epoch))
		id = entry->id;
	raw_spin_unlock(&bucket->lock);
	return id;
}

static void mark_described(struct bucket *bucket, u32 id, u32 epoch)
{
	int i;

	raw_spin_lock(&bucket->lock);
	for (i = 0; i < NR_WAYS; i++)
		if (bucket->ways[i].id == id)
			bucket->ways[i].epoch = epoch;
	raw_spin_unlock(&bucket->lock);
}

/*
 * Copies the entry that it finds to @kept. A new file is described before it is
 * marked as described: another CPU that uses the file in between describes the
 * file, too, before it emits a record with the number.
 */
static noinline u32 search_table(struct file *file, const struct inode *inode,
				 u32 epoch, struct entry *kept)
{
	struct bucket *bucket = bucket_of(inode);
	struct entry found;

	raw_spin_lock(&bucket->lock);
	found = *(find_entry(bucket, inode) ?: take_entry(bucket, inode, epoch));
	raw_spin_unlock(&bucket->lock);
	if (unlikely(found.epoch != epoch)) {
		describe_file(file, found.id);
		describe_segment(file, found.id);
		mark_described(bucket, found.id, epoch);
		found.epoch = epoch;
	}
	*kept = found;
	return found.id;
}

/**
 * ipcprobe_file_id - get the number of a regular file; describe the file if it is new
 * @file: open file
 *
 * Context: task context, preemption off.
 */
u32 ipcprobe_file_id(struct file *file)
{
	const struct inode *inode = user_inode(file);
	struct entry *kept = this_cpu_ptr(&recent[hash_ptr(inode, RECENT_BITS)]);
	u32 epoch = READ_ONCE(ipcprobe_epoch);

	if (likely(is_of(kept, inode) && kept->epoch == epoch))
		return kept->id;
	return search_table(file, inode, epoch, kept);
}

/* ---- names that change ---- */

/* No path that fits into a record has more names. */
#define DEPTH_MAX	(IPCPROBE_PATH_MAX / 2)

/* Number of directories above @dentry, at most DEPTH_MAX. */
static u32 depth_of(const struct dentry *dentry)
{
	u32 depth = 0;

	for (; !IS_ROOT(dentry) && depth < DEPTH_MAX; dentry = READ_ONCE(dentry->d_parent))
		depth++;
	return depth;
}

/*
 * Counts the names at the end of the path of @old that change when @old becomes
 * @new, and the names that replace them.
 *
 * Other tasks may move directories above the two at the same time. No directory
 * is freed while preemption is off (RCU), and the loop makes no more steps than
 * were counted before.
 *
 * Return: false: the two have no common directory, or are too deep.
 */
static bool count_names(const struct dentry *old, const struct dentry *new,
			u32 *nr_old, u32 *nr_new)
{
	u32 depth_old = depth_of(old), depth_new = depth_of(new);

	*nr_old = 0;
	*nr_new = 0;
	if (depth_old == DEPTH_MAX || depth_new == DEPTH_MAX)
		return false;
	while (depth_old || depth_new) {
		if (depth_old >= depth_new) {
			old = READ_ONCE(old->d_parent);
			depth_old--;
			++*nr_old;
		} else {
			new = READ_ONCE(new->d_parent);
			depth_new--;
			++*nr_new;
		}
		if (old == new)
			return true;
	}
	return false;
}

/* The last @nr names of @path, which begins with a slash. */
static const char *last_names(const char *path, u32 nr)
{
	const char *p = path + strlen(path);

	while (p > path)
		if (*--p == '/' && !--nr)
			return p + 1;
	return path;
}

/**
 * ipcprobe_file_renamed - record that a known regular file gets another
 *	name
 * @old: its present name
 * @new: its future name
 *
 * Context: task context, preemption off.
 */
void ipcprobe_file_renamed(const struct dentry *old, const struct dentry *new)
{
	struct ipcprobe_rec_file_rename *rec = (void *)this_cpu_ptr(info_buf);
	const struct inode *inode = d_inode(old);
	u32 id, nr_old, nr_new, len;
	const char *names;

	/*
	 * if a file has several names, it is not known which of them its
	 * file_info record has
	 */
	if (!inode || !S_ISREG(inode->i_mode) || inode->i_nlink > 1)
		return;
	id = ipcprobe_file_known(inode);
	if (!id || !count_names(old, new, &nr_old, &nr_new))
		return;
	names = dentry_path_raw(new, rec->names, IPCPROBE_PATH_MAX);
	if (IS_ERR(names))
		return;
	names = last_names(names, nr_new);
	len = strlen(names) + 1;
	memmove(rec->names, names, len);
	memset(rec->names + len, 0, ALIGN(len, 8) - len);
	rec->hdr.tid = current->pid;
	rec->file = id;
	rec->nr_names = nr_old;
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_NAME(file_rename, rec,
			   offsetof(struct ipcprobe_rec_file_rename, names) + ALIGN(len, 8),
			   s, s->classes & IPCPROBE_BIT(FILE));
}
