/* Bit-banding in SRAM and in the peripheral space. */
#include "test.h"
#define ALIAS(address, bit) REG(((uint32_t)(address) & 0xF0000000u) + 0x02000000u + ((uint32_t)(address) & 0xFFFFFu) * 32 + (uint32_t)(bit) * 4)
static volatile uint32_t word;
static volatile uint8_t bytes[4];
void test(void) {
  word = 0;
  ALIAS(&word, 0) = 1;
  ALIAS(&word, 31) = 1;
  ALIAS(&word, 7) = 0xFFFFFFFF;
  print("set 0, 7, 31: %x\n", word);
  ALIAS(&word, 7) = 0xFFFFFFFE;                    /* only bit 0 of the data counts */
  print("clear 7: %x\n", word);
  print("read 0: %x, 1: %x, 31: %x\n", ALIAS(&word, 0), ALIAS(&word, 1), ALIAS(&word, 31));
  *(volatile uint8_t *)&ALIAS(&word, 4) = 1;
  *(volatile uint16_t *)&ALIAS(&word, 12) = 1;
  print("set 4 by a byte, 12 by a halfword: %x\n", word);
  print("read by a byte %d\n", *(volatile uint8_t *)&ALIAS(&word, 12));
  ALIAS(&bytes[3], 2) = 1;
  print("a byte in its word: %d %d %d %d\n", bytes[0], bytes[1], bytes[2], bytes[3]);
  volatile uint32_t *arr = &REG(0x4000002C);       /* TIM2_ARR: plain storage */
  REG(0x40023840) |= 1;                            /* RCC_APB1ENR: TIM2 on */
  *arr = 0x100;
  ALIAS(arr, 3) = 1;
  ALIAS(arr, 8) = 0;
  print("TIM2_ARR %x, bit 3 %x, bit 8 %x\n", *arr, ALIAS(arr, 3), ALIAS(arr, 8));
}
