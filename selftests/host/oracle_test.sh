#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Real programs: no byte is called exact that is another one, no byte is linked more
# often than it was read, and the sums agree with what ptrace(2) saw. Here the records
# are made from the trace; in ../oracle_test.sh the module makes them.
cd "$(dirname "$0")" || exit 1

. ../tap.sh
. ../oracle_programs.sh

prove_oracle "$PWD/.." 1 0
prove_end
