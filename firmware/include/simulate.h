// Layer markers: they tell a simulator where the layers of a network begin and
// end, and cost nothing on silicon. A marker is no instruction and no byte of
// flash or RAM; all it asks is that its two operands are in registers, where
// the compiler may first have to load them.
//
//     SIMULATE_LAYER_BEGIN("conv_1", 320000);   // name, multiply-accumulates (0: unknown)
//     convolve(...);
//     SIMULATE_LAYER_END();
//
// Each marker adds one record to the ELF section `.simulate.layers`, which is not
// allocated: it is in no segment and never reaches the chip. A record is
//
//     uint32_t address;   little-endian: the instruction that follows the marker
//     char     text[];    NUL-terminated, then zero bytes up to a multiple of 4
//
// with one of two texts:
//
//     begin <Rname> <Rmacs>   at `address`, before that instruction executes,
//                             register Rname (Arm: r0-r12, lr; RISC-V: a0, s1
//                             and so on) points to the NUL-terminated name and
//                             register Rmacs holds the number of
//                             multiply-accumulates
//     end                     the layer begun last ends before that instruction
//
// The address has no Thumb bit. Layers nest. A marker in code that was inlined
// or unrolled has one record per copy. The name is in a register and not in the
// record, so one marker in the loop of a network runner serves all its layers.
//
// The section flag R (SHF_GNU_RETAIN, binutils 2.36 and later) keeps the records
// through --gc-sections, whatever the linker script; it also keeps the function
// the marker is in.

#ifndef SIMULATE_H
#define SIMULATE_H

#if (defined(__arm__) || defined(__riscv)) && !defined(SIMULATE_NO_MARKERS)

#define SIMULATE_LAYER_BEGIN(name, macs)                      \
    __asm volatile(                                           \
        "771:\n"                                              \
        "\t.pushsection .simulate.layers,\"R\",%%progbits\n"  \
        "\t.balign 4\n"                                       \
        "\t.long 771b\n"                                      \
        "\t.asciz \"begin %0 %1\"\n"                          \
        "\t.balign 4\n"                                       \
        "\t.popsection"                                       \
        :                                                     \
        : "r"((const char *)(name)), "r"((unsigned long)(macs)) \
        : "memory")

#define SIMULATE_LAYER_END()                                  \
    __asm volatile(                                           \
        "771:\n"                                              \
        "\t.pushsection .simulate.layers,\"R\",%%progbits\n"  \
        "\t.balign 4\n"                                       \
        "\t.long 771b\n"                                      \
        "\t.asciz \"end\"\n"                                  \
        "\t.balign 4\n"                                       \
        "\t.popsection"                                       \
        :                                                     \
        :                                                     \
        : "memory")

#else

#define SIMULATE_LAYER_BEGIN(name, macs) ((void)0)
#define SIMULATE_LAYER_END() ((void)0)

#endif

#endif
