// Instructions of the Armv7E-M DSP extension that C has no words for.

#ifndef DSP_H
#define DSP_H

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SIMD32)
#define KERNELS_DSP 1

#include <stdint.h>

/// For functions that take a constant which must be known inside an inner loop.
#define SPECIALISED static inline __attribute__((always_inline))

/// Two or four neighbours in one load; Armv7E-M allows any alignment here.
static inline uint32_t load_word(const void *from)
{
    uint32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
}

static inline void store_word(void *to, uint32_t word)
{
    __builtin_memcpy(to, &word, sizeof word);
}

/// Bytes 0 and 2, as two signed halfwords.
static inline uint32_t even_bytes(uint32_t bytes)
{
    uint32_t pair;
    __asm("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
    return pair;
}

/// Bytes 1 and 3, as two signed halfwords.
static inline uint32_t odd_bytes(uint32_t bytes)
{
    uint32_t pair;
    __asm("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
}

static inline uint32_t add_even_bytes(uint32_t pair, uint32_t bytes)
{
    uint32_t sum;
    __asm("sxtab16 %0, %1, %2" : "=r"(sum) : "r"(pair), "r"(bytes));
    return sum;
}

static inline uint32_t add_odd_bytes(uint32_t pair, uint32_t bytes)
{
    uint32_t sum;
    __asm("sxtab16 %0, %1, %2, ror #8" : "=r"(sum) : "r"(pair), "r"(bytes));
    return sum;
}

/// Both low halfwords: the first below, the second above.
static inline uint32_t pack_low(uint32_t below, uint32_t above)
{
    uint32_t pair;
    __asm("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(below), "r"(above));
    return pair;
}

/// Both high halfwords: the first below, the second above.
static inline uint32_t pack_high(uint32_t below, uint32_t above)
{
    uint32_t pair;
    __asm("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(above), "r"(below));
    return pair;
}

/// sum + low * low + high * high.
static inline int32_t multiply_add_pairs(int32_t sum, uint32_t a, uint32_t b)
{
    int32_t result;
    __asm("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

static inline int32_t multiply_add_low(int32_t sum, uint32_t a, uint32_t b)
{
    int32_t result;
    __asm("smlabb %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

static inline int32_t multiply_add_high(int32_t sum, uint32_t a, uint32_t b)
{
    int32_t result;
    __asm("smlatt %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

/// The greater of each of four signed bytes.
static inline uint32_t maximum_of_bytes(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b));
    return result;
}

static inline uint32_t both_halves(int32_t value)
{
    return ((uint32_t)value & 0xFFFFu) * 0x10001u;
}

#endif

#endif
