// SPDX-License-Identifier: GPL-2.0
/*
 * Call sites in the scheduler, from which a function was called: records carry
 * a number, and an rq_site record says once in each session which function has
 * the number.
 *
 * The table only grows; its slots are claimed without a lock. A name comes from
 * the kernel's own symbol table, through the function that prints stack traces.
 * An address that has no name there gets no record and no number.
 */
#include <linux/kallsyms.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "session.h"
#include "site.h"

struct ipcprobe_site ipcprobe_sites[BIT(IPCPROBE_SITE_BITS)];

/*
 * Buffer for an rq_site record with the longest name, and its lock. A CPU that
 * does not get the lock emits the name the next time.
 */
static DEFINE_RAW_SPINLOCK(name_lock);
static u8 name_buf[sizeof(struct ipcprobe_rec_rq_site) +
		   ALIGN(KSYM_SYMBOL_LEN, 8)] __aligned(8);

static u8 kind_of(const char *name)
{
	static const struct {
		const char *name;
		u8 kind;
	} known[] = {
		{ "wakeup_preempt", IPCPROBE_SITE_PREEMPT },
		{ "check_preempt_curr", IPCPROBE_SITE_PREEMPT },
		{ "wakeup_preempt_fair", IPCPROBE_SITE_PREEMPT_FAIR },
		{ "check_preempt_wakeup_fair", IPCPROBE_SITE_PREEMPT_FAIR },
		{ "check_preempt_wakeup", IPCPROBE_SITE_PREEMPT_FAIR },
		{ "wakeup_preempt_rt", IPCPROBE_SITE_PREEMPT },
		{ "wakeup_preempt_idle", IPCPROBE_SITE_PREEMPT },
		{ "check_preempt_curr_rt", IPCPROBE_SITE_PREEMPT },
		{ "check_preempt_curr_idle", IPCPROBE_SITE_PREEMPT },
		{ "detach_task", IPCPROBE_SITE_BALANCE },
		{ "detach_tasks", IPCPROBE_SITE_BALANCE },
		{ "sched_balance_rq", IPCPROBE_SITE_BALANCE },	/* has detach_tasks() inlined */
		{ "load_balance", IPCPROBE_SITE_BALANCE },	/* name before 6.10 */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i].name))
			return known[i].kind;
	return IPCPROBE_SITE_OTHER;
}

/* Prints the name of the function. Return: 0; -ENOENT: the address has no name. */
static int print_name(unsigned long ip, char *name)
{
	char *end;

	sprint_symbol_no_offset(name, ip);
	if (!strncmp(name, "0x", 2))
		return -ENOENT;
	end = strpbrk(name, ". ");	/* cut off .isra.0 or a similar suffix, or a module */
	if (end)
		*end = '\0';
	return 0;
}

static void emit_site(struct ipcprobe_site *site, u32 epoch)
{
	struct ipcprobe_rec_rq_site *rec = (void *)name_buf;
	u32 len, padded;

	lockdep_assert_held(&name_lock);
	if (print_name(site->ip, rec->function)) {
		WRITE_ONCE(site->name, IPCPROBE_SITE_NAMELESS);
		return;
	}
	WRITE_ONCE(site->kind, kind_of(rec->function));
	smp_store_release(&site->name, IPCPROBE_SITE_FOUND); /* ipcprobe_site_slow_path() */
	smp_store_release(&site->epoch, epoch); /* ipcprobe_site() */
	len = offsetof(struct ipcprobe_rec_rq_site, function) + strlen(rec->function) + 1;
	padded = ALIGN(len, 8);
	memset((void *)rec + len, 0, padded - len);
	rec->hdr.tid = current->pid;
	rec->hdr.ts_ns = ipcprobe_clock();
	rec->site = site - ipcprobe_sites + 1;
	rec->__pad = 0;
	IPCPROBE_EMIT_NAME(rq_site, rec, padded, s,
			   s->classes & (IPCPROBE_BIT(SCHED) | IPCPROBE_BIT(PICK)));
}

static struct ipcprobe_site *find_site(unsigned long ip)
{
	u32 slot = hash_long(ip, IPCPROBE_SITE_BITS), tries;
	struct ipcprobe_site *site;
	unsigned long old;

	for (tries = 0; tries < 8; tries++) {
		site = &ipcprobe_sites[(slot + tries) & (BIT(IPCPROBE_SITE_BITS) - 1)];
		old = READ_ONCE(site->ip);
		if (!old)
			old = cmpxchg(&site->ip, 0, ip) ?: ip;
		if (old == ip)
			return site;
	}
	return NULL;
}

/**
 * ipcprobe_site_slow_path - slow path of ipcprobe_site(): the site may be new to a session
 * @ip: address inside the call; -1 = not known
 * @kind: set to the kind of the site
 *
 * Context: irqs off; not NMI.  Return: the number; 0: the site has no name or
 * no slot.
 */
u32 ipcprobe_site_slow_path(unsigned long ip, enum ipcprobe_site_kind *kind)
{
	u32 epoch = READ_ONCE(ipcprobe_epoch);
	struct ipcprobe_site *site;

	*kind = IPCPROBE_SITE_OTHER;
	site = ip + 1 ? find_site(ip) : NULL;
	if (!site || READ_ONCE(site->name) == IPCPROBE_SITE_NAMELESS)
		return 0;
	if (READ_ONCE(site->epoch) != epoch && raw_spin_trylock(&name_lock)) {
		emit_site(site, epoch);
		raw_spin_unlock(&name_lock);
	}
	if (smp_load_acquire(&site->name) != IPCPROBE_SITE_FOUND) /* emit_site() */
		return 0;
	*kind = READ_ONCE(site->kind);
	return site - ipcprobe_sites + 1;
}
