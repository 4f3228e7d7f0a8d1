// SPDX-License-Identifier: GPL-2.0
/*
 * Table of the laboratory's transports.
 */
#include "lab/lab.h"

#include <string.h>

const struct lab_transport *const lab_transports[] = {
	&lab_pipe, &lab_fifo, &lab_msg, &lab_mq, &lab_unix, &lab_shm, &lab_posix_shm,
	&lab_memfd, &lab_splice, &lab_sendfile, &lab_vmsplice, &lab_procvm, &lab_uring,
	NULL
};

/* lab_find - the transport called @name, NULL if there is none */
const struct lab_transport *lab_find(const char *name)
{
	for (size_t i = 0; lab_transports[i]; i++)
		if (!strcmp(lab_transports[i]->name, name))
			return lab_transports[i];
	return NULL;
}
