// SPDX-License-Identifier: GPL-2.0
/*
 * Strict parsing of words of the command line.
 */
#include "lib/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parse a decimal number at *@word and advance *@word past the number. */
static int take_number(const char **word, uint64_t max, uint64_t *ret)
{
	const char *p = *word;
	uint64_t value = 0;

	if (!isdigit((unsigned char)*p))
		return -EINVAL;
	for (; isdigit((unsigned char)*p); p++) {
		unsigned int digit = *p - '0';

		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			return -ERANGE;
	}
	*word = p;
	*ret = value;
	return 0;
}

/**
 * parse_u64 - parse a word that is one decimal number
 * Return: 0, -EINVAL (not a number) or -ERANGE (more than @max).
 */
int parse_u64(const char *word, uint64_t max, uint64_t *ret)
{
	int err = take_number(&word, max, ret);

	if (err)
		return err;
	return *word ? -EINVAL : 0;
}

/**
 * parse_size - parse a number of bytes with an optional suffix k, M or G
 * Return: 0, -EINVAL or -ERANGE (more than @max).
 */
int parse_size(const char *word, uint64_t max, uint64_t *ret)
{
	static const char suffixes[] = "kmg";
	const char *suffix;
	unsigned int shift = 0;
	int err;

	err = take_number(&word, max, ret);
	if (err)
		return err;
	if (*word) {
		suffix = strchr(suffixes, tolower((unsigned char)*word));
		if (!suffix || word[1])
			return -EINVAL;
		shift = 10 * (suffix - suffixes + 1);
	}
	if (*ret > max >> shift)
		return -ERANGE;
	*ret <<= shift;
	return 0;
}

static int take_cpu_range(const char **word, struct cpu_set *set)
{
	uint64_t first, last;
	int err;

	err = take_number(word, CPU_SET_MAX - 1, &first);
	if (err)
		return err;
	last = first;
	if (**word == '-') {
		(*word)++;
		err = take_number(word, CPU_SET_MAX - 1, &last);
		if (err)
			return err;
	}
	if (last < first)
		return -EINVAL;
	for (uint64_t cpu = first; cpu <= last; cpu++)
		set->word[cpu / 64] |= UINT64_C(1) << cpu % 64;
	if (set->nr_words < last / 64 + 1)
		set->nr_words = last / 64 + 1;
	return 0;
}

/**
 * parse_cpus - parse a list of CPUs such as 0-3,7
 * Return: 0, -EINVAL or -ERANGE (a CPU number that no machine has).
 */
int parse_cpus(const char *word, struct cpu_set *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (;; word++) {
		int err = take_cpu_range(&word, ret);

		if (err)
			return err;
		if (!*word)
			return 0;
		if (*word != ',')
			return -EINVAL;
	}
}

/**
 * parse_pids - parse a list of process ids such as 12,345
 * Return: 0, -EINVAL, -ERANGE (not a valid process id) or -E2BIG (too many).
 */
int parse_pids(const char *word, struct pid_list *ret)
{
	ret->nr = 0;
	for (;; word++) {
		uint64_t pid;
		int err = take_number(&word, INT32_MAX, &pid);

		if (err)
			return err;
		if (!pid)
			return -ERANGE;
		if (ret->nr == IPCPROBE_NR_PIDS_MAX)
			return -E2BIG;
		ret->pid[ret->nr++] = pid;
		if (!*word)
			return 0;
		if (*word != ',')
			return -EINVAL;
	}
}

/* Parse seconds with up to nine decimals, and convert them to nanoseconds. */
static int take_seconds(const char **word, uint64_t *ret)
{
	const char *p;
	uint64_t unit = 1000000000;
	int err;

	err = take_number(word, UINT64_MAX / 1000000000 - 1, ret);
	if (err)
		return err;
	*ret *= unit;
	p = *word;
	if (*p == '.') {
		for (p++; isdigit((unsigned char)*p) && unit > 1; p++) {
			unit /= 10;
			*ret += (*p - '0') * unit;
		}
	}
	*word = p;
	return 0;
}

/**
 * parse_seconds - parse a time in seconds such as 0.5; the result is in nanoseconds
 * Return: 0, -EINVAL or -ERANGE.
 */
int parse_seconds(const char *word, uint64_t *ret)
{
	int err = take_seconds(&word, ret);

	if (err)
		return err;
	return *word ? -EINVAL : 0;
}

/*
 * Parse an instant: "1.5" counts from the beginning, "-1.5" back from the end;
 * "mark:TEXT" is where a mark has this text, which ends at a comma.
 */
static int take_moment(const char **word, struct moment *ret)
{
	static const char mark[] = "mark:";

	*ret = (struct moment){ 0 };
	if (!strncmp(*word, mark, strlen(mark))) {
		ret->mark = *word + strlen(mark);
		ret->mark_len = strcspn(ret->mark, ",");
		*word = ret->mark + ret->mark_len;
		return ret->mark_len ? 0 : -EINVAL;
	}
	ret->is_before_end = **word == '-';
	*word += ret->is_before_end;
	return take_seconds(word, &ret->ns);
}

/*
 * True if the window ends after it begins, or if that depends on the recording:
 * on its length, if the two ends count from different points, or on its marks.
 */
static bool is_forward(const struct time_window *window)
{
	const struct moment *from = &window->from, *until = &window->until;

	if (from->mark || until->mark)
		return true;
	if (from->is_before_end && until->is_before_end)
		return until->ns < from->ns;
	return from->is_before_end || until->is_before_end || until->ns > from->ns;
}

/**
 * parse_window - parse START,STOP; one of the two may be left out
 * @word: two instants: seconds, with a minus sign back from the end ("-10," means
 *	the last ten seconds), or marks
 * @ret: the window; points into @word
 *
 * Return: 0 or -EINVAL, -ERANGE; also -EINVAL if STOP is not after START.
 */
int parse_window(const char *word, struct time_window *ret)
{
	int err = 0;

	*ret = (struct time_window){ .until.ns = UINT64_MAX };
	if (!strcmp(word, ","))
		return -EINVAL;
	if (*word != ',')
		err = take_moment(&word, &ret->from);
	if (err)
		return err;
	if (*word++ != ',')
		return -EINVAL;
	if (*word)
		err = take_moment(&word, &ret->until);
	if (err)
		return err;
	return *word || !is_forward(ret) ? -EINVAL : 0;
}

char *parse_cpus_text(const struct cpu_set *set)
{
	uint32_t first, last, nr = 64 * set->nr_words;
	const char *separator = "";
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (first = 0; first < nr; first = last + 1) {
		last = first;
		if (!cpu_set_has(set, first))
			continue;
		while (cpu_set_has(set, last + 1))
			last++;
		fprintf(out, "%s%u", separator, first);
		if (last > first)
			fprintf(out, "-%u", last);
		separator = ",";
	}
	return fclose(out) ? NULL : text;
}

char *parse_pids_text(const struct pid_list *list)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (uint32_t i = 0; i < list->nr; i++)
		fprintf(out, "%s%u", i ? "," : "", list->pid[i]);
	return fclose(out) ? NULL : text;
}
