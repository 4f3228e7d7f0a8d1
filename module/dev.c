// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/ipcprobe: each open file is a session (session.c), unless it is open for writing
 * only: then it is for marks (mark.c).
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/security.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "dev.h"
#include "mark.h"
#include "record.h"
#include "ring.h"
#include "session.h"
#include "setup.h"

/**
 * ipcprobe_check_access - check that the caller may use the device or
 *	netlink
 * @is_capable: the caller has CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace
 *
 * Context: process.  Return: 0; -EPERM: not capable, or the kernel is locked
 * down for confidentiality.
 */
int ipcprobe_check_access(bool is_capable)
{
	return is_capable ? security_locked_down(LOCKDOWN_TRACEFS) : -EPERM;
}

static const struct file_operations mark_fops = {
	.owner = THIS_MODULE,
	.write_iter = ipcprobe_mark_write,
};

static int open_for_marks(struct inode *inode, struct file *file)
{
	if (!try_module_get(mark_fops.owner))
		return -ENODEV;
	replace_fops(file, &mark_fops);
	return nonseekable_open(inode, file);
}

static int dev_open(struct inode *inode, struct file *file)
{
	struct ipcprobe_session *session;
	int err = ipcprobe_check_access(perfmon_capable());

	if (err)
		return err;
	if (!(file->f_mode & FMODE_READ))
		return open_for_marks(inode, file);
	session = ipcprobe_session_create();
	if (IS_ERR(session))
		return PTR_ERR(session);
	file->private_data = session;
	return nonseekable_open(inode, file);
}

static int dev_release(struct inode *inode, struct file *file)
{
	ipcprobe_session_destroy(file->private_data);
	return 0;
}

static __poll_t dev_poll(struct file *file, poll_table *wait)
{
	struct ipcprobe_session *session = file->private_data;
	int cpu;

	poll_wait(file, &session->wait, wait);
	if (!smp_load_acquire(&session->ring_bytes)) /* session.c:configure_session() */
		return EPOLLERR;
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (session->rings[cpu] &&
		    ipcprobe_ring_readable(session->rings[cpu]))
			return EPOLLIN | EPOLLRDNORM;
	return 0;
}

/* ---- ioctl ---- */

static u64 ring_stride(const struct ipcprobe_session *session)
{
	return 2 * PAGE_SIZE + 2 * (u64)session->ring_bytes;
}

static int ioctl_info(struct ipcprobe_session *session, void __user *to)
{
	struct ipcprobe_info info = {
		.abi_major = IPCPROBE_ABI_MAJOR,
		.abi_minor = IPCPROBE_ABI_MINOR,
		.classes = __IPCPROBE_CLASSES_ALL,
		.nr_cpus = nr_cpu_ids,
		.page_size = PAGE_SIZE,
		.ring_bytes = smp_load_acquire(&session->ring_bytes), /* configure_session() */
		.session = session->id,
		.running = READ_ONCE(session->running),
	};

	info.stride = info.ring_bytes ? ring_stride(session) : 0;
	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

static int ioctl_configure(struct ipcprobe_session *session,
			   const void __user *from)
{
	struct ipcprobe_setup setup;
	int err = ipcprobe_setup_init(&setup, from);

	if (!err)
		err = ipcprobe_session_configure(session, &setup);
	ipcprobe_setup_deinit(&setup);
	return err;
}

static int ioctl_stats(struct ipcprobe_session *session, void __user *user)
{
	struct ipcprobe_stats stats;
	int err;

	if (copy_from_user(&stats, user, sizeof(stats)))
		return -EFAULT;
	err = ipcprobe_session_stats(session, &stats);
	if (err)
		return err;
	return copy_to_user(user, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ipcprobe_session *session = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case IPCPROBE_IOC_INFO:
		return ioctl_info(session, user);
	case IPCPROBE_IOC_CONFIGURE:
		return ioctl_configure(session, user);
	case IPCPROBE_IOC_START:
		return ipcprobe_session_start(session);
	case IPCPROBE_IOC_STOP:
		return ipcprobe_session_stop(session);
	case IPCPROBE_IOC_STATS:
		return ioctl_stats(session, user);
	case IPCPROBE_IOC_RESYNC:
		return ipcprobe_session_resync(session);
	case IPCPROBE_IOC_RESYNC_QUEUES:
		return ipcprobe_session_resync_queues(session);
	default:
		return -ENOTTY;
	}
}

/* ---- mmap ---- */

/* Maps the consumer page, the only page that user space may write. */
static int mmap_consumer(struct ipcprobe_ring *ring, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_EXEC || !(vma->vm_flags & VM_MAYSHARE))
		return -EPERM;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYEXEC);
	return remap_vmalloc_range(vma, ring->area, 0);
}

static int mmap_records(struct ipcprobe_ring *ring, struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_WRITE | VM_EXEC) ||
	    !(vma->vm_flags & VM_MAYSHARE))
		return -EPERM;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYWRITE | VM_MAYEXEC);
	return remap_vmalloc_range(vma, ring->area, 1);
}

static int dev_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ipcprobe_session *session = file->private_data;
	u64 len = vma->vm_end - vma->vm_start, offset, cpu;
	struct ipcprobe_ring *ring;

	if (!smp_load_acquire(&session->ring_bytes)) /* session.c:configure_session() */
		return -EBADFD;
	if (vma->vm_pgoff > U64_MAX >> PAGE_SHIFT)
		return -EINVAL;
	cpu = div64_u64_rem((u64)vma->vm_pgoff << PAGE_SHIFT,
			    ring_stride(session), &offset);
	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	ring = session->rings[array_index_nospec(cpu, nr_cpu_ids)];
	if (!ring)
		return -ENXIO;
	if (offset == 0 && len == PAGE_SIZE)
		return mmap_consumer(ring, vma);
	if (offset == PAGE_SIZE && len == ring_stride(session) - PAGE_SIZE)
		return mmap_records(ring, vma);
	return -EINVAL;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.release = dev_release,
	.poll = dev_poll,
	.mmap = dev_mmap,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &dev_fops,
	.mode = 0600,
};

int ipcprobe_dev_init(void)
{
	return misc_register(&dev);
}

void ipcprobe_dev_exit(void)
{
	misc_deregister(&dev);
}
