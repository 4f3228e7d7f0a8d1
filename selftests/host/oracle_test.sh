#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Of real programs: is no byte called exact that is another, none linked more often
# than it was read, and do the sums agree with what ptrace(2) saw? Here with the
# records that the trace itself gives; ../oracle_test.sh has the module's.
cd "$(dirname "$0")" || exit 1

. ../tap.sh
. ../oracle_programs.sh

prove_oracle "$PWD/.." 1 0
prove_end
