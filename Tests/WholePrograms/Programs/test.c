#include "test.h"
#include <stdarg.h>

volatile uint32_t at, resume, faults;

static uint32_t semihost(uint32_t operation, uint32_t argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register uint32_t r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void finish(int code) {
  semihost(0x18, code == 0 ? 0x20026 : 0x20023);
  for (;;) {}
}

void print(const char *format, ...) {
  char line[160], *p = line;
  va_list arguments;
  va_start(arguments, format);
  for (; *format; format++) {
    if (*format != '%') { *p++ = *format; continue; }
    switch (*++format) {
    case 'x': {
      uint32_t v = va_arg(arguments, uint32_t);
      for (int shift = 28; shift >= 0; shift -= 4) *p++ = "0123456789abcdef"[v >> shift & 15];
      break;
    }
    case 'd': {
      int v = va_arg(arguments, int);
      char digits[12], *d = digits;
      if (v < 0) { *p++ = '-'; v = -v; }
      do *d++ = (char)('0' + v % 10); while (v /= 10);
      while (d > digits) *p++ = *--d;
      break;
    }
    case 's': for (const char *s = va_arg(arguments, const char *); *s; ) *p++ = *s++; break;
    }
  }
  va_end(arguments);
  *p = 0;
  semihost(0x04, (uint32_t)line);
}

/* Reports a fault, clears its status and resumes behind the instruction of TRY. The result is the EXC_RETURN to use. */
uint32_t fault(const char *name, struct frame *frame, uint32_t exc_return) {
  faults++;
  uint32_t cfsr = CFSR, hfsr = HFSR;
  print("  %s: CFSR %x HFSR %x\n", name, cfsr, hfsr);
  if (cfsr & 0x80) print("  MMFAR %x\n", MMFAR);
  if (cfsr & 0x8000) print("  BFAR %x\n", BFAR);
  int distance = (int)(frame->pc - at);
  if (distance >= -8 && distance <= 64) print("  PC: the instruction %s%d\n", distance < 0 ? "" : "+", distance);
  else print("  PC: %x\n", frame->pc);
  if (!resume) {
    print("not expected here\n");
    finish(1);
  }
  CFSR = cfsr;
  HFSR = hfsr;
  frame->pc = resume;
  frame->xpsr = (frame->xpsr & ~0x0600FC00u) | 1u << 24;    /* out of any IT block, Thumb state */
  resume = 0;
  return exc_return;
}

void unexpected_exception(uint32_t number) {
  print("unexpected exception %d\n", number);
  finish(1);
}
