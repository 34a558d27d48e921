/* What every test shares: registers by their architectural names, printing by semihosting, and TRY. */
#ifndef TEST_H
#define TEST_H
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define ACTLR  REG(0xE000E008)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define NVIC_ISER REG(0xE000E100)
#define NVIC_ICER REG(0xE000E180)
#define NVIC_ISPR REG(0xE000E200)
#define NVIC_ICPR REG(0xE000E280)
#define NVIC_IABR REG(0xE000E300)
#define NVIC_IPR(n) (*(volatile uint8_t *)(0xE000E400 + (n)))
#define CPUID  REG(0xE000ED00)
#define ICSR   REG(0xE000ED04)
#define VTOR   REG(0xE000ED08)
#define AIRCR  REG(0xE000ED0C)
#define SCR    REG(0xE000ED10)
#define CCR    REG(0xE000ED14)
#define SHPR(exception) (*(volatile uint8_t *)(0xE000ED14 + (exception)))   /* exceptions 4 to 15 */
#define SHCSR  REG(0xE000ED24)
#define CFSR   REG(0xE000ED28)
#define HFSR   REG(0xE000ED2C)
#define MMFAR  REG(0xE000ED34)
#define BFAR   REG(0xE000ED38)
#define CPACR  REG(0xE000ED88)
#define MPU_TYPE REG(0xE000ED90)
#define MPU_CTRL REG(0xE000ED94)
#define MPU_RNR  REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define STIR   REG(0xE000EF00)
#define FPCCR  REG(0xE000EF34)
#define FPCAR  REG(0xE000EF38)

#define ICSR_PENDSVSET (1u << 28)
#define ICSR_PENDSTSET (1u << 26)
#define ICSR_PENDSTCLR (1u << 25)
#define ICSR_NMIPENDSET (1u << 31)
#define SHCSR_MEMFAULTENA (1u << 16)
#define SHCSR_BUSFAULTENA (1u << 17)
#define SHCSR_USGFAULTENA (1u << 18)
#define CCR_UNALIGN_TRP (1u << 3)
#define CCR_DIV_0_TRP   (1u << 4)

/* An address that no memory or peripheral of an STM32F407 answers. */
#define NOWHERE 0x30000000u

struct frame { uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr; };

void test(void);                           /* each file has one */
void print(const char *format, ...);      /* %x: 8 hex digits, %d: decimal, %s; one SYS_WRITE0 a call */
void finish(int code) __attribute__((noreturn));   /* SYS_EXIT */
uint32_t fault(const char *name, struct frame *frame, uint32_t exc_return);
extern volatile uint32_t at, resume, faults;

static inline void barrier(void) { __asm__ volatile("dsb\n isb" ::: "memory"); }
#define MRS(name) ({ uint32_t value_; __asm__ volatile("mrs %0, " #name : "=r"(value_) :: "memory"); value_; })
#define MSR(name, value) ({ __asm__ volatile("msr " #name ", %0" :: "r"(value) : "memory"); barrier(); })

/* Runs one instruction that is expected to fault. r0 and r1 hold the operands. The fault handler reports it and
   resumes behind it; if nothing faults, that is reported. */
#define TRY(what, instruction, operand0, operand1) TRY_BETWEEN(what, "", instruction, "", operand0, operand1)
/* The same, in unprivileged thread mode; SVC_Handler must give the privilege back. */
#define TRY_AS_USER(what, instruction, operand0, operand1) \
  TRY_BETWEEN(what, "movs r2, #1\n msr control, r2\n isb\n", instruction, "svc 0\n", operand0, operand1)
#define TRY_BETWEEN(what, before, instruction, after, operand0, operand1) do { \
    uint32_t faults_before_ = faults; \
    print("%s\n", what); \
    register uint32_t r0_ __asm__("r0") = (uint32_t)(operand0); \
    register uint32_t r1_ __asm__("r1") = (uint32_t)(operand1); \
    __asm__ volatile( \
      "movw r2, #:lower16:at\n movt r2, #:upper16:at\n adr.w r3, 8f\n str r3, [r2]\n" \
      "movw r2, #:lower16:resume\n movt r2, #:upper16:resume\n adr.w r3, 9f\n str r3, [r2]\n" \
      before "8: " instruction "\n dsb\n 9: nop\n" after \
      : "+r"(r0_), "+r"(r1_) :: "r2", "r3", "r12", "lr", "cc", "memory"); \
    resume = 0; \
    if (faults == faults_before_) print("  no fault\n"); \
  } while (0)
#endif
