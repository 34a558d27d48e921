#!/bin/sh
# Builds every ELF given so that it ends by semihosting, runs it in QEMU's
# STM32F405 or its RISC-V `virt` and shows its console and exit code. The
# STM32F405 has no cycle counter; `virt` has no KPU, so tools/qemu_k210.c plays it.
set -eu
cd "$(dirname "$0")/.."
make -s QEMU=1 BUILD=build/qemu OUT=build/qemu/out elfs > /dev/null
status=0
for elf in "$@"; do
    echo "== $elf"
    code=0
    case $elf in
        *.k210.elf)
            timeout 300 qemu-system-riscv64 -M virt -smp 2 -m 256M -bios none -nographic -monitor none -serial none \
                -semihosting -kernel "build/qemu/out/$elf" < /dev/null || code=$? ;;
        *)
            timeout 120 qemu-system-arm -M netduinoplus2 -nographic -monitor none -serial null -serial stdio \
                -semihosting -kernel "build/qemu/out/$elf" < /dev/null || code=$? ;;
    esac
    echo "exit $code"
    [ "$code" = 0 ] || status=1
done
exit $status
