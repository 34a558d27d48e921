#!/bin/sh
# Builds every ELF given so that it ends by semihosting, runs it in QEMU's
# STM32F405 and shows its console and exit code. QEMU has no cycle counter.
set -eu
cd "$(dirname "$0")/.."
make -s BUILD=build/qemu OUT=build/qemu/out DEFINES=-DSIMULATE_EXIT_ALWAYS elfs > /dev/null
status=0
for elf in "$@"; do
    echo "== $elf"
    code=0
    timeout 120 qemu-system-arm -M netduinoplus2 -nographic -monitor none -serial null -serial stdio \
        -semihosting -kernel "build/qemu/out/$elf" < /dev/null || code=$?
    echo "exit $code"
    [ "$code" = 0 ] || status=1
done
exit $status
