/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that change data in place. */
#ifndef IPCPROBE_MODEL_COPIES_CHANGE_H
#define IPCPROBE_MODEL_COPIES_CHANGE_H

#include <stdbool.h>

#include "model/copies/path.h"

struct copies;

bool *change_programs(const struct copies *copies);
enum grade change_grade(const struct copies *copies, const struct hop *hop, bool is_changer);
int change_doubt(struct copies *copies);

#endif /* IPCPROBE_MODEL_COPIES_CHANGE_H */
