#include "dmac.h"

#include <stdbool.h>

#include "plic.h"
#include "registers.h"

// Fields of a channel's CTL: masters 0 and 1, words of 64 bits.
#define CTL_DESTINATION_MASTER_2 (1ull << 2)
#define CTL_SOURCE_FIXED (1ull << 4)
#define CTL_WORDS_OF_64 (3ull << 8 | 3ull << 11)
#define CTL_BURSTS(code) ((uint64_t)(code) << 14 | (uint64_t)(code) << 18)
#define BURSTS_OF_8 2
#define BURSTS_OF_16 3

// Fields of a channel's CFG.
#define CFG_MEMORY_TO_MEMORY (0ull << 32)
#define CFG_PERIPHERAL_TO_MEMORY (2ull << 32)
#define CFG_SOURCE_SOFTWARE (1ull << 35)
#define CFG_DESTINATION_SOFTWARE (1ull << 36)
#define CFG_PERIPHERAL(channel) ((uint64_t)(channel) << 39 | (uint64_t)(channel) << 44)

static volatile bool done[DMAC_CHANNELS];

static void finished(uint32_t channel)
{
    DMAC_INTCLEAR(channel) = ~0ull;
    done[channel] = true;
}

static void finished_0(void) { finished(0); }
static void finished_1(void) { finished(1); }
static void finished_2(void) { finished(2); }
static void finished_3(void) { finished(3); }
static void finished_4(void) { finished(4); }
static void finished_5(void) { finished(5); }

static const interrupt_handler handlers[DMAC_CHANNELS] = {
    finished_0, finished_1, finished_2, finished_3, finished_4, finished_5,
};

void dmac_start(void)
{
    SYSCTL_CLK_EN_PERI |= SYSCTL_CLK_EN_PERI_DMA;
    DMAC_RESET = 1;
    while (DMAC_RESET & 1) {
    }
    for (uint32_t channel = 0; channel < DMAC_CHANNELS; channel++) {
        DMAC_INTCLEAR(channel) = ~0ull;
        DMAC_INTSTATUS_EN(channel) = DMAC_INT_DONE;
        interrupt_enable(PLIC_DMA(channel), handlers[channel]);
    }
    DMAC_CFG = DMAC_CFG_ENABLE | DMAC_CFG_INTERRUPTS;
}

static void begin(uint32_t channel, uintptr_t to, uintptr_t from, uint32_t words, uint64_t configuration,
                  uint64_t control)
{
    done[channel] = false;
    DMAC_CHANNEL_CFG(channel) = configuration | CFG_DESTINATION_SOFTWARE | CFG_PERIPHERAL(channel);
    DMAC_SAR(channel) = from;
    DMAC_DAR(channel) = to;
    DMAC_CTL(channel) = control | CTL_DESTINATION_MASTER_2 | CTL_WORDS_OF_64;
    DMAC_BLOCK_TS(channel) = words - 1;
    DMAC_CHEN = 0x101ull << channel;
}

void dmac_copy(uint32_t channel, void *to, const void *from, uint32_t words)
{
    begin(channel, (uintptr_t)to, (uintptr_t)from, words, CFG_MEMORY_TO_MEMORY | CFG_SOURCE_SOFTWARE,
          CTL_BURSTS(BURSTS_OF_16));
}

void dmac_receive(uint32_t channel, uint32_t request, void *to, uintptr_t from, uint32_t words)
{
    volatile uint32_t *const select = channel < 5 ? &SYSCTL_DMA_SEL0 : &SYSCTL_DMA_SEL1;
    const uint32_t place = 6 * (channel % 5);

    *select = (*select & ~(63u << place)) | request << place;
    begin(channel, (uintptr_t)to, from, words, CFG_PERIPHERAL_TO_MEMORY,
          CTL_SOURCE_FIXED | CTL_BURSTS(BURSTS_OF_8));
}

void dmac_wait(uint32_t channel)
{
    interrupt_wait(&done[channel]);
}
