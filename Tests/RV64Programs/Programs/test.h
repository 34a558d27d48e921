// What the programs share: printing through semihosting, traps, control registers.

typedef unsigned long u64;
typedef unsigned int u32;

struct frame {
    u64 pc;
    u64 x[31]; // x1 to x31
};

long semihost(long operation, const void *argument);
void leave(int code) __attribute__((noreturn));
void put(const char *text);
void number(const char *name, u64 value);
void end(void);

// Called by the trap handler; what the program does not define prints the trap and goes on behind the instruction.
void trap(struct frame *frame);
void report(struct frame *frame);
void second(void);

#define read_csr(name) ({ u64 value; asm volatile("csrr %0, " #name : "=r"(value) :: "memory"); value; })
#define write_csr(name, value) asm volatile("csrw " #name ", %0" :: "r"((u64)(value)) : "memory")
#define set_csr(name, value) asm volatile("csrs " #name ", %0" :: "r"((u64)(value)) : "memory")
#define clear_csr(name, value) asm volatile("csrc " #name ", %0" :: "r"((u64)(value)) : "memory")

// The core-local interruptor, where QEMU's virt machine and most chips have it.
#define MSIP(hart) (*(volatile u32 *)(0x2000000 + 4 * (hart)))
#define MTIMECMP(hart) (*(volatile u64 *)(0x2004000 + 8 * (hart)))
#define MTIME (*(volatile u64 *)0x200bff8)
