#!/bin/bash
# The documents agree with the header, the tools and the tree.
exec "$(dirname "$0")/../../Documentation/check.sh"
