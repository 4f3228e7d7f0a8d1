// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe mark: put a text into the recordings that run now.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"
#include "trace/control.h"
#include "trace/session.h"

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	char **text = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARGS:
		*text = option_join(state->argc - state->next, state->argv + state->next);
		if (!*text)
			argp_failure(state, CMD_FAILED, ENOMEM, "mark");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "there is no text: give the text of the mark");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse_option,
	.args_doc = "TEXT...",
	.doc = "Put a text into the recordings that run now, with the time.\n"
	       "\vExamples:\n"
	       "    ipcprobe mark request 17 begins\n"
	       "    ipcprobe runq --time 'mark:request 17 begins,mark:request 17 ends'",
};

/*
 * True if hooks of class task are attached, for a recording or for another user of its
 * events; or if that is not known.
 */
static bool is_somebody_recording(void)
{
	struct control_info info = { 0 };
	struct control *control;
	int err = control_create(&control);

	if (err)
		return true;
	err = control_get_info(control, &info);
	control_destroy(control);
	return err || info.attached & 1U << IPCPROBE_CLASS_TASK;
}

static int write_mark(const char *text)
{
	char why[256];
	int fd = open(IPCPROBE_DEVICE, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0) {
		session_why_open(why, sizeof(why), -errno);
		fprintf(stderr, "ipcprobe: %s\n", why);
		return CMD_FAILED;
	}
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	if (!err)
		return CMD_OK;
	if (err == EMSGSIZE)
		fprintf(stderr, "ipcprobe: mark: the text has %zu bytes, and may have %u\n",
			strlen(text), IPCPROBE_MARK_MAX);
	else
		fprintf(stderr, "ipcprobe: mark: %s\n", err == EINVAL ?
			"the text is empty, or the module is older than these tools" :
			strerror(err));
	return CMD_FAILED;
}

int cmd_mark(int argc, char **argv)
{
	char *text = NULL;
	int status;

	option_parse(&argp, argc, argv, ARGP_IN_ORDER, &text);
	status = write_mark(text);
	free(text);
	if (status || is_somebody_recording())
		return status;
	fprintf(stderr, "ipcprobe: mark: nothing is being recorded, so the mark is nowhere: start 'ipcprobe record' first\n");
	return CMD_FAILED;
}
