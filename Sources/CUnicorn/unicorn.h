#include <unicorn/unicorn.h>

/// uc_ctl() takes a variable number of arguments, which Swift cannot pass.
static inline uc_err unicorn_set_cpu_model(uc_engine *engine, int model)
{
    return uc_ctl_set_cpu_model(engine, model);
}
