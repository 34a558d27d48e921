#include "arena.h"

#include <stddef.h>

#include "fail.h"
#include "mailbox.h"

#define ALIGNMENT 256ull
#define GAPS 3

extern uint8_t link_program_end[], link_memory_end[];

struct gap {
    uint64_t start, end;
};

static struct gap gaps[GAPS];

static uint64_t aligned(uint64_t address)
{
    return (address + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

void arena_start(void)
{
    struct gap taken[2] = {
        {kmodel_mailbox.model_address, kmodel_mailbox.model_address + kmodel_mailbox.model_size},
        {kmodel_mailbox.input_address, kmodel_mailbox.input_address + kmodel_mailbox.input_size},
    };

    if (kmodel_mailbox.input_size == 0) taken[1] = (struct gap){taken[0].end, taken[0].end};
    if (taken[1].start < taken[0].start) {
        const struct gap first = taken[0];
        taken[0] = taken[1];
        taken[1] = first;
    }
    gaps[0] = (struct gap){(uintptr_t)link_program_end, taken[0].start};
    gaps[1] = (struct gap){taken[0].end, taken[1].start};
    gaps[2] = (struct gap){taken[1].end, (uintptr_t)link_memory_end};
}

void *arena_reserve(uint64_t bytes, const char *what)
{
    for (unsigned index = 0; index < GAPS; index++) {
        const uint64_t start = aligned(gaps[index].start);

        if (start > gaps[index].end || gaps[index].end - start < bytes) continue;
        gaps[index].start = start + bytes;
        return (void *)start;
    }
    FAIL(EXIT_DATA, "the model needs %u bytes for %s, and no piece of the memory left is that large", (uint32_t)bytes,
         what);
    return NULL;
}
