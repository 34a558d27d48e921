#include <unicorn/unicorn.h>

/// uc_ctl() and uc_hook_add() take a variable number of arguments, which Swift cannot pass.
static inline uc_err unicorn_set_cpu_model(uc_engine *engine, int model)
{
    return uc_ctl_set_cpu_model(engine, model);
}

/// Addresses of instructions that may be executed.
struct unicorn_range {
    uint32_t first;
    uint32_t end;
};

static void unicorn_check_range(uc_engine *engine, uint64_t address, uint32_t size, void *data)
{
    const struct unicorn_range *range = (const struct unicorn_range *)data;
    (void)size;
    if (address < range->first || address >= range->end) {
        uc_emu_stop(engine);
    }
}

/// Has the emulation stopped in front of the first instruction outside of `range`, which must outlive the engine.
static inline uc_err unicorn_stop_outside(uc_engine *engine, struct unicorn_range *range)
{
    uc_hook hook;
    return uc_hook_add(engine, &hook, UC_HOOK_CODE, (void *)unicorn_check_range, range, 1, 0);
}
