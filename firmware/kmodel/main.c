// Runs the kmodel that the mailbox tells of, once, and prints its outputs.

#include "arena.h"
#include "board.h"
#include "fail.h"
#include "mailbox.h"
#include "model.h"

volatile struct kmodel_mailbox kmodel_mailbox __attribute__((section(".data"), aligned(64))) = {
    .magic = KMODEL_MAGIC,
    .version = KMODEL_MAILBOX_VERSION,
    .model_address = KMODEL_PLACE,
};

extern uint8_t link_memory_end[];

static bool fits(uint64_t address, uint64_t size)
{
    const uint64_t end = (uintptr_t)link_memory_end;
    return address >= KMODEL_PLACE && address <= end && size <= end - address && address % 64 == 0;
}

static void check_mailbox(void)
{
    if (kmodel_mailbox.magic != KMODEL_MAGIC || kmodel_mailbox.version != KMODEL_MAILBOX_VERSION) {
        FAIL(EXIT_USAGE, "the mailbox is not of version %u", KMODEL_MAILBOX_VERSION);
    }
    if (kmodel_mailbox.model_size == 0) FAIL(EXIT_USAGE, "there is no model; a simulator puts it in memory");
    if (!fits(kmodel_mailbox.model_address, kmodel_mailbox.model_size)
        || (kmodel_mailbox.input_size != 0 && !fits(kmodel_mailbox.input_address, kmodel_mailbox.input_size))) {
        FAIL(EXIT_USAGE, "model and input must lie from %08x to the end of the SRAM", KMODEL_PLACE);
    }
}

int main(void)
{
    board_start();
    check_mailbox();
    arena_start();

    const struct bytes file = {(const uint8_t *)kmodel_mailbox.model_address, kmodel_mailbox.model_size};
    const uint32_t version = file_version(file);
    if (version == 3) {
        v3_run(file);
    } else if (version == 4) {
        v4_run(file);
    } else {
        FAIL(EXIT_DATA, "this is no kmodel of version 3 or 4");
    }
    return 0;
}
