#!/bin/sh
# Builds the networks given for this machine, where the kernels take their
# plain C paths, and runs them: bit-exactness without the DSP extension.
set -eu
cd "$(dirname "$0")/.."
compiler=$1
shift
mkdir -p build/host
status=0
for network in "$@"; do
    $compiler -O2 -g -fsanitize=undefined -std=gnu11 -Wall -Wextra -Iinclude -Iconsole -Ikernels -Inetwork \
        tools/host_board.c console/*.c kernels/*.c network/*.c "$network"/*.c -o "build/host/$network"
    echo "== $network (host)"
    "build/host/$network" || status=1
done
exit $status
