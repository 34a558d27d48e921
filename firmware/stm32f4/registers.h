// The few registers used here, under the names of RM0090 and the Armv7-M manual.

#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

// Reset and clock control, RM0090 section 7.3.
#define RCC_CR REGISTER(0x40023800u)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR REGISTER(0x40023808u)
#define RCC_CFGR_SW_PLL 2u
#define RCC_CFGR_SWS_MASK (3u << 2)
#define RCC_CFGR_SWS_PLL (2u << 2)
#define RCC_CFGR_PPRE1_DIV4 (5u << 10)
#define RCC_CFGR_PPRE2_DIV2 (4u << 13)
#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_AHB1ENR_GPIOAEN (1u << 0)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define RCC_APB1ENR_USART2EN (1u << 17)
#define RCC_APB1ENR_PWREN (1u << 28)

// Power control, RM0090 section 5.4.
#define PWR_CR REGISTER(0x40007000u)
#define PWR_CR_VOS (1u << 14)

// Flash interface, RM0090 section 3.9.
#define FLASH_ACR REGISTER(0x40023C00u)
#define FLASH_ACR_LATENCY_5WS 5u
#define FLASH_ACR_PRFTEN (1u << 8)
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_DCEN (1u << 10)

// Port A, RM0090 section 8.4.
#define GPIOA_MODER REGISTER(0x40020000u)
#define GPIOA_AFRL REGISTER(0x40020020u)

// USART2, RM0090 section 30.6.
#define USART2_SR REGISTER(0x40004400u)
#define USART_SR_TXE (1u << 7)
#define USART_SR_TC (1u << 6)
#define USART2_DR REGISTER(0x40004404u)
#define USART2_BRR REGISTER(0x40004408u)
#define USART2_CR1 REGISTER(0x4000440Cu)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_UE (1u << 13)

// System control and debug, Armv7-M manual sections B3.2, C1.6 and C1.8.
#define SCB_CPACR REGISTER(0xE000ED88u)
#define DHCSR REGISTER(0xE000EDF0u)
#define DHCSR_C_DEBUGEN (1u << 0)
#define DEMCR REGISTER(0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)
#define DWT_CTRL REGISTER(0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CYCCNT REGISTER(0xE0001004u)

#endif
