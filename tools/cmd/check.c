// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe check: tests if everything that recording needs is there, and if
 * not, prints what can be done about it.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "cmd/options.h"
#include "cmd/output.h"
#include "lib/parse.h"
#include "lib/table.h"
#include "lib/text.h"
#include "trace/class_list.h"
#include "trace/control.h"
#include "trace/session.h"
#include "view/json.h"

#define CAP_SYS_ADMIN_BIT	21
#define CAP_PERFMON_BIT		38

#define NR_FINDINGS_MAX		128

/* one line of the result */
struct finding {
	const char *what;
	bool is_problem;
	char text[320];
};

/**
 * struct check - result of the checks while they run
 * @is_json: -J was given
 * @has_hooks: -v was given
 * @output: options of the report
 * @columns: columns of the table of hooks; if the user named them, only it is printed
 * @has_session: a session of all classes can be started
 * @findings: the findings
 * @nr: number of findings
 * @hooks: hooks of the module, while a session of all classes ran
 * @nr_hooks: number of hooks
 */
struct check {
	bool is_json;
	bool has_hooks;
	struct output_opts output;
	struct table_view columns;
	bool has_session;
	struct finding findings[NR_FINDINGS_MAX];
	unsigned int nr;
	struct control_hook *hooks;
	size_t nr_hooks;
};

static const struct argp_option options[] = {
	{ "verbose", 'v', NULL, 0, "Show each hook, too: a function or tracepoint of the kernel", 0 },
	{ "json", 'J', NULL, 0, "Write JSON, one object per line", 0 },
	{ 0 }
};

static const struct table_column hook_columns[] = {
	{ "HOOK", false }, { "KIND", false }, { "CLASSES", false }, { "STATE", false },
	{ "MISSED", true }, { 0 }
};

static const struct output_table columns[] = { { "of hooks", hook_columns, NULL }, { 0 } };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct check *check = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &check->output;
		state->child_inputs[1] = &check->output;
		return 0;
	case 'J':
		check->is_json = true;
		return 0;
	case 'v':
		check->has_hooks = true;
		return 0;
	case ARGP_KEY_ARG:
		option_no_words(state, arg);
		return 0;
	case ARGP_KEY_END:
		output_choose(state, &check->output, check->is_json, columns, &check->columns);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &output_file_argp, 0, NULL, 0 }, { &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "See whether everything is there that recording needs.\n"
	       "\vExamples:\n"
	       "    ipcprobe check\n"
	       "    ipcprobe check -v",
	.children = children,
};

__attribute__((format(printf, 4, 5)))
static void add_finding(struct check *check, const char *what, bool is_problem,
			const char *format, ...)
{
	struct finding *finding = &check->findings[check->nr];
	va_list args;

	if (check->nr == NR_FINDINGS_MAX)
		return;
	check->nr++;
	finding->what = what;
	finding->is_problem = is_problem;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

/* Reads the first line of a small file; false if it cannot be read. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool is_read;

	if (!file)
		return false;
	is_read = fgets(line, size, file);
	fclose(file);
	if (is_read)
		line[strcspn(line, "\n")] = 0;
	return is_read;
}

static void check_module(struct check *check)
{
	if (access("/sys/module/ipcprobe", F_OK))
		add_finding(check, "module", true,
			    "not loaded: 'modprobe ipcprobe' or 'insmod ipcprobe.ko'");
	else
		add_finding(check, "module", false, "loaded");
}

static uint64_t effective_capabilities(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	uint64_t caps = 0;
	char line[128];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %" SCNx64, &caps) == 1)
			break;
	fclose(file);
	return caps;
}

static void check_rights(struct check *check)
{
	uint64_t caps = effective_capabilities();

	if (caps >> CAP_PERFMON_BIT & 1 || caps >> CAP_SYS_ADMIN_BIT & 1)
		add_finding(check, "rights", false, "CAP_PERFMON");
	else
		add_finding(check, "rights", true, "CAP_PERFMON is lacking: run as root");
}

static void check_ftrace(struct check *check)
{
	char line[64];

	if (!read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line)))
		add_finding(check, "ftrace", true,
			    "this kernel has no ftrace: use one built with CONFIG_FUNCTION_TRACER");
	else if (strcmp(line, "1"))
		add_finding(check, "ftrace", true,
			    "switched off: 'sysctl kernel.ftrace_enabled=1'");
	else
		add_finding(check, "ftrace", false, "enabled");
}

/*
 * True if securityfs is mounted. If it is, but the lockdown file is missing,
 * the kernel has no lockdown.
 */
static bool has_securityfs(void)
{
	struct statfs fs;

	return !statfs("/sys/kernel/security", &fs) && fs.f_type == SECURITYFS_MAGIC;
}

static void check_lockdown(struct check *check)
{
	char line[128];

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		add_finding(check, "lockdown", false, has_securityfs() ? "this kernel has none" :
			    "not known: securityfs is not mounted at /sys/kernel/security");
	else if (strstr(line, "[confidentiality]"))
		add_finding(check, "lockdown", true,
			    "confidentiality: no tracing before a boot with less");
	else
		add_finding(check, "lockdown", false, "%s", line);
}

/* ---- a short session of all classes: only a session shows which hooks attach ---- */

static int start_session(struct session *session)
{
	struct ipcprobe_config config = {
		.classes = session->info.classes & __IPCPROBE_CLASSES_ALL,
		.flags = IPCPROBE_F_EXCLUDE_SELF | IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = session->info.page_size,
	};
	int err = session_configure(session, &config);

	return err ? err : session_start(session);
}

static void get_hooks(struct check *check)
{
	struct control *control;
	int err;

	err = control_create(&control);
	if (err) {
		add_finding(check, "netlink", true, "family " IPCPROBE_GENL_NAME ": %s",
			    strerror(-err));
		return;
	}
	err = control_get_hooks(control, &check->hooks, &check->nr_hooks);
	if (err)
		add_finding(check, "netlink", true, "cannot list the hooks: %s", strerror(-err));
	else
		add_finding(check, "netlink", false, "family " IPCPROBE_GENL_NAME " answers");
	control_destroy(control);
}

static void check_session(struct check *check)
{
	struct session session;

	if (session_open(&session)) {
		add_finding(check, "device", true, "%s", session.why);
		return;
	}
	add_finding(check, "device", false, "ABI %u.%u, %u CPUs", session.info.abi_major,
		    session.info.abi_minor, session.info.nr_cpus);
	if (start_session(&session)) {
		add_finding(check, "session", true, "%s", session.why);
		get_hooks(check);
	} else {
		check->has_session = true;
		add_finding(check, "session", false, "a session of all classes starts");
		get_hooks(check);
		session_stop(&session);
	}
	session_close(&session);
}

static const char *hook_kind(const struct control_hook *hook)
{
	return hook->kind == IPCPROBE_HOOK_FUNCTION ? "function" : "tracepoint";
}

static void count_hooks(struct check *check)
{
	size_t nr_attached = 0;

	for (size_t i = 0; i < check->nr_hooks; i++)
		nr_attached += check->hooks[i].is_attached;
	add_finding(check, "hooks", false, "%zu attached, %zu not needed in this kernel%s",
		    nr_attached, check->nr_hooks - nr_attached,
		    check->has_hooks ? "" : ": 'ipcprobe check -v' lists them");
}

static void check_hooks(struct check *check)
{
	char classes[128];

	if (check->has_session)
		count_hooks(check);
	for (size_t i = 0; i < check->nr_hooks; i++) {
		const struct control_hook *hook = &check->hooks[i];

		parse_class_list(hook->classes, ",", classes, sizeof(classes));
		if (hook->error && !hook->is_optional)
			add_finding(check, "hook", true,
				    "%s %s: %s: class %s cannot be recorded in this kernel: leave it out (-e)",
				    hook_kind(hook), hook->name, strerror(hook->error), classes);
		else if (hook->error && hook->is_gap)
			add_finding(check, "hook", false,
				    "%s %s is absent in this kernel: class %s is incomplete",
				    hook_kind(hook), hook->name, classes);
		else if (hook->nr_missed)
			add_finding(check, "hook", false, "%s %s: %" PRIu64 " hits missed so far",
				    hook_kind(hook), hook->name, hook->nr_missed);
	}
}

/* ---- output ---- */

static const char *hook_state(const struct control_hook *hook)
{
	if (hook->is_attached)
		return "attached";
	if (!hook->error)
		return "-";
	return hook->is_optional ? "absent" : "missing";
}

static void print_hooks(const struct check *check)
{
	struct table *table = table_create_view(hook_columns, &check->columns);
	char classes[128];

	for (size_t i = 0; i < check->nr_hooks; i++) {
		const struct control_hook *hook = &check->hooks[i];

		table_add(table);
		table_set(table, 0, "%s", hook->name);
		table_set(table, 1, "%s", hook_kind(hook));
		parse_class_list(hook->classes, ",", classes, sizeof(classes));
		table_set(table, 2, "%s", classes);
		table_set(table, 3, "%s", hook_state(hook));
		table_set(table, 4, "%" PRIu64, hook->nr_missed);
	}
	table_print(table);
	table_destroy(table);
}

static void print_text(const struct check *check)
{
	for (unsigned int i = 0; i < check->nr && !check->columns.is_chosen; i++)
		printf("%-8s %-9s %s\n", check->findings[i].is_problem ? "PROBLEM" : "ok",
		       check->findings[i].what, check->findings[i].text);
	if (!check->nr_hooks || (!check->has_hooks && !check->columns.is_chosen))
		return;
	if (!check->columns.is_chosen)
		putchar('\n');
	print_hooks(check);
}

static json_t *classes_json(uint32_t mask)
{
	json_t *array = json_array();
	char name[64];

	for (unsigned int id = 0; id < IPCPROBE_NR_CLASSES; id++)
		if (*parse_class_list(mask & 1U << id, "", name, sizeof(name)))
			json_array_append_new(array, json_string(name));
	return array;
}

static void print_json_finding(const struct finding *finding)
{
	json_t *row = json_object();

	json_object_set_new(row, "row", json_string("check"));
	json_object_set_new(row, "check", json_string(finding->what));
	json_object_set_new(row, "ok", json_boolean(!finding->is_problem));
	json_object_set_new(row, "text", text_json(finding->text));
	view_json_print_row(row);
}

static void print_json_hook(const struct control_hook *hook)
{
	json_t *row = json_object();

	json_object_set_new(row, "row", json_string("hook"));
	json_object_set_new(row, "hook", text_json(hook->name));
	json_object_set_new(row, "kind", json_string(hook_kind(hook)));
	json_object_set_new(row, "classes", classes_json(hook->classes));
	json_object_set_new(row, "optional", json_boolean(hook->is_optional));
	json_object_set_new(row, "attached", json_boolean(hook->is_attached));
	json_object_set_new(row, "errno", json_integer(hook->error));
	json_object_set_new(row, "missed", json_integer(hook->nr_missed));
	view_json_print_row(row);
}

static void print_json(const struct check *check)
{
	for (unsigned int i = 0; i < check->nr; i++)
		print_json_finding(&check->findings[i]);
	for (size_t i = 0; i < check->nr_hooks; i++)
		print_json_hook(&check->hooks[i]);
}

static int exit_status(const struct check *check)
{
	for (unsigned int i = 0; i < check->nr; i++)
		if (check->findings[i].is_problem)
			return CMD_FAILED;
	return CMD_OK;
}

int cmd_check(int argc, char **argv)
{
	struct check check = { 0 };

	output_parse(&argp, argc, argv, 0, &check, columns);
	if (output_open(&check.output))
		return CMD_FAILED;
	check_module(&check);
	check_rights(&check);
	check_ftrace(&check);
	check_lockdown(&check);
	check_session(&check);
	check_hooks(&check);
	if (check.is_json)
		print_json(&check);
	else
		print_text(&check);
	free(check.hooks);
	return exit_status(&check);
}
