// A plug-in for QEMU's TCG that counts guest instructions: one addition per
// block, in line. `-d plugin` shows the sum.

#include <inttypes.h>
#include <qemu-plugin.h>
#include <stdio.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

// Interface 2 has counters of each virtual processor, and 3 no others.
#if QEMU_PLUGIN_VERSION >= 2

static struct qemu_plugin_scoreboard *counters;
static qemu_plugin_u64 executed;

static void open_counter(void)
{
    counters = qemu_plugin_scoreboard_new(sizeof(uint64_t));
    executed = qemu_plugin_scoreboard_u64(counters);
}

static void count(struct qemu_plugin_tb *block, uint64_t instructions)
{
    qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(block, QEMU_PLUGIN_INLINE_ADD_U64, executed, instructions);
}

static uint64_t sum(void) { return qemu_plugin_u64_sum(executed); }

#else

static uint64_t executed;

static void open_counter(void) {}

static void count(struct qemu_plugin_tb *block, uint64_t instructions)
{
    qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64, &executed, instructions);
}

static uint64_t sum(void) { return executed; }

#endif

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    count(block, qemu_plugin_tb_n_insns(block));
}

static void ended(qemu_plugin_id_t id, void *context)
{
    char line[64];

    (void)id, (void)context;
    snprintf(line, sizeof line, "instructions: %" PRIu64 "\n", sum());
    qemu_plugin_outs(line);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    (void)info, (void)argc, (void)argv;
    open_counter();
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
