#!/bin/sh
# Rebuilds every ELF in a temporary folder and compares it with MANIFEST.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
make -s BUILD="$scratch/build" OUT="$scratch/out" elfs > /dev/null
status=0
arm=$(arm-none-eabi-gcc --version | head -1)
riscv=$(riscv64-unknown-elf-gcc --version | head -1)
while IFS='	' read -r sha path built_with _; do
    case $path in
        *.k210.elf) toolchain=$riscv ;;
        *) toolchain=$arm ;;
    esac
    [ "$built_with" = "$toolchain" ] || echo "$path was built with $built_with, this is $toolchain"
    rebuilt=$(sha256sum "$scratch/out/$path" | cut -c1-64)
    committed=$(sha256sum "$path" | cut -c1-64)
    if [ "$sha" = "$rebuilt" ] && [ "$sha" = "$committed" ]; then
        echo "$path same"
    else
        echo "$path DIFFERENT"
        status=1
    fi
done < MANIFEST
exit $status
