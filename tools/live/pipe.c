// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the contents of pipes and FIFOs from the module. Opening a pipe by its
 * link would add a reader or a writer to the pipe, and a query through a copy
 * of the descriptor could block.
 */
#include "live/sources.h"

#include <errno.h>
#include <stdlib.h>

#include "trace/control.h"

/*
 * Finds the pipe that this descriptor was before; the descriptor's number may
 * be reused by now.
 */
static uint32_t find_object(const struct live *live, const struct map *by_fd,
			    const struct control_object *pipe)
{
	uint32_t holder = map_get(by_fd, map_pair(pipe->pid, pipe->fd));
	uint32_t number = live_holder_at(live, holder)->object;
	const struct live_object *object = live_object_at(live, number);

	if (pipe->class_id != IPCPROBE_CLASS_PIPE ||
	    (object->type == LIVE_TYPE_PIPE && object->id != pipe->ino))
		return 0;
	return number;
}

static void set_pipe(struct live *live, uint32_t object, const struct control_object *pipe)
{
	struct live_value *value = live_object_at(live, object)->value;

	live_set(&value[LIVE_COL_SIZE], pipe->capacity);
	if (pipe->has_bytes)
		live_set(&value[LIVE_COL_USED], pipe->bytes);
	live_set(&value[LIVE_COL_READERS], pipe->readers);
	live_set(&value[LIVE_COL_WRITERS], pipe->writers);
	live_set(&value[LIVE_COL_RWAITS], pipe->read_waits);
	live_set(&value[LIVE_COL_WWAITS], pipe->write_waits);
}

static void map_fds(struct live *live, struct map *by_fd)
{
	for (uint32_t i = 1; i < live->holder.nr; i++) {
		const struct live_holder *holder = live_holder_at(live, i);
		enum live_type type = live_object_at(live, holder->object)->type;

		if (holder->fd < 0 || (type != LIVE_TYPE_PIPE && type != LIVE_TYPE_FIFO))
			continue;
		if (map_set(by_fd, map_pair(holder->pid, (uint32_t)holder->fd), i))
			live->is_out_of_memory = true;
	}
}

static int request_pipes(struct control_object **pipes, size_t *nr)
{
	struct control *control;
	struct control_info info;
	int err = control_create(&control);

	if (err)
		return err;
	/* a caller without permission gets an empty dump, but control_get_info() fails */
	err = control_get_info(control, &info);
	if (!err)
		err = control_get_objects(control, pipes, nr);
	control_destroy(control);
	return err;
}

void live_read_pipes(struct live *live, uint32_t types)
{
	struct control_object *pipes = NULL;
	struct map by_fd = { 0 };
	size_t nr = 0;
	int err = request_pipes(&pipes, &nr);

	(void)types;
	if (err)
		live_miss(live, LIVE_GAP_MODULE, err);
	map_fds(live, &by_fd);
	for (size_t i = 0; i < nr; i++) {
		uint32_t object = find_object(live, &by_fd, &pipes[i]);

		if (object)
			set_pipe(live, object, &pipes[i]);
	}
	map_deinit(&by_fd);
	free(pipes);
}
